import type { corev1, metav1 } from '@navarch/api';
import { field, foundIn, Path, selectorFromSet, type FieldError } from '@navarch/apimachinery';
import { invalidStruct, IMMUTABLE, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goLabelSelector, goStringMap } from '../../../shared/go-syntax';
import { readSelector, validateLabelSelector } from '../../../shared/label-validation';
import { validateTemplate } from '../../../core/v1/pod/validation';

const SPEC = Path.at('spec');
const SELECTOR = SPEC.child('selector');
const TEMPLATE = SPEC.child('template');

/** validateSelector checks that a workload names its pods; `kind` is how messages call it. */
export function validateSelector(
  selector: metav1.LabelSelector | undefined,
  kind: string,
  release: Release,
): FieldError[] {
  if (!selector) return [field.required(SELECTOR)];
  const errors = validateLabelSelector(selector, SELECTOR, release);
  if (isEmptySelector(selector)) {
    errors.push(invalidStruct(SELECTOR, goLabelSelector(selector), `empty selector is invalid for ${kind}`));
  }
  return errors;
}

/** isEmptySelector: the selector has no requirement, so it would match everything. */
export function isEmptySelector(selector: metav1.LabelSelector): boolean {
  return !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;
}

/**
 * validateSelectorForm refuses a selector that cannot be evaluated, after its parts have been complained about. The values of
 * expressions are looked at here only.
 */
export function validateSelectorForm(
  selector: metav1.LabelSelector | undefined,
  detail = 'invalid label selector',
): FieldError[] {
  if (!selector || readSelector(selector)) return [];
  return [invalidStruct(SELECTOR, goLabelSelector(selector), detail)];
}

/** validateMatch: the selector has to match the template's labels. Nothing is said about selectors that are empty or malformed. */
export function validateMatch(
  selector: metav1.LabelSelector | undefined,
  template: corev1.PodTemplateSpec | undefined,
): FieldError[] {
  const readable = readSelector(selector);
  if (!readable || (selector && isEmptySelector(selector))) return [];
  return matches(readable, template);
}

/** validateMapMatch is validateMatch for a plain map of labels. */
export function validateMapMatch(selector: Record<string, string>, template: corev1.PodTemplateSpec): FieldError[] {
  if (!Object.keys(selector).length) return [];
  return matches(selectorFromSet(selector), template);
}

function matches(
  selector: { matches(labels: Readonly<Record<string, string>>): boolean },
  template: corev1.PodTemplateSpec | undefined,
): FieldError[] {
  const labels = template?.metadata?.labels;
  if (selector.matches(labels ?? {})) return [];
  const detail = '`selector` does not match template `labels`';
  return [invalidStruct(TEMPLATE.child('metadata', 'labels'), goStringMap(labels), detail)];
}

/**
 * validateWorkloadTemplate checks the template of a workload whose pods run for ever; `kind` is how messages call it,
 * `replicated` says that there may be more than one pod.
 */
export function validateWorkloadTemplate(
  template: corev1.PodTemplateSpec | undefined,
  kind: string,
  replicated: boolean,
  release: Release,
): FieldError[] {
  return [
    ...validateTemplate(template ?? {}, TEMPLATE, release),
    ...(replicated && release.emulated <= READ_ONLY_UNTIL ? validateReadOnlyDisks(template?.spec?.volumes) : []),
    ...validateEndless(template?.spec, kind),
  ];
}

/** READ_ONLY_UNTIL is the last release that looks at the disks of replicated pods. */
const READ_ONLY_UNTIL = 28;

/** A disk that several machines mount has to be read-only. */
function validateReadOnlyDisks(volumes: readonly corev1.Volume[] | undefined): FieldError[] {
  return foundIn(volumes, ({ gcePersistentDisk: disk }, i) =>
    !disk || disk.readOnly
      ? []
      : [
          field.invalid(
            TEMPLATE.child('spec', 'volumes').index(i).child('gcePersistentDisk', 'readOnly'),
            false,
            'must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only',
          ),
        ],
  );
}

/** validateEndless: pods that run for ever are restarted and have no deadline. */
export function validateEndless(spec: corev1.PodSpec | undefined, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  const path = TEMPLATE.child('spec');
  if (spec?.restartPolicy !== undefined && spec.restartPolicy !== 'Always') {
    errors.push(field.notSupported(path.child('restartPolicy'), spec.restartPolicy, ['Always']));
  }
  if (spec?.activeDeadlineSeconds !== undefined) {
    errors.push(
      field.forbidden(path.child('activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`),
    );
  }
  return errors;
}

/** validateSelectorUnchanged: which pods belong to a workload is fixed. */
export function validateSelectorUnchanged(
  now: metav1.LabelSelector | undefined,
  old: metav1.LabelSelector | undefined,
): FieldError[] {
  if (semanticEqual({ selector: now }, { selector: old })) return [];
  return [invalidStruct(SELECTOR, now ? goLabelSelector(now) : '"null"', IMMUTABLE)];
}
