import { describe, expect, test } from '@jest/globals';
import { findTarget } from '../../testing/create';
import { ask } from '../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const APPS = '/apis/apps/v1/namespaces/n';
const labels = { a: 'b' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const workload = (spec: Part, metadata: Part = { name: 'x' }) => ({
  metadata,
  spec: { selector: { matchLabels: labels }, template, ...spec },
});

describe('a stateful set', () => {
  const sets = `${APPS}/statefulsets`;
  test('is called as hosts can be since 1.27', () => {
    const dotted = workload({}, { name: 'a.b' });
    expect(ask(sets, 26).created(dotted)).toEqual([]);
    expect(ask(sets, 33).created(dotted)).toEqual(['metadata.name: Invalid value: "a.b": must not contain dots']);
  });
  test('has a service that can be part of a name since 1.33', () => {
    const served = workload({ serviceName: 'a.b' });
    expect(ask(sets, 32).created(served)).toEqual([]);
    expect(ask(sets, 33).created(served)).toEqual(['spec.serviceName: Invalid value: "a.b": must not contain dots']);
  });
  test('may change how much it remembers since 1.33', () => {
    const change = (emulated: number, spec: Part) => ask(sets, emulated).changed(workload({}), workload(spec));
    expect(change(33, { revisionHistoryLimit: 3, minReadySeconds: 2 })).toEqual([]);
    expect(change(32, { revisionHistoryLimit: 3 })).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
    expect(change(33, { replicas: -1 })).toEqual([
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

describe('a daemon set of today', () => {
  const rolling = (rollingUpdate: Part) =>
    ask(`${APPS}/daemonsets`, 33).created(workload({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }));
  const at = 'spec.updateStrategy.rollingUpdate';
  test.each<readonly [rollingUpdate: Part, findings: string[]]>([
    [{ maxSurge: 1, maxUnavailable: 0 }, []],
    [{ maxSurge: 0, maxUnavailable: 0 }, [`${at}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`]],
    [
      { maxSurge: 1, maxUnavailable: 1 },
      [
        `${at}.maxSurge: Invalid value: intstr.IntOrString{Type:0, IntVal:1, StrVal:""}: may not be set when maxUnavailable is non-zero`,
      ],
    ],
  ])('%j', (rollingUpdate, findings) => {
    expect(rolling(rollingUpdate)).toEqual(findings);
  });
});

test.each([
  [`${APPS}/deployments`, 'used in Pod names and hostnames'],
  [`${APPS}/replicasets`, 'used in Pod names and hostnames'],
  ['/apis/batch/v1/namespaces/n/jobs', 'used in Pod names and hostnames'],
  ['/api/v1/namespaces/n/pods', "used in the Pod's hostname"],
])('%s: a name that is no label warns', (path, uses) => {
  const warn = (name: string, old?: Part, emulated = 33) =>
    findTarget(path, emulated)!.kind.strategy.warnings!(
      { metadata: { name } } as never,
      old as never,
      { emulated } as never,
    );
  expect(warn('a.b')).toEqual([
    `metadata.name: this is ${uses}, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]`,
  ]);
  expect([warn('a'), warn('a.b', {}), warn('a.b', undefined, 26)]).toEqual([[], [], []]);
});

describe('the status of a disruption budget', () => {
  const budgets = '/apis/policy/v1/namespaces/n/poddisruptionbudgets';
  const condition = { type: 'A', status: 'True', reason: 'B', message: '', lastTransitionTime: '2025-01-01T00:00:00Z' };
  const said = (status: Part) =>
    ask(budgets, 33).changed({ spec: { minAvailable: 1 } }, stored => ({ ...stored, status }), 'status');
  test('is checked', () => {
    expect(said({ disruptionsAllowed: 0, conditions: [condition] })).toEqual([]);
    expect(said({ expectedPods: -1, conditions: [condition, { ...condition, status: 'x', reason: '' }] })).toEqual([
      'status.conditions[1].type: Duplicate value: "A"',
      'status.conditions[1].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
      'status.conditions[1].reason: Required value: must be set',
      'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

test('claims and volumes warn of what is old and of halves of bytes', () => {
  const warn = (path: string, object: Part) =>
    findTarget(path, 33)!.kind.strategy.warnings!(object as never, undefined, { emulated: 33 } as never);
  const metadata = { annotations: { 'volume.beta.kubernetes.io/storage-class': 'c' } };
  const old =
    'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead';
  const spec = { resources: { requests: { storage: '1500m' } } };
  expect(warn('/api/v1/namespaces/n/persistentvolumeclaims', { metadata, spec })).toEqual([
    old,
    'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
  ]);
  const recycle = { metadata, spec: { persistentVolumeReclaimPolicy: 'Recycle' } };
  expect(warn('/api/v1/persistentvolumes', recycle)).toEqual([
    old,
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
  ]);
});
