import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { CidrSet } from '../node-ipam/cidr-set';
import { planTerminated } from '../pod-gc/plan';
import { NodeHealth } from './health';
import { evictionTime, planTaints, silentConditions } from './plan';

const NOW = Date.parse('2024-01-01T00:10:00Z');
const node = (
  ready: string | undefined,
  more: Partial<corev1.NodeSpec> = {},
  conditions: corev1.NodeCondition[] = [],
): corev1.Node => ({
  metadata: { name: 'n', creationTimestamp: '2024-01-01T00:00:00Z' },
  spec: more,
  status: { conditions: [...(ready ? [{ type: 'Ready', status: ready, reason: 'R' }] : []), ...conditions] },
});
const keys = (taints: corev1.Taint[]) =>
  taints.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);

describe('planTaints', () => {
  test.each([
    ['a ready node has none', node('True'), true, []],
    ['not ready', node('False'), true, ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['silent', node('Unknown'), true, ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    ['silent, while nobody is to be evicted', node('Unknown'), false, ['unreachable:NoSchedule']],
    ['cordoned', node('True', { unschedulable: true }), true, ['unschedulable:NoSchedule']],
    [
      'under pressure',
      node('True', {}, [{ type: 'MemoryPressure', status: 'True' }]),
      true,
      ['memory-pressure:NoSchedule'],
    ],
    [
      'taints of others stay, stale ones of ours go',
      node('True', {
        taints: [
          { key: 'gpu', effect: 'NoExecute' },
          { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
        ],
      }),
      true,
      ['gpu:NoExecute'],
    ],
  ])('%s', (_name, of, evict, expected) => {
    expect(keys(planTaints(of, evict, NOW))).toEqual(expected);
  });
  test('a taint that is there keeps its time', () => {
    const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2024-01-01T00:00:00Z' }];
    expect(planTaints(node('Unknown', { taints }), true, NOW)).toContainEqual(taints[0]);
  });
});

describe('evictionTime', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoExecute', timeAdded: '2024-01-01T00:09:00Z' };
  const at = (tolerations: corev1.Toleration[], taints: corev1.Taint[] = [taint]) =>
    evictionTime({ spec: { containers: [], tolerations } }, taints, NOW);
  test.each([
    ['not tolerated: now', [], NOW],
    ['tolerated for ever', [{ operator: 'Exists' }], undefined],
    [
      'tolerated for a time, from when the taint came',
      [{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }],
      NOW + 240_000,
    ],
    [
      'the shortest time counts',
      [
        { operator: 'Exists', tolerationSeconds: 300 },
        { key: 'k', value: 'v', tolerationSeconds: 100 },
      ],
      NOW + 40_000,
    ],
    ['another value is not tolerated', [{ key: 'k', operator: 'Equal', value: 'w' }], NOW],
    ['another effect is not tolerated', [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }], NOW],
  ])('%s', (_name, tolerations, expected) => {
    expect(at(tolerations)).toBe(expected);
  });
  test('NoSchedule taints evict nobody', () => expect(at([], [{ key: 'k', effect: 'NoSchedule' }])).toBeUndefined());
});

test('a silent node: all conditions become Unknown, once; one that never spoke says so', () => {
  const conditions = silentConditions(node('True'), NOW)!;
  expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['Ready', 'Unknown', 'NodeStatusUnknown'],
    ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated'],
  ]);
  expect(silentConditions({ ...node('True'), status: { conditions } }, NOW)).toBeUndefined();
});

test('conditions keep their places', () => {
  const conditions = ['DiskPressure', 'Mine', 'Ready'].map(type => ({ type, status: 'True' }));
  const silent = silentConditions({ ...node('True'), status: { conditions } }, NOW)!;
  expect(silent.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'DiskPressure Unknown',
    'Mine True',
    'Ready Unknown',
    'MemoryPressure Unknown',
    'PIDPressure Unknown',
  ]);
});

test('health counts from the last change, by our own clock', () => {
  const health = new NodeHealth();
  const lease = (renewTime: string) => ({ spec: { renewTime } });
  expect(health.see('n', undefined, lease('a'), 100)).toBe(100);
  expect(health.see('n', undefined, lease('a'), 200)).toBe(100);
  expect(health.see('n', undefined, lease('b'), 300)).toBe(300);
});

test('CidrSet hands out the lowest free range and takes ranges back', () => {
  const set = new CidrSet('10.244.0.0/22', 24);
  set.occupy('10.244.1.0/24');
  set.occupy('192.168.0.0/24');
  expect([set.next(), set.next(), set.next(), set.next()]).toEqual([
    '10.244.0.0/24',
    '10.244.2.0/24',
    '10.244.3.0/24',
    undefined,
  ]);
  set.release('10.244.2.0/24');
  expect(set.next()).toBe('10.244.2.0/24');
  expect(() => new CidrSet('10.0.0.0/24', 16)).toThrow();
});

test('finished pods past the threshold go, evicted ones first, then the oldest', () => {
  const pod = (name: string, phase: string, second: number, reason?: string): corev1.Pod => ({
    metadata: { name, creationTimestamp: `2024-01-01T00:00:0${second}Z` },
    status: { phase, reason },
  });
  const pods = [
    pod('old', 'Failed', 1),
    pod('evicted', 'Failed', 3, 'Evicted'),
    pod('new', 'Succeeded', 2),
    pod('running', 'Running', 0),
  ];
  expect(planTerminated(pods, 1).map(p => p.metadata?.name)).toEqual(['evicted', 'old']);
  expect(planTerminated(pods, 0)).toEqual([]);
});
