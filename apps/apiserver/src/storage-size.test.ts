import { expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import type { StorageBackend } from '@navarch/storage';
import { exposeStorageSize, nameOf } from './storage-size';

const ENDPOINT = 'https://etcd-1:2379';

test.each([
  [20, 'etcd_db_total_size_in_bytes', { endpoint: ENDPOINT }],
  [27, 'apiserver_storage_db_total_size_in_bytes', { endpoint: ENDPOINT }],
  [33, 'apiserver_storage_size_bytes', { storage_cluster_id: 'etcd-0' }],
])('the size of storage at 1.%i is %s', (emulated, name, labels) => {
  expect(nameOf(emulated, ENDPOINT)).toEqual({ name, labels });
});

test('a size that etcd does not give is left out', async () => {
  const registry = new Registry();
  const answers = [Promise.resolve(4096), Promise.reject(new Error('no leader'))];
  const etcd = { size: () => answers.shift()! } as unknown as StorageBackend;
  exposeStorageSize(registry, etcd, ENDPOINT, 33);
  expect(await registry.metrics()).toContain('apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} 4096');
  expect(await registry.metrics()).not.toContain('storage_cluster_id');
});
