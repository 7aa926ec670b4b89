import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';
import { MIRROR_ANNOTATION } from '../../authz/node/pod-references';
import { attributes, found, onResource } from '../../testing/attributes';
import { forbiddenLabels } from './node-labels';
import { NodeRestriction } from './node-restriction';

const user = { name: 'system:node:n1', groups: ['system:nodes'] };
const plugin = new NodeRestriction(
  found<corev1.Pod>(
    { metadata: { namespace: 'ns', name: 'mine', uid: 'p1' }, spec: { containers: [], nodeName: 'n1' } },
    { metadata: { namespace: 'ns', name: 'other', uid: 'p2' }, spec: { containers: [], nodeName: 'n2' } },
  ),
  found<corev1.Node>({ metadata: { name: 'n1', uid: 'u1' } }),
);
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1', controller: true };
const mirror = (spec: Partial<corev1.PodSpec> = {}, metadata: Partial<corev1.Pod['metadata']> = {}) => ({
  metadata: { annotations: { [MIRROR_ANNOTATION]: 'x' }, ownerReferences: [owner], ...metadata },
  spec: { nodeName: 'n1', ...spec },
});
const node = (change: object = {}, metadata: object = {}) => ({ metadata: { name: 'n1', ...metadata }, ...change });
const nodes = { ...onResource('nodes', 'Node'), namespace: '', name: 'n1' };
const lease = { ...onResource('leases', 'Lease', 'coordination.k8s.io'), namespace: 'kube-node-lease' };
const token = (ref: object) => ({ spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...ref } } });
const tokens = { ...onResource('serviceaccounts', 'TokenRequest'), subresource: 'token' };

describe('NodeRestriction', () => {
  test.each<[string, object | undefined, Partial<AdmissionAttributes>, string | undefined]>([
    ['a mirror pod of its own', mirror(), {}, undefined],
    ['a pod that mirrors nothing', mirror({}, { annotations: {} }), {}, 'node "n1" can only create mirror pods'],
    ['a mirror pod elsewhere', mirror({ nodeName: 'n2' }), {}, 'can only create pods with spec.nodeName set to itself'],
    [
      'without an owner',
      mirror({}, { ownerReferences: [] }),
      {},
      'can only create pods with an owner reference set to itself',
    ],
    [
      "of another node's uid",
      mirror({}, { ownerReferences: [{ ...owner, uid: 'u2' }] }),
      {},
      'node n1 UID mismatch: expected u2 got u1',
    ],
    [
      'with a secret',
      mirror({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
      {},
      'can not create pods that reference secrets',
    ],
    ['deleting its pod', undefined, { operation: 'DELETE', name: 'mine' }, undefined],
    [
      "deleting another's",
      undefined,
      { operation: 'DELETE', name: 'other' },
      'can only delete pods with spec.nodeName set to itself',
    ],
    [
      "evicting another's",
      {},
      { subresource: 'eviction', name: 'other' },
      'can only evict pods with spec.nodeName set to itself',
    ],
    [
      'the status of its pod',
      { metadata: {} },
      { subresource: 'status', operation: 'UPDATE', oldObject: { spec: { nodeName: 'n1' } } as object },
      undefined,
    ],
    [
      'labels by the status',
      { metadata: { labels: { a: 'b' } } },
      { subresource: 'status', operation: 'UPDATE', oldObject: { spec: { nodeName: 'n1' } } as object },
      'cannot update labels through pod status',
    ],
    ['exec', {}, { subresource: 'exec', operation: 'CONNECT' }, 'unexpected pod subresource "exec"'],
    ['its node', node(), nodes, undefined],
    [
      'another node',
      node({}, { name: 'n2' }),
      { ...nodes, name: 'n2' },
      'node "n1" is not allowed to modify node "n2"',
    ],
    [
      'with a role',
      node({}, { labels: { 'node-role.kubernetes.io/master': '' } }),
      nodes,
      'is not allowed to set the following labels: node-role.kubernetes.io/master',
    ],
    [
      'taints',
      node({ spec: { taints: [] } }),
      { ...nodes, operation: 'UPDATE', oldObject: node({ spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }) },
      'is not allowed to modify taints',
    ],
    ['its lease', { metadata: { name: 'n1' } }, lease, undefined],
    [
      'another lease',
      { metadata: { name: 'n2' } },
      lease,
      'can only access node lease with the same name as the requesting node',
    ],
    ['a token for its pod', token({ name: 'mine', uid: 'p1' }), tokens, undefined],
    [
      "a token for another's pod",
      token({ name: 'other', uid: 'p2' }),
      tokens,
      'node requested token bound to a pod scheduled on a different node',
    ],
    ['a token without a uid', token({ name: 'mine' }), tokens, 'node requested token with a pod binding without a uid'],
    ['a token bound to nothing', { spec: {} }, tokens, 'node requested token not bound to a pod'],
    [
      'the capacity of a claim',
      { status: { capacity: { storage: '2Gi' } } },
      {
        ...onResource('persistentvolumeclaims', 'PersistentVolumeClaim'),
        subresource: 'status',
        operation: 'UPDATE',
        oldObject: { status: {} } as object,
      },
      undefined,
    ],
    [
      'the phase of a claim',
      { status: { phase: 'Bound' } },
      {
        ...onResource('persistentvolumeclaims', 'PersistentVolumeClaim'),
        subresource: 'status',
        operation: 'UPDATE',
        oldObject: { status: {} } as object,
      },
      'may not update fields other than',
    ],
  ])('%s', async (_name, object, change, failure) => {
    const run = plugin.admit(attributes(object, { user, name: '', ...change }));
    await (failure ? expect(run).rejects.toThrow(failure) : expect(run).resolves.toBeUndefined());
  });

  test('others are none of its business', () => {
    expect(plugin.handles(attributes({}))).toBe(false);
    expect(plugin.handles(attributes({}, { user }))).toBe(true);
  });
});

test.each<[Record<string, string>, Record<string, string>, string[]]>([
  [{ 'kubernetes.io/hostname': 'a', 'example.com/x': '1', plain: '1' }, {}, []],
  [{ 'k8s.io/x': '1', 'a.kubernetes.io/y': '1' }, {}, ['a.kubernetes.io/y', 'k8s.io/x']],
  [{ 'node.kubernetes.io/any': '1', 'sub.kubelet.kubernetes.io/any': '1' }, {}, []],
  [
    { 'node-restriction.kubernetes.io/x': '1', 'a.node-restriction.kubernetes.io/y': '1' },
    {},
    ['a.node-restriction.kubernetes.io/y', 'node-restriction.kubernetes.io/x'],
  ],
  [{ 'k8s.io/x': '1' }, { 'k8s.io/x': '1' }, []],
  [{}, { 'k8s.io/x': '1' }, ['k8s.io/x']],
])('labels %j after %j: %j are forbidden', (now, old, want) => {
  expect(forbiddenLabels(now, old)).toEqual(want);
});
