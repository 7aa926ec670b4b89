// Benchmark of libs/storage on a real etcd, run by hand: `node bench/storage.mjs [pods] [watchers]`. Prints one table.
import { createBackend, type ResourceStorageConfig, type WatchNotice } from '@navarch/storage';
import { startEtcd } from '@navarch/testing';

const COUNT = Number(process.argv[2] ?? 10_000);
const WATCHERS = Number(process.argv[3] ?? 100);
const UPDATES = 2_000;

type PodLike = {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: { nodeName: string };
};

const config: ResourceStorageConfig = {
  prefix: '/registry/pods/',
  namespaced: true,
  indexes: ['spec.nodeName'],
  attributesOf: object => {
    const { metadata, spec } = object as unknown as PodLike;
    return {
      namespace: metadata.namespace,
      name: metadata.name,
      labels: metadata.labels,
      fields: {
        'metadata.name': metadata.name,
        'metadata.namespace': metadata.namespace,
        'spec.nodeName': spec.nodeName,
      },
    };
  },
};

const pod = (i: number, round = 0) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name: `pod-${i}`,
    namespace: `ns-${i % 20}`,
    uid: `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`,
    creationTimestamp: '2024-01-02T03:04:05Z',
    labels: { app: `app-${i % 50}`, 'pod-template-hash': `hash${i % 100}` },
  },
  spec: {
    nodeName: `node-${i % 100}`,
    containers: [{ name: 'c', image: 'example/image:1', filler: 'x'.repeat(1_900) }],
  },
  status: { phase: 'Running', round },
});
const path = (i: number) => ({ namespace: `ns-${i % 20}`, name: `pod-${i}` });

const rows: { what: string; value: string }[] = [];
const note = (what: string, value: number, unit: string) =>
  rows.push({ what, value: `${value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}` });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function inParallel(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/** memory is what the process holds after a collection; node must run with --expose-gc. */
async function memory(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const etcd = await startEtcd();
const writer = createBackend({ endpoints: etcd.endpoints, cached: false });
const plain = writer.storage(config);
await writer.ready();
const baseline = await memory();
const createMs = await timed(() => inParallel(COUNT, 64, i => plain.create(path(i), pod(i))));
note(`create ${COUNT} pods, 64 at once`, (COUNT / createMs) * 1000, 'objects/s');
const bytes = Buffer.byteLength(JSON.stringify(pod(1)));
note('bytes of a pod', bytes, 'B');
note(`list ${COUNT} straight from etcd`, await timed(() => plain.list({ predicate: {} })), 'ms');

const backend = createBackend({ endpoints: etcd.endpoints });
const storage = backend.storage(config);
note('load the cache', await timed(() => backend.ready()), 'ms');
await new Promise(resolve => setTimeout(resolve, 100));
note(`memory of the cache (${((COUNT * bytes) / 1e6).toFixed(0)} MB of JSON)`, (await memory()) - baseline, 'MB');

const repeat = async (times: number, work: () => Promise<unknown>) =>
  (await timed(async () => {
    for (let i = 0; i < times; i++) await work();
  })) / times;
note(`list ${COUNT}, consistent`, await repeat(20, () => storage.list({ predicate: {} })), 'ms');
const chunks = async () => Buffer.concat((await storage.list({ predicate: {} })).entries.map(entry => entry.json));
note(`list ${COUNT}, consistent, concatenated`, await repeat(10, chunks), 'ms');
note(
  'list the pods of one node',
  await repeat(200, () => storage.list({ predicate: { indexed: { field: 'spec.nodeName', value: 'node-7' } } })),
  'ms',
);
note(
  'list by a label selector',
  await repeat(20, () => storage.list({ predicate: { matches: a => a.labels['app'] === 'app-3' } })),
  'ms',
);
note('get, consistent', await repeat(500, () => storage.get(path(77))), 'ms');
note(
  'get, consistent, 100 at once',
  await repeat(20, () => Promise.all(Array.from({ length: 100 }, (_, i) => storage.get(path(i))))),
  'ms',
);

let delivered = 0;
let last = Promise.resolve();
const fan = await Promise.all(
  Array.from({ length: WATCHERS }, async (_, i) => {
    let own = 0;
    let done!: () => void;
    const all = new Promise<void>(resolve => (done = resolve));
    const notices = (batch: readonly WatchNotice[]) => {
      delivered += batch.length;
      if ((own += batch.length) === UPDATES) done();
    };
    const watch = await storage.watch(
      { predicate: {}, after: await storage.revision() },
      { notices, end: error => console.error(i, error) },
    );
    return { watch, all };
  }),
);
const cpu = process.cpuUsage();
const fanMs = await timed(async () => {
  await inParallel(UPDATES, 64, i => storage.guaranteedUpdate(path(i), () => pod(i, 1)));
  await (last = Promise.all(fan.map(({ all }) => all)).then(() => undefined));
});
const used = process.cpuUsage(cpu);
note(`${UPDATES} updates to ${WATCHERS} watchers`, (UPDATES / fanMs) * 1000, 'updates/s');
note('  notices delivered', (delivered / fanMs) * 1000, 'notices/s');
note('  CPU an update, writing included', (used.user + used.system) / UPDATES, 'µs');
for (const { watch } of fan) watch.stop();
await last;

const lag: number[] = [];
let seen: (() => void) | undefined;
const watch = await storage.watch(
  { predicate: {}, after: await storage.revision() },
  { notices: () => seen?.(), end: () => undefined },
);
for (let i = 0; i < 300; i++) {
  const arrived = new Promise<void>(resolve => (seen = resolve));
  const start = performance.now();
  await Promise.all([storage.guaranteedUpdate(path(i), () => pod(i, 2 + i)), arrived]);
  lag.push(performance.now() - start);
}
lag.sort((a, b) => a - b);
note('write until the watcher has it, median', lag[150]!, 'ms');
note('write until the watcher has it, 99 %', lag[297]!, 'ms');
watch.stop();

const width = Math.max(...rows.map(row => row.what.length));
for (const { what, value } of rows) console.log(`${what.padEnd(width)}  ${value}`);
await backend.close();
await writer.close();
await etcd.stop();
