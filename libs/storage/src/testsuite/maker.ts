import { EtcdClient } from '../etcd3/client';
import { createBackend } from '../backend';
import type { SuiteMaker, SuiteServer } from './context';

/** backendMaker makes the suite's subjects by createBackend. */
export function backendMaker(cached: boolean, startEtcd: () => Promise<SuiteServer>): SuiteMaker {
  const withClient = async <T>(endpoints: string[], work: (client: EtcdClient) => Promise<T>): Promise<T> => {
    const client = new EtcdClient({ endpoints });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  };
  return {
    startEtcd,
    make(endpoints, small) {
      const ring = small && { ring: { count: small.ring, bytes: 1_000_000 } };
      const backend = createBackend({ endpoints, cached, compactionIntervalMs: 0, ...ring });
      return { open: config => backend.storage(config), ready: () => backend.ready(), close: () => backend.close() };
    },
    compact: endpoints => withClient(endpoints, async client => client.compact(await client.revision())),
    raw: (endpoints, key) =>
      withClient(endpoints, async client => (await client.range({ key })).kvs[0]!.value.toString()),
  };
}
