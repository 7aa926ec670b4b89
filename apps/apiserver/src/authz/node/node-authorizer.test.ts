import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { bootstrapPolicy } from '../rbac/bootstrap-policy';
import { NodeAuthorizer } from './node-authorizer';
import type { NodeGraph } from './node-graph';
import { MIRROR_ANNOTATION, podReferences, volumeSecretKeys } from './pod-references';

const rules = bootstrapPolicy(33).clusterRoles.find(role => role.metadata!.name === 'system:node')!.rules!;
const reachable = new Set([
  'n1 secret ns/s',
  'n1 configmap ns/c',
  'n1 persistentvolumeclaim ns/p',
  'n1 persistentvolume /v',
  'n1 serviceaccount ns/sa',
  'n1 pod ns/own',
]);
const graph: NodeGraph = {
  reaches: (node, kind, namespace, name) => Promise.resolve(reachable.has(`${node} ${kind} ${namespace}/${name}`)),
};
const authorizer = new NodeAuthorizer(graph, rules, false);

const ask = (
  verb: string,
  resource: string,
  change: Partial<AuthorizationAttributes> = {},
): AuthorizationAttributes => ({
  ...{
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
    verb,
    isResourceRequest: true,
    group: '',
    version: 'v1',
  },
  ...{ resource, subresource: '', namespace: 'ns', name: 's', path: '' },
  ...change,
});
const lease = { group: 'coordination.k8s.io', namespace: 'kube-node-lease' };
const csi = { group: 'storage.k8s.io', namespace: '' };
const NONE = "no relationship found between node 'n1' and this object";

describe('NodeAuthorizer', () => {
  test.each<[string, AuthorizationAttributes, string | true | undefined]>([
    ['a secret of its pod', ask('get', 'secrets'), true],
    ['another secret', ask('get', 'secrets', { name: 'x' }), NONE],
    ['a secret elsewhere', ask('get', 'secrets', { namespace: 'other' }), NONE],
    ['a watch of one secret', ask('watch', 'secrets'), true],
    ['all secrets', ask('list', 'secrets', { name: '' }), 'No Object name found'],
    [
      'secrets of all namespaces',
      ask('list', 'secrets', { namespace: '' }),
      'can only read namespaced object of this type',
    ],
    ['writing a secret', ask('update', 'secrets'), 'can only read resources of this type'],
    ['a config map', ask('get', 'configmaps', { name: 'c' }), true],
    ['a claim', ask('get', 'persistentvolumeclaims', { name: 'p' }), true],
    [
      'listing claims',
      ask('list', 'persistentvolumeclaims', { name: '' }),
      'can only get individual resources of this type',
    ],
    ['the status of a claim', ask('patch', 'persistentvolumeclaims', { name: 'p', subresource: 'status' }), true],
    ['a volume', ask('get', 'persistentvolumes', { namespace: '', name: 'v' }), true],
    ['a token for its pod', ask('create', 'serviceaccounts', { name: 'sa', subresource: 'token' }), true],
    ['a token for another account', ask('create', 'serviceaccounts', { name: 'x', subresource: 'token' }), NONE],
    [
      'reading an account',
      ask('get', 'serviceaccounts', { name: 'sa' }),
      'can only create tokens for individual service accounts',
    ],
    ['its lease', ask('update', 'leases', { ...lease, name: 'n1' }), true],
    ['creating a lease', ask('create', 'leases', { ...lease, name: '' }), true],
    [
      'another lease',
      ask('get', 'leases', { ...lease, name: 'n2' }),
      'can only access node lease with the same name as the requesting node',
    ],
    [
      'a lease elsewhere',
      ask('get', 'leases', { ...lease, namespace: 'ns', name: 'n1' }),
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    [
      'listing leases',
      ask('list', 'leases', { ...lease, name: '' }),
      'can only get, create, update, patch, or delete a node lease',
    ],
    ['its CSINode', ask('get', 'csinodes', { ...csi, name: 'n1' }), true],
    [
      'another CSINode',
      ask('get', 'csinodes', { ...csi, name: 'n2' }),
      'can only access CSINode with the same name as the requesting node',
    ],
    ['pods', ask('list', 'pods', { namespace: '', name: '' }), true],
    ['deleting nodes', ask('delete', 'nodes', { namespace: '', name: 'n1' }), undefined],
    ['somebody who is no node', ask('get', 'secrets', { user: { name: 'system:node:n1', groups: [] } }), undefined],
    [
      'a node without a name',
      ask('get', 'secrets', { user: { name: 'system:node:', groups: ['system:nodes'] } }),
      'unknown node for user "system:node:"',
    ],
  ])('%s', async (_name, attributes, want) => {
    const expected = want === true ? { outcome: 'allow' } : { outcome: 'no opinion', ...(want && { reason: want }) };
    expect(await authorizer.authorize(attributes)).toEqual(expected);
  });
});

describe('podReferences', () => {
  const pod: corev1.Pod = {
    metadata: { name: 'p' },
    spec: {
      serviceAccountName: 'sa',
      imagePullSecrets: [{ name: 'pull' }],
      containers: [
        {
          name: 'c',
          envFrom: [{ configMapRef: { name: 'cm' } }],
          env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }],
        },
      ],
      volumes: [
        { name: 'a', secret: { secretName: 'vol' } },
        { name: 'b', persistentVolumeClaim: { claimName: 'claim' } },
        { name: 'e', ephemeral: {} },
        { name: 'd', projected: { sources: [{ configMap: { name: 'pcm' } }, { secret: { name: 'psec' } }] } },
      ],
    },
  };
  test('finds all that a pod names', () => {
    expect(podReferences(pod).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'serviceaccount sa',
      'secret pull',
      'configmap cm',
      'secret env',
      'secret vol',
      'persistentvolumeclaim claim',
      'persistentvolumeclaim p-e',
      'configmap pcm',
      'secret psec',
    ]);
  });
  test('a mirror pod refers to nothing', () => {
    expect(podReferences({ ...pod, metadata: { annotations: { [MIRROR_ANNOTATION]: 'x' } } })).toEqual([]);
  });
  test('secrets of a volume count once it is claimed', () => {
    const csi = { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { name: 's', namespace: 'n' } };
    expect(volumeSecretKeys({ spec: { csi } })).toEqual([]);
    expect(volumeSecretKeys({ spec: { csi, claimRef: { namespace: 'x', name: 'c' } } })).toEqual(['n/s']);
  });
});

