import type { corev1 } from '@navarch/api';
import { field, foundIn, inclusiveRange, Path, type FieldError } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { semanticEqual } from '../../../../shared/equal';
import { validateAnnotationChanges } from './annotations';
import { validateImageSpaces } from './containers';
import { validateTolerations } from './tolerations';

const SPEC = Path.at('spec');

/** validatePodUpdate tells what a change of a pod's spec may not do: nearly all of it is fixed once the pod exists. */
export function validatePodUpdate(pod: corev1.Pod, old: corev1.Pod, release: Release): FieldError[] {
  const spec = pod.spec!;
  const oldSpec = old.spec!;
  const errors = validateAnnotationChanges(pod, old, Path.at('metadata', 'annotations'));
  for (const list of ['containers', 'initContainers'] as const) {
    const { errors: found, stop } = validateImages(spec[list] ?? [], oldSpec[list] ?? [], SPEC.child(list));
    errors.push(...found);
    if (stop) return errors;
  }
  const deadline = validateDeadlineChange(spec, oldSpec);
  errors.push(...deadline);
  // A deadline that was put up or is out of bounds hides everything else.
  if (deadline.length && spec.activeDeadlineSeconds !== undefined) return errors;
  errors.push(...validateTolerationChange(spec, oldSpec), ...validateGateChange(spec, oldSpec));
  const same = semanticEqual(withMutableOf(spec, oldSpec), oldSpec);
  return same ? errors : [...errors, field.forbidden(SPEC, frozen(release))];
}

function frozen({ emulated }: Release): string {
  const additions = '(only additions to existing tolerations)';
  const fields = ['`spec.containers[*].image`', '`spec.initContainers[*].image`', '`spec.activeDeadlineSeconds`'];
  if (emulated < 24)
    return `pod updates may not change fields other than ${fields.join(', ')} or \`spec.tolerations\` ${additions}`;
  const grace = '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return `pod updates may not change fields other than ${fields.join(',')},\`spec.tolerations\` ${additions},${grace}`;
}

function validateImages(
  containers: readonly corev1.Container[],
  old: readonly corev1.Container[],
  path: Path,
): { errors: FieldError[]; stop: boolean } {
  if (containers.length !== old.length) {
    return { errors: [field.forbidden(path, 'pod updates may not add or remove containers')], stop: true };
  }
  const missing = foundIn(containers, (c, i) => (c.image ? [] : [field.required(path.index(i).child('image'))]));
  return { errors: [...missing, ...validateImageSpaces(containers, path)], stop: false };
}

function validateDeadlineChange(
  { activeDeadlineSeconds: now }: corev1.PodSpec,
  { activeDeadlineSeconds: before }: corev1.PodSpec,
): FieldError[] {
  const path = SPEC.child('activeDeadlineSeconds');
  const max = 2 ** 31 - 1;
  if (now === undefined) {
    return before === undefined
      ? []
      : [field.invalid(path, undefined, 'must not update from a positive integer to nil value')];
  }
  if (now < 0 || now > max) return [field.invalid(path, now, inclusiveRange(0, max))];
  if (before !== undefined && before < now)
    return [field.invalid(path, now, 'must be less than or equal to previous value')];
  return [];
}

/** Tolerations may only be added; of the old ones the seconds may change. */
function validateTolerationChange(
  { tolerations = [] }: corev1.PodSpec,
  { tolerations: before = [] }: corev1.PodSpec,
): FieldError[] {
  const path = SPEC.child('tolerations');
  const essence = ({ tolerationSeconds: _, ...rest }: corev1.Toleration) => rest;
  const kept = before.every(old => tolerations.some(t => semanticEqual(essence(t), essence(old))));
  return kept
    ? validateTolerations(tolerations, path)
    : [field.forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')];
}

function validateGateChange(
  { schedulingGates = [] }: corev1.PodSpec,
  { schedulingGates: before = [] }: corev1.PodSpec,
): FieldError[] {
  const old = new Set(before.map(gate => gate.name));
  return schedulingGates
    .filter(gate => !old.has(gate.name))
    .map(gate =>
      field.forbidden(
        SPEC.child('schedulingGates'),
        `only deletion is allowed, but found new scheduling gate '${gate.name}'`,
      ),
    );
}

/** withMutableOf is the new spec with the old values of everything that may change. */
function withMutableOf(spec: corev1.PodSpec, old: corev1.PodSpec): corev1.PodSpec {
  const images = (list: readonly corev1.Container[] | undefined, before: readonly corev1.Container[] | undefined) =>
    list?.map((container, i) => ({ ...container, image: before?.[i]?.image }) as corev1.Container);
  const graceFixed = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  return {
    ...spec,
    containers: images(spec.containers, old.containers) ?? [],
    initContainers: images(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    ...(graceFixed && { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }),
    ...(old.schedulingGates?.length && {
      schedulingGates: old.schedulingGates,
      // What a gated pod asks of its node may be narrowed before anybody has looked at it.
      nodeSelector: old.nodeSelector,
      affinity: old.affinity,
    }),
  };
}
