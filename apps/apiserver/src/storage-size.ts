import { Gauge, type Registry } from '@navarch/base';
import type { StorageBackend } from '@navarch/storage';

const TIMEOUT_MS = 2_000;

/** exposeStorageSize shows how many bytes etcd's database takes, named as a release does. etcd is asked when somebody looks; a figure that it does not give is left out. */
export function exposeStorageSize(registry: Registry, etcd: StorageBackend, endpoint: string, emulated: number): void {
  const { name, labels } = nameOf(emulated, endpoint);
  new Gauge({
    name,
    help: 'Size of the storage database file physically allocated in bytes.',
    labelNames: Object.keys(labels),
    registers: [registry],
    async collect() {
      this.reset();
      const size = await etcd.size(AbortSignal.timeout(TIMEOUT_MS)).catch(() => undefined);
      if (size !== undefined) this.set(labels, size);
    },
  });
}

/** nameOf is how a release calls the size of storage, and tells one storage from another. Pure. */
export function nameOf(emulated: number, endpoint: string): { name: string; labels: Record<string, string> } {
  if (emulated >= 28) return { name: 'apiserver_storage_size_bytes', labels: { storage_cluster_id: 'etcd-0' } };
  const name = emulated >= 26 ? 'apiserver_storage_db_total_size_in_bytes' : 'etcd_db_total_size_in_bytes';
  return { name, labels: { endpoint } };
}
