import type { admissionregistrationv1, corev1 } from '@navarch/api';
import {
  selectorFromLabelSelector,
  type GroupVersion,
  type KubeObject,
  type LabelSelector,
} from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';

/** Rule says which writes a webhook or a policy wants to see; a policy may name the objects. */
export type Rule = admissionregistrationv1.NamedRuleWithOperations;

/** isExempt: writes to the configuration of admission itself go by no webhook and no policy, or a bad one could never be removed. */
export function isExempt({ resource }: AdmissionAttributes): boolean {
  return resource.group === 'admissionregistration.k8s.io';
}

/**
 * matchedVersion is the version in which one of the rules is about the write: the one that was asked for, if it can be, else
 * (unless only exact ones may match) another of `versions`, in which the resource is served too. undefined: no rule is. Pure.
 */
export function matchedVersion<T extends GroupVersion & { readonly unserved?: boolean }>(
  rules: readonly Rule[],
  matchPolicy: string | undefined,
  attributes: AdmissionAttributes,
  versions: readonly T[],
): T | GroupVersion | undefined {
  const { requested } = attributes;
  const concerned = rules.filter(
    rule =>
      matchesOperation(rule, attributes) &&
      (!rule.resourceNames?.length || rule.resourceNames.includes(attributes.name)),
  );
  if (!concerned.length) return undefined;
  const own = versions.find(v => v.group === requested.group && v.version === requested.version) ?? requested;
  const candidates = matchPolicy === 'Exact' ? [own] : [own, ...versions.filter(({ unserved }) => !unserved)];
  return candidates.find(version => concerned.some(rule => matchesResource(rule, version, attributes)));
}

function matchesOperation(
  { operations = [], scope = '*' }: Rule,
  { operation, namespace, kind }: AdmissionAttributes,
): boolean {
  if (!operations.includes('*') && !operations.includes(operation)) return false;
  const namespaced = !!namespace && kind.kind !== 'Namespace';
  return scope === '*' || (scope === 'Namespaced') === namespaced;
}

function matchesResource(
  { apiGroups = [], apiVersions = [], resources = [] }: Rule,
  { group, version }: GroupVersion,
  { resource, subresource }: AdmissionAttributes,
): boolean {
  const has = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
  if (!has(apiGroups, group) || !has(apiVersions, version)) return false;
  return resources.some(text => {
    const slash = text.indexOf('/');
    const [wantedResource, wantedSub] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
    return (
      (wantedResource === '*' || wantedResource === resource.resource) &&
      (wantedSub === '*' || wantedSub === subresource)
    );
  });
}

/** Selectors choose writes by the labels of the namespace and of the object. */
export interface Selectors {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

/** selectorsMatch tells whether the selectors choose the write; `namespace` is the object's own. Pure. */
export function selectorsMatch(
  { namespaceSelector, objectSelector }: Selectors,
  attributes: AdmissionAttributes,
  namespace: corev1.Namespace | undefined,
): boolean {
  const { object, oldObject, kind } = attributes;
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  const namespaceLabels = isNamespace ? (object ?? oldObject)?.metadata?.labels : namespace?.metadata?.labels;
  if ((isNamespace || attributes.namespace) && !selects(namespaceSelector, namespaceLabels)) return false;
  if (!objectSelector || isEmpty(objectSelector)) return true;
  return [object, oldObject].some(
    (one: KubeObject | undefined) => one && selects(objectSelector, one.metadata?.labels),
  );
}

function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  return !selector || isEmpty(selector) || selectorFromLabelSelector(selector).matches(labels ?? {});
}

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelector) =>
  !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length;
