import { expect, test } from '@jest/globals';
import type { corev1, storagev1 } from '@navarch/api';
import type { Informer } from '@navarch/client';
import { matches, type Entry, type ListOptions, type StoredObject } from '@navarch/storage';
import { CachedNodeGraph, type GraphKind } from './node-graph';

/** pod is the entry of a pod on a node that mounts a Secret, a ConfigMap and a claim. */
function pod(node: string, namespace: string, secret: string): Entry {
  const metadata = { name: 'p', namespace, uid: 'u', resourceVersion: '1' };
  const volumes = [
    { name: 's', secret: { secretName: secret } },
    { name: 'c', persistentVolumeClaim: { claimName: 'c' } },
  ];
  const object = { kind: 'Pod', apiVersion: 'v1', metadata, spec: { nodeName: node, volumes } } as StoredObject;
  const fields = { 'spec.nodeName': node };
  return {
    namespace,
    name: 'p',
    labels: {},
    fields,
    key: '',
    revision: 1,
    json: Buffer.alloc(0),
    memo: new Map(),
    object: () => object,
  };
}

const entries = [pod('n1', 'a', 's1'), pod('n2', 'a', 's2'), pod('n1', 'b', 's3')];
const list = async ({ predicate }: ListOptions) => ({
  entries: entries.filter(entry => matches(predicate, entry)),
  revision: 1,
  more: false,
});

const volume: corev1.PersistentVolume = {
  metadata: { name: 'v' },
  spec: {
    claimRef: { namespace: 'a', name: 'c' },
    csi: { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { namespace: 'a', name: 'staged' } },
  },
};
const volumes = {
  addIndex: () => undefined,
  get: (_: string, name: string) => (name === 'v' ? volume : undefined),
  byIndex: (_: string, value: string) => (value === 'a/staged' ? [volume] : []),
} as unknown as Informer<corev1.PersistentVolume>;
const attachments = {
  get: (_: string, name: string) => (name === 'x' ? { spec: { nodeName: 'n1' } } : undefined),
} as unknown as Informer<storagev1.VolumeAttachment>;
const graph = new CachedNodeGraph(() => ({ list }), volumes, attachments);

test.each<[string, GraphKind, string, string, boolean]>([
  ['n1', 'secret', 'a', 's1', true],
  ['n2', 'secret', 'a', 's1', false],
  ['n1', 'secret', 'b', 's1', false],
  ['n1', 'secret', 'b', 's3', true],
  ['n1', 'configmap', 'a', 's1', false],
  ['n2', 'persistentvolumeclaim', 'a', 'c', true],
  ['n1', 'persistentvolume', '', 'v', true],
  ['n3', 'persistentvolume', '', 'v', false],
  ['n1', 'persistentvolume', '', 'other', false],
  ['n1', 'secret', 'a', 'staged', true],
  ['n3', 'secret', 'a', 'staged', false],
  ['n1', 'volumeattachment', '', 'x', true],
  ['n2', 'volumeattachment', '', 'x', false],
])('%s reaches %s %s/%s: %s', async (node, kind, namespace, name, expected) => {
  expect(await graph.reaches(node, kind, namespace, name)).toBe(expected);
});
