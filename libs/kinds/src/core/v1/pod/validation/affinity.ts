import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, type Release } from '../../../../shared/errors';
import { validateLabelName, validateLabelSelector } from '../../../../shared/label-validation';
import { STRICT_VALUES, validateNodeSelector, validateNodeSelectorTerm } from './node-selector';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** validateAffinity checks where a pod wants to be, and with whom. */
export function validateAffinity(affinity: corev1.Affinity | undefined, path: Path, release: Release): FieldError[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, path.child('nodeAffinity'), release) : []),
    ...(podAffinity ? validatePodAffinity(podAffinity, path.child('podAffinity'), release) : []),
    ...(podAntiAffinity ? validatePodAffinity(podAntiAffinity, path.child('podAntiAffinity'), release) : []),
  ];
}

function validateNodeAffinity(affinity: corev1.NodeAffinity, path: Path, { emulated }: Release): FieldError[] {
  const required = affinity[REQUIRED];
  return [
    ...(required ? validateNodeSelector(required, path.child(REQUIRED), emulated >= STRICT_VALUES) : []),
    ...foundIn(affinity[PREFERRED], ({ weight, preference }, i) => {
      const at = path.child(PREFERRED).index(i);
      return [...validateWeight(weight, at), ...validateNodeSelectorTerm(preference ?? {}, at.child('preference'))];
    }),
  ];
}

function validatePodAffinity(affinity: corev1.PodAffinity, path: Path, release: Release): FieldError[] {
  return [
    ...foundIn(affinity[REQUIRED], (term, i) => validateTerm(term, path.child(REQUIRED).index(i), release)),
    ...foundIn(affinity[PREFERRED], ({ weight, podAffinityTerm }, i) => {
      const at = path.child(PREFERRED).index(i);
      return [
        ...validateWeight(weight, at),
        ...validateTerm(podAffinityTerm ?? {}, at.child('podAffinityTerm'), release),
      ];
    }),
  ];
}

function validateWeight(weight: number | undefined, path: Path): FieldError[] {
  const value = weight ?? 0;
  return value >= 1 && value <= 100 ? [] : [field.invalid(path.child('weight'), value, 'must be in the range 1-100')];
}

function validateTerm(term: Partial<corev1.PodAffinityTerm>, path: Path, release: Release): FieldError[] {
  const selectorPath = path.child(release.emulated >= 22 ? 'labelSelector' : 'matchExpressions');
  const topology = path.child('topologyKey');
  return [
    ...validateLabelSelector(term.labelSelector, selectorPath, release),
    ...validateLabelSelector(term.namespaceSelector, path.child('namespaceSelector'), release),
    ...foundIn(term.namespaces, name => each(path.child('namespace'), name, isDNS1123Label(name, release))),
    ...validateLabelKeys(term, 'matchLabelKeys', path),
    ...validateLabelKeys(term, 'mismatchLabelKeys', path),
    ...validateMergedKeys(term, path),
    ...(term.topologyKey ? [] : [field.required(topology, 'can not be empty')]),
    ...validateLabelName(term.topologyKey ?? '', topology),
  ];
}

/** What a key stands for is in the selector by now: a key that comes there twice was given twice. It may not stand for both, same and other. */
function validateMergedKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Partial<corev1.PodAffinityTerm>,
  path: Path,
): FieldError[] {
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  const twice = foundIn(labelSelector?.matchExpressions, ({ key }) => {
    const i = seen.has(key) ? matchLabelKeys.lastIndexOf(key) : -1;
    seen.add(key);
    return i < 0 ? [] : [field.invalid(path.index(i), key, 'exists in both matchLabelKeys and labelSelector')];
  });
  const both = foundIn(matchLabelKeys, (key, i) =>
    mismatchLabelKeys.includes(key)
      ? [
          field.invalid(
            path.child('matchLabelKeys').index(i),
            key,
            'exists in both matchLabelKeys and mismatchLabelKeys',
          ),
        ]
      : [],
  );
  return [...twice, ...both];
}

/** validateTopologySpread checks how evenly pods are to be spread. */
export function validateTopologySpread(
  constraints: readonly corev1.TopologySpreadConstraint[] | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  const pairs = (constraints ?? []).map(c => `{${c.topologyKey ?? ''}, ${c.whenUnsatisfiable ?? ''}}`);
  return foundIn(constraints, (constraint, i) => {
    const at = path.index(i);
    const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
    const errors: FieldError[] = [];
    if (!(maxSkew > 0)) errors.push(field.invalid(at.child('maxSkew'), maxSkew ?? 0, 'must be greater than zero'));
    if (!topologyKey) errors.push(field.required(at.child('topologyKey'), 'can not be empty'));
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable)) {
      errors.push(
        field.notSupported(at.child('whenUnsatisfiable'), whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway']),
      );
    }
    // The finding stands at the first of the two.
    if (pairs.includes(pairs[i]!, i + 1))
      errors.push(field.duplicate(at.child('{topologyKey, whenUnsatisfiable}'), pairs[i]));
    const { minDomains, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
    const domains = at.child('minDomains');
    if (minDomains !== undefined && minDomains <= 0)
      errors.push(field.invalid(domains, minDomains, 'must be greater than zero'));
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
      errors.push(field.invalid(domains, minDomains, detail));
    }
    for (const [name, policy] of Object.entries({ nodeAffinityPolicy, nodeTaintsPolicy }))
      if (policy !== undefined) errors.push(...oneOf(at.child(name), policy, ['Honor', 'Ignore']));
    errors.push(...validateLabelKeys(constraint, 'matchLabelKeys', at, true));
    return release.emulated >= 27
      ? [...errors, ...validateLabelSelector(labelSelector, at.child('labelSelector'), release)]
      : errors;
  });
}

/** Keys of labels whose values are the pod's own add to the selector, so there has to be one without them. `apart`: and it does not have the same keys. */
function validateLabelKeys(
  term: Partial<corev1.PodAffinityTerm>,
  name: 'matchLabelKeys' | 'mismatchLabelKeys',
  path: Path,
  apart = false,
): FieldError[] {
  const { labelSelector, [name]: keys = [] } = term;
  const at = path.child(name);
  if (keys.length && !labelSelector)
    return [field.forbidden(at, 'must not be specified when labelSelector is not set')];
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(e => e.key),
  ]);
  return foundIn(keys, (key, i) => [
    ...validateLabelName(key, at.index(i)),
    ...(apart && selected.has(key)
      ? [field.invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector')]
      : []),
  ]);
}
