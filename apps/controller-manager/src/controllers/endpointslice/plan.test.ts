import { describe, expect, test } from '@jest/globals';
import type { corev1, discoveryv1 } from '@navarch/api';
import { planSubsets as planSubsetsIn } from '../endpoints/plan';
import { releaseOf } from '../../shared/release';
import type { SlicePlan } from '../../shared/endpoint-slices';
import { STALE_MS, SliceTracker } from '../../shared/slice-tracker';
import { addressTypes, planSlices as planSlicesIn, sliceLabels, MAX_ENDPOINTS } from './plan';

const NOW = releaseOf(33);
const THEN = releaseOf(20);
const TOLERATE = 'service.alpha.kubernetes.io/tolerate-unready-endpoints';
const planSlices = (
  owner: corev1.Service,
  pods: readonly corev1.Pod[],
  zoneOf: (node: string) => string | undefined,
  existing: readonly discoveryv1.EndpointSlice[],
) => planSlicesIn(owner, pods, zoneOf, existing, NOW);
const planSubsets = (owner: corev1.Service, pods: readonly corev1.Pod[]) => planSubsetsIn(owner, pods, NOW);

const service = (spec: Partial<corev1.ServiceSpec> = {}): corev1.Service => ({
  metadata: { name: 'web', namespace: 'n', labels: { tier: 'x' } },
  spec: {
    clusterIP: '10.96.0.9',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, targetPort: 'web' }],
    ...spec,
  },
});
const pod = (
  n: number,
  {
    ready = true,
    port = 8080,
    ...more
  }: { ready?: boolean; port?: number; deleting?: boolean; phase?: string; spec?: object } = {},
): corev1.Pod => ({
  metadata: {
    name: `p${n}`,
    namespace: 'n',
    uid: `u${n}`,
    ...(more.deleting && { deletionTimestamp: '2024-01-01T00:00:00Z' }),
  },
  spec: { nodeName: 'node', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port }] }], ...more.spec },
  status: {
    phase: more.phase ?? 'Running',
    podIP: `10.0.0.${n}`,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});
const pods = (count: number) => Array.from({ length: count }, (_, i) => pod(i));
const noZone = () => undefined;
/** applied is what the slices are after a plan. */
const applied = (existing: discoveryv1.EndpointSlice[], plan: SlicePlan): discoveryv1.EndpointSlice[] => [
  ...existing
    .filter(s => !plan.delete.includes(s))
    .map(s => plan.update.find(u => u.metadata?.name === s.metadata?.name) ?? s),
  ...plan.create.map((s, i) => ({
    ...s,
    metadata: { name: `new${existing.length + i}`, labels: sliceLabels(service()) },
  })),
];
const shape = (plan: SlicePlan) => ({
  create: plan.create.map(s => s.endpoints.length),
  update: plan.update.map(s => s.endpoints.length),
  delete: plan.delete.length,
});

describe('planSlices', () => {
  test('an endpoint says where it is and how it does', () => {
    const named = pod(1, { spec: { hostname: 'a', subdomain: 'web' } });
    const [slice] = planSlices(service(), [named], node => `zone-of-${node}`, []).create;
    expect(slice).toEqual({
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'a',
          nodeName: 'node',
          zone: 'zone-of-node',
          targetRef: { kind: 'Pod', namespace: 'n', name: 'p1', uid: 'u1' },
        },
      ],
    });
  });
  test.each([
    ['a ready one', {}, {}, { ready: true, serving: true, terminating: false }],
    ['one that is not ready', { ready: false }, {}, { ready: false, serving: false, terminating: false }],
    ['a terminating one still serves', { deleting: true }, {}, { ready: false, serving: true, terminating: true }],
    [
      'published whatever it says',
      { ready: false },
      { publishNotReadyAddresses: true },
      { ready: true, serving: false, terminating: false },
    ],
  ])('%s', (_name, of, spec, expected) => {
    expect(planSlices(service(spec), [pod(1, of)], noZone, []).create[0]!.endpoints[0]!.conditions).toEqual(expected);
  });
  test('finished pods and pods without the port are left out; an empty slice remains', () => {
    expect(shape(planSlices(service(), [pod(1, { phase: 'Succeeded' })], noZone, []))).toEqual({
      create: [0],
      update: [],
      delete: 0,
    });
  });
  test('a hundred in a slice; a change touches one slice; what empties goes', () => {
    const first = planSlices(service(), pods(250), noZone, []);
    expect(shape(first)).toEqual({ create: [MAX_ENDPOINTS, MAX_ENDPOINTS, 50], update: [], delete: 0 });
    const slices = applied([], first);
    expect(shape(planSlices(service(), pods(250), noZone, slices))).toEqual({ create: [], update: [], delete: 0 });
    expect(shape(planSlices(service(), pods(251), noZone, slices))).toEqual({ create: [], update: [51], delete: 0 });
    expect(shape(planSlices(service(), pods(200), noZone, slices))).toEqual({ create: [], update: [], delete: 1 });
    expect(shape(planSlices(service(), [], noZone, slices))).toEqual({ create: [], update: [0], delete: 2 });
  });
  test('1.20 shows no pod that is being deleted, unless asked to, and only whether it is ready', () => {
    const [going, here] = [pod(1, { deleting: true }), pod(2)];
    const conditions = (owner: corev1.Service) =>
      planSlicesIn(owner, [going, here], noZone, [], THEN).create[0]!.endpoints.map(({ conditions: c }) => c);
    expect(conditions(service())).toEqual([{ ready: true }]);
    expect(conditions(service({ publishNotReadyAddresses: true }))).toEqual([{ ready: true }, { ready: true }]);
  });
  test('pods whose named port differs get a slice of their own', () => {
    expect(shape(planSlices(service(), [pod(1), pod(2, { port: 9090 })], noZone, []))).toEqual({
      create: [1, 1],
      update: [],
      delete: 0,
    });
  });
});

