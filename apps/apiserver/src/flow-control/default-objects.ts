import type { flowcontrolv1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import { mandatoryLevels, mandatorySchemas } from '@navarch/kinds';
import { ensure } from '../bootstrap/ensure';
import { AUTOUPDATE, MANDATORY } from './kept-objects';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';

type Queuing = { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number };

/** AUTOUPDATE_SINCE is the release from which on the server keeps suggested objects in shape, and marks those that it keeps. */
export const AUTOUPDATE_SINCE = 23;

/** LEVELS: name, shares, the percentage others may borrow, queues, and the release they came with. */
const LEVELS: readonly { name: string; shares: number; lendable: number; queuing: Queuing; since?: number }[] = [
  { name: 'system', shares: 30, lendable: 33, queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
  {
    name: 'node-high',
    shares: 40,
    lendable: 25,
    queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 },
    since: 22,
  },
  { name: 'leader-election', shares: 10, lendable: 0, queuing: { queues: 16, handSize: 4, queueLengthLimit: 50 } },
  { name: 'workload-high', shares: 40, lendable: 50, queuing: { queues: 128, handSize: 6, queueLengthLimit: 50 } },
  { name: 'workload-low', shares: 100, lendable: 90, queuing: { queues: 128, handSize: 6, queueLengthLimit: 50 } },
  { name: 'global-default', shares: 20, lendable: 50, queuing: { queues: 128, handSize: 6, queueLengthLimit: 50 } },
];

type Rule = Pick<flowcontrolv1.PolicyRulesWithSubjects, 'subjects' | 'resourceRules' | 'nonResourceRules'>;

const group = (name: string): flowcontrolv1.Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): flowcontrolv1.Subject => ({ kind: 'User', user: { name } });
const account = (namespace: string, name: string): flowcontrolv1.Subject => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace, name },
});
const resources = (
  verbs: string[],
  apiGroups: string[],
  names: string[],
  namespaces?: string[],
): flowcontrolv1.ResourcePolicyRule => ({
  verbs,
  apiGroups,
  resources: names,
  ...(namespaces ? { namespaces } : { namespaces: ['*'], clusterScope: true }),
});
const everything = (...subjects: flowcontrolv1.Subject[]): Rule => ({
  subjects,
  resourceRules: [resources(['*'], ['*'], ['*'])],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});
const EVERYBODY = [group('system:unauthenticated'), group('system:authenticated')];
const LOCK_VERBS = ['get', 'create', 'update'];
const KUBE_SYSTEM = account('kube-system', '*');
const leases = resources(LOCK_VERBS, ['coordination.k8s.io'], ['leases'], ['*']);
const oldLocks = (namespace: string) => resources(LOCK_VERBS, [''], ['endpoints', 'configmaps'], [namespace]);