describe('a node reads itself and its own pods only, from 1.32 on', () => {
  const own = new NodeAuthorizer(graph, rules, true);
  const all = { namespace: '', name: '' };
  test.each<[string, AuthorizationAttributes, string | true]>([
    ['its pod', ask('get', 'pods', { name: 'own' }), true],
    ['another', ask('get', 'pods', { name: 'x' }), NONE],
    ['all', ask('list', 'pods', all), 'can only list/watch pods with spec.nodeName field selector'],
    ['those bound to it', ask('watch', 'pods', { ...all, fieldSelector: 'spec.nodeName=n1' }), true],
    [
      'those not bound to it',
      ask('watch', 'pods', { ...all, fieldSelector: 'spec.nodeName!=n1' }),
      'can only list/watch pods with spec.nodeName field selector',
    ],
    ['its pod, by a watch', ask('watch', 'pods', { name: 'own' }), true],
    ['a mirror pod', ask('create', 'pods', { name: '' }), true],
    ['a status', ask('patch', 'pods', { subresource: 'status' }), true],
    ['itself', ask('get', 'nodes', { namespace: '', name: 'n1' }), true],
    ['itself, by a watch', ask('watch', 'nodes', { namespace: '', name: 'n1' }), true],
    [
      'another node',
      ask('get', 'nodes', { namespace: '', name: 'n2' }),
      "node 'n1' cannot read 'n2', only its own Node object",
    ],
    ['all nodes', ask('list', 'nodes', all), "node 'n1' cannot read all nodes, only its own Node object"],
    ['registering', ask('create', 'nodes', all), true],
    ['its status', ask('patch', 'nodes', { namespace: '', name: 'n1', subresource: 'status' }), true],
  ])('%s', async (_name, asked, want) => {
    const { outcome, reason } = await own.authorize(asked);
    expect(outcome === 'allow' || reason).toBe(want);
  });
  test.each(['pods', 'nodes'])('before, it reads all %s', async resource =>
    expect((await authorizer.authorize(ask('list', resource, all))).outcome).toBe('allow'),
  );
  test('it deletes no node', async () =>
    expect(await own.authorize(ask('delete', 'nodes', { namespace: '', name: 'n1' }))).toEqual({
      outcome: 'no opinion',
    }));
});
