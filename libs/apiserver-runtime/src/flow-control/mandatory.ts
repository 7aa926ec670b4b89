import type { flowcontrolv1 } from '@navarch/api';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const everything = (...groups: string[]): flowcontrolv1.PolicyRulesWithSubjects[] => [
  {
    subjects: groups.map(name => ({ kind: 'Group', group: { name } })),
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  },
];

/** mandatoryLevels are the levels without which no request could be classified: they hold even where nobody stored them. */
export const mandatoryLevels: readonly flowcontrolv1.PriorityLevelConfiguration[] = [
  {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'exempt' },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'catch-all' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    },
  },
];

/** mandatorySchemas are those of the mandatory levels: administrators are exempt, what nothing else matches is caught. */
export const mandatorySchemas: readonly flowcontrolv1.FlowSchema[] = [
  {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name: 'exempt' },
    spec: {
      priorityLevelConfiguration: { name: 'exempt' },
      matchingPrecedence: 1,
      rules: everything('system:masters'),
    },
  },
  {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name: 'catch-all' },
    spec: {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: 'ByUser' },
      rules: everything('system:unauthenticated', 'system:authenticated'),
    },
  },
];

/** withMandatory adds the mandatory objects that are not among the given ones. */
export function withMandatory<T extends { readonly metadata?: { readonly name?: string } }>(
  given: readonly T[],
  mandatory: readonly T[],
): T[] {
  const names = new Set(given.map(one => one.metadata?.name));
  return [...given, ...mandatory.filter(one => !names.has(one.metadata?.name))];
}