/** SCHEMAS: name, level, precedence (low first), how flows are told apart, what belongs to it, and in which releases it is there. */
const SCHEMAS: readonly {
  name: string;
  level: string;
  precedence: number;
  by?: 'ByUser' | 'ByNamespace';
  since?: number;
  until?: number;
  rules: Rule[];
}[] = [
  {
    name: 'probes',
    since: 21,
    level: 'exempt',
    precedence: 2,
    rules: [
      {
        subjects: EVERYBODY,
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
      },
    ],
  },
  {
    name: 'system-leader-election',
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    until: 23,
    rules: [
      {
        subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), KUBE_SYSTEM],
        resourceRules: [oldLocks('kube-system'), leases],
      },
    ],
  },
  {
    name: 'system-leader-election',
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    since: 24,
    rules: [
      {
        subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), KUBE_SYSTEM],
        resourceRules: [leases],
      },
    ],
  },
  {
    name: 'endpoint-controller',
    since: 24,
    level: 'workload-high',
    precedence: 150,
    by: 'ByUser',
    rules: [
      {
        subjects: [
          user('system:kube-controller-manager'),
          account('kube-system', 'endpoint-controller'),
          account('kube-system', 'endpointslicemirroring-controller'),
        ],
        resourceRules: [resources(['get', 'create', 'update'], [''], ['endpoints'], ['*'])],
      },
    ],
  },
  {
    name: 'workload-leader-election',
    level: 'leader-election',
    precedence: 200,
    by: 'ByUser',
    rules: [{ subjects: [KUBE_SYSTEM], resourceRules: [oldLocks('*'), leases] }],
  },
  {
    name: 'system-node-high',
    since: 22,
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    rules: [
      {
        subjects: [group('system:nodes')],
        resourceRules: [
          resources(['*'], [''], ['nodes', 'nodes/status']),
          resources(['*'], ['coordination.k8s.io'], ['leases'], ['*']),
        ],
      },
    ],
  },
  { name: 'system-nodes', level: 'system', precedence: 500, by: 'ByUser', rules: [everything(group('system:nodes'))] },
  {
    name: 'kube-controller-manager',
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rules: [everything(user('system:kube-controller-manager'))],
  },
  {
    name: 'kube-scheduler',
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rules: [everything(user('system:kube-scheduler'))],
  },
  {
    name: 'kube-system-service-accounts',
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    rules: [everything(KUBE_SYSTEM)],
  },
  {
    name: 'service-accounts',
    level: 'workload-low',
    precedence: 9000,
    by: 'ByUser',
    rules: [everything(group('system:serviceaccounts'))],
  },
  {
    name: 'global-default',
    level: 'global-default',
    precedence: 9900,
    by: 'ByUser',
    rules: [everything(...EVERYBODY)],
  },
];

/**
 * ensureFlowControl makes the default levels and schemas of a release (its minor number) that are missing. Where the server does not
 * keep the suggested ones, it makes them in a fresh cluster only.
 */
export async function ensureFlowControl(
  schemas: Store<flowcontrolv1.FlowSchema>,
  levels: Store<flowcontrolv1.PriorityLevelConfiguration>,
  minor: number,
): Promise<void> {
  const isFresh = minor >= AUTOUPDATE_SINCE || !(await levels.get('', 'exempt'));
  const isWanted = ({ metadata }: KubeObject) => isFresh || MANDATORY.has(metadata?.name ?? '');
  await Promise.all([
    ...defaultLevels(minor)
      .filter(isWanted)
      .map(level => ensure(levels, level)),
    ...defaultSchemas(minor)
      .filter(isWanted)
      .map(schema => ensure(schemas, schema)),
  ]);
}

const metadataOf = (name: string | undefined, minor: number) => ({
  name: name ?? '',
  ...(minor >= AUTOUPDATE_SINCE && { annotations: { [AUTOUPDATE]: 'true' } }),
});

/** defaultLevels are the priority levels of a fresh cluster of a release: the mandatory ones, and those that are suggested. Pure. */
export function defaultLevels(minor: number): flowcontrolv1.PriorityLevelConfiguration[] {
  return [
    ...mandatoryLevels.map(level => ({ ...structuredClone(level), metadata: metadataOf(level.metadata?.name, minor) })),
    ...LEVELS.filter(({ since = 0 }) => since <= minor).map(({ name, shares, lendable, queuing }) => ({
      apiVersion: API_VERSION,
      kind: 'PriorityLevelConfiguration',
      metadata: metadataOf(name, minor),
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: shares,
          lendablePercent: lendable,
          limitResponse: { type: 'Queue', queuing: { ...queuing } },
        },
      },
    })),
  ];
}

/** defaultSchemas are the flow schemas of a fresh cluster of a release. Pure. */
export function defaultSchemas(minor: number): flowcontrolv1.FlowSchema[] {
  const suggested = SCHEMAS.filter(({ since = 0, until = Infinity }) => since <= minor && minor <= until);
  return [
    ...mandatorySchemas.map(schema => ({
      ...structuredClone(schema),
      metadata: metadataOf(schema.metadata?.name, minor),
    })),
    ...suggested.map(({ name, level, precedence, by, rules }) => ({
      apiVersion: API_VERSION,
      kind: 'FlowSchema',
      metadata: metadataOf(name, minor),
      spec: {
        priorityLevelConfiguration: { name: level },
        matchingPrecedence: precedence,
        ...(by && { distinguisherMethod: { type: by } }),
        rules: structuredClone(rules),
      },
    })),
  ];
}
