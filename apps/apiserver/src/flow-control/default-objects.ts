import type { flowcontrolv1 } from '@navarch/api';
import { mandatoryLevels, mandatorySchemas, type Store } from '@navarch/apiserver-runtime';
import { ensure } from '../bootstrap/ensure';
import { AUTOUPDATE } from './kept-objects';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';

type Queuing = { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number };

/** LEVELS: name, shares, the percentage others may borrow, and queues. */
const LEVELS: readonly { name: string; shares: number; lendable: number; queuing: Queuing }[] = [
  { name: 'system', shares: 30, lendable: 33, queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
  { name: 'node-high', shares: 40, lendable: 25, queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
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

/** SCHEMAS: name, level, precedence (low first), how flows are told apart, and what belongs to it. */
const SCHEMAS: readonly {
  name: string;
  level: string;
  precedence: number;
  by?: 'ByUser' | 'ByNamespace';
  rules: Rule[];
}[] = [
  {
    name: 'probes',
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
    rules: [
      {
        subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
        resourceRules: [resources(LOCK_VERBS, ['coordination.k8s.io'], ['leases'], ['*'])],
      },
    ],
  },
  {
    name: 'endpoint-controller',
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
    rules: [
      {
        subjects: [account('kube-system', '*')],
        resourceRules: [resources(LOCK_VERBS, ['coordination.k8s.io'], ['leases'], ['*'])],
      },
    ],
  },
  {
    name: 'system-node-high',
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
    rules: [everything(account('kube-system', '*'))],
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

/** ensureFlowControl makes the default levels and schemas that are missing. */
export async function ensureFlowControl(
  schemas: Store<flowcontrolv1.FlowSchema>,
  levels: Store<flowcontrolv1.PriorityLevelConfiguration>,
): Promise<void> {
  await Promise.all([
    ...defaultLevels().map(level => ensure(levels, level)),
    ...defaultSchemas().map(schema => ensure(schemas, schema)),
  ]);
}

const autoupdated = (name: string | undefined) => ({
  name: name ?? '',
  generation: 1,
  annotations: { [AUTOUPDATE]: 'true' },
});

/** defaultLevels are the priority levels of a fresh cluster: the mandatory ones, and those that are suggested. Pure. */
export function defaultLevels(): flowcontrolv1.PriorityLevelConfiguration[] {
  return [
    ...mandatoryLevels.map(level => ({ ...structuredClone(level), metadata: autoupdated(level.metadata?.name) })),
    ...LEVELS.map(({ name, shares, lendable, queuing }) => ({
      apiVersion: API_VERSION,
      kind: 'PriorityLevelConfiguration',
      metadata: autoupdated(name),
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

/** defaultSchemas are the flow schemas of a fresh cluster. Pure. */
export function defaultSchemas(): flowcontrolv1.FlowSchema[] {
  return [
    ...mandatorySchemas.map(schema => ({ ...structuredClone(schema), metadata: autoupdated(schema.metadata?.name) })),
    ...SCHEMAS.map(({ name, level, precedence, by, rules }) => ({
      apiVersion: API_VERSION,
      kind: 'FlowSchema',
      metadata: autoupdated(name),
      spec: {
        priorityLevelConfiguration: { name: level },
        matchingPrecedence: precedence,
        ...(by && { distinguisherMethod: { type: by } }),
        rules: structuredClone(rules),
      },
    })),
  ];
}