test.each([
  ['its own word', { ipFamilies: ['IPv6', 'IPv4'] }, ['IPv6', 'IPv4']],
  ['its address', { clusterIP: '10.96.0.9' }, ['IPv4']],
  ['its address of six', { clusterIP: 'fd00::9' }, ['IPv6']],
  ['neither', { clusterIP: 'None' }, ['IPv4', 'IPv6']],
])('the families of a service by %s', (_name, spec, types) => {
  expect(addressTypes(service(spec))).toEqual(types);
});

describe('planSubsets', () => {
  test('ready and not ready apart, sorted, in one subset a set of ports', () => {
    const { subsets } = planSubsets(service(), [pod(2), pod(1), pod(3, { ready: false }), pod(4, { deleting: true })]);
    expect(subsets).toHaveLength(1);
    expect(subsets[0]!.addresses?.map(a => a.ip)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(subsets[0]!.notReadyAddresses?.map(a => a.ip)).toEqual(['10.0.0.3']);
    expect(subsets[0]!.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  });
  test('ports that the same pods serve share a subset', () => {
    const two = service({
      ports: [
        { name: 'http', port: 80, targetPort: 'web' },
        { name: 'dns', port: 53, targetPort: 5353 },
      ],
    });
    const { subsets } = planSubsets(two, [pod(1), pod(2, { port: 9090 })]);
    const shown = subsets.map(({ addresses, ports }) => [addresses?.map(a => a.ip), ports?.map(p => p.port)]);
    expect(shown).toHaveLength(3);
    expect(shown).toEqual(
      expect.arrayContaining([
        [['10.0.0.1', '10.0.0.2'], [5353]],
        [['10.0.0.1'], [8080]],
        [['10.0.0.2'], [9090]],
      ]),
    );
  });
  test('1.20: versions of pods, no limit, unready ones by annotation', () => {
    const old = { ...service(), metadata: { ...service().metadata, annotations: { [TOLERATE]: 'true' } } };
    const versioned = { ...pod(1, { ready: false }), metadata: { ...pod(1).metadata, resourceVersion: '7' } };
    const { subsets } = planSubsetsIn(old, [versioned], THEN);
    expect(subsets[0]!.addresses?.[0]?.targetRef?.resourceVersion).toBe('7');
    const many = planSubsetsIn(service(), pods(1001), THEN);
    expect([many.truncated, many.subsets[0]!.addresses?.length]).toEqual([false, 1001]);
    expect(planSubsets(old, [versioned]).subsets[0]!.addresses).toBeUndefined();
  });
  test('a headless service without ports lists addresses all the same', () => {
    const { subsets } = planSubsets(service({ ports: [], clusterIP: 'None' }), [pod(1)]);
    expect(subsets).toEqual([{ addresses: [expect.objectContaining({ ip: '10.0.0.1' })] }]);
  });
  test('past a thousand it is cut, and says so', () => {
    const { subsets, truncated } = planSubsets(service(), [...pods(1001), pod(2000, { ready: false })]);
    expect([truncated, subsets[0]!.addresses?.length, subsets[0]!.notReadyAddresses]).toEqual([true, 1000, undefined]);
  });
});

test('the tracker holds a pass back until the cache has what was written, but not for ever', () => {
  const tracker = new SliceTracker();
  const slice = (generation: number) => ({ addressType: 'IPv4', endpoints: [], metadata: { uid: 's', generation } });
  tracker.note('n/web', slice(2), 0);
  expect(tracker.isStale('n/web', [], 1)).toBe(true);
  expect(tracker.isStale('n/web', [slice(1)], 1)).toBe(true);
  expect(tracker.isStale('n/web', [slice(2)], 1)).toBe(false);
  expect(tracker.isStale('n/web', [], STALE_MS)).toBe(false);
});
