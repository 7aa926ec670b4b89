import type { admissionregistrationv1, corev1 } from '@navarch/api';
import {
  selectorFromLabelSelector,
  type GroupVersion,
  type KubeObject,
  type LabelSelector,
} from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';

type Rule = admissionregistrationv1.RuleWithOperations;

/** Webhook is what mutating and validating webhooks have in common. */
export type Webhook = Omit<admissionregistrationv1.ValidatingWebhook, 'matchPolicy'> & {
  readonly matchPolicy?: string;
  readonly reinvocationPolicy?: string;
};

/** isExempt: writes to the webhook configurations themselves go by no webhook, or a bad one could never be removed. */
export function isExempt({ resource }: AdmissionAttributes): boolean {
  return resource.group === 'admissionregistration.k8s.io';
}

/** rulesMatch tells whether one of a webhook's rules is about the write; `versions` are all in which the resource is served. Pure. */
export function rulesMatch(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  versions: readonly GroupVersion[],
): boolean {
  const candidates =
    webhook.matchPolicy === 'Exact' ? [attributes.requested] : [attributes.requested, attributes.resource, ...versions];
  return (webhook.rules ?? []).some(
    rule =>
      matchesOperation(rule, attributes) && candidates.some(version => matchesResource(rule, version, attributes)),
  );
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

/** selectorsMatch tells whether a webhook's namespace and object selectors choose the write; `namespace` is the object's own. Pure. */
export function selectorsMatch(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  namespace: corev1.Namespace | undefined,
): boolean {
  const { object, oldObject, kind } = attributes;
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  const namespaceLabels = isNamespace ? (object ?? oldObject)?.metadata?.labels : namespace?.metadata?.labels;
  if ((isNamespace || attributes.namespace) && !selects(webhook.namespaceSelector, namespaceLabels)) return false;
  if (!webhook.objectSelector || isEmpty(webhook.objectSelector)) return true;
  return [object, oldObject].some(
    (one: KubeObject | undefined) => one && selects(webhook.objectSelector, one.metadata?.labels),
  );
}

function selects(
  selector: { matchLabels?: Record<string, string>; matchExpressions?: unknown[] } | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return !selector || isEmpty(selector) || selectorFromLabelSelector(selector as LabelSelector).matches(labels ?? {});
}

const isEmpty = ({ matchLabels, matchExpressions }: { matchLabels?: object; matchExpressions?: unknown[] }) =>
  !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length;
