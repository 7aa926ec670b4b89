import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, type corev1 } from '@navarch/api';
import { StatusError } from '@navarch/apimachinery';
import { createKubeClient, HttpsTransport, type KubeClient, type Transport } from '@navarch/client';
import { eventually, freePort, requireProgram, startChild, tempDir, type Child } from '@navarch/testing';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTestBus, type TestBus } from '../testing/test-bus';
import { startTestCluster, type TestCluster } from '../testing/test-server';
import { violationsOf, type Change, type Snapshot } from './history';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** SECONDS of traffic; NAVARCH_CONSISTENCY_SECONDS makes a long run of it. */
const SECONDS = Number(process.env['NAVARCH_CONSISTENCY_SECONDS'] ?? 12);
const NAMES = Array.from({ length: 5 }, (_, i) => `c${i}`);
const NAMESPACE = 'default';
/** PATIENCE_MS is how long a client waits for a server that may stand still. */
const PATIENCE_MS = 2_000;

requireProgram('etcd', 'nats-server')('three API servers on one etcd', () => {
  let cluster: TestCluster;
  let bus: TestBus;
  let bundle: string;
  const dir = tempDir('navarch-consistency-');
  const servers: { child: Child; start(): Child; readonly port: number }[] = [];
  const closing: (() => Promise<void>)[] = [];
  /** elsewhere has a client go on to the next server. */
  const elsewhere = new Map<KubeClient, () => void>();

  beforeAll(async () => {
    cluster = await startTestCluster();
    bus = await createTestBus(cluster, [{ identity: 'kubernetes-admin', organizations: ['system:masters'] }]);
    bus.start();
    bundle = join(ROOT, 'dist', `consistency-${process.pid}.js`);
    const script = `import { bundle } from './tools/bundle.mjs'; await bundle('apps/apiserver/src/main.ts', ${JSON.stringify(bundle)});`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT });
    for (let i = 0; i < 3; i++) {
      const port = await freePort();
      const address = `127.0.0.${i + 1}`;
      const args = cluster.args('--secure-port', String(port), '--advertise-address', address, ...bus.flags);
      const start = () => startChild('node', [bundle, ...args]);
      servers.push({ port, start, child: start() });
    }
  }, 120_000);
  afterAll(async () => {
    for (const close of closing) await close();
    await Promise.all(servers.map(({ child }) => child.stop()));
    await bus?.stop();
    await cluster?.stop();
    for (const end of ['', '.map']) rmSync(`${bundle}${end}`, { force: true });
    dir.remove();
  }, 60_000);

  /** https is a client of the servers, beginning with one of them: it goes on to the next when one fails. */
  const https = async (first: number): Promise<KubeClient> => {
    const { certPem, keyPem } = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    const transports = servers.map(
      ({ port }) =>
        new HttpsTransport({
          server: `https://127.0.0.1:${port}`,
          ...{ ca: { pem: cluster.pki.caPem }, cert: { pem: certPem }, key: { pem: keyPem } },
        }),
    );
    let at = first;
    const turn = () => void (at = (at + 1) % transports.length);
    const turning = async <T>(work: (transport: HttpsTransport) => Promise<T>): Promise<T> => {
      try {
        return await work(transports[at]!);
      } catch (error) {
        if (!(error instanceof StatusError)) turn();
        throw error;
      }
    };
    const transport: Transport = {
      send: request => turning(one => one.send({ ...request, timeoutMs: PATIENCE_MS })),
      stream: request => turning(one => one.stream({ ...request, timeoutMs: PATIENCE_MS })),
      close: async () => void (await Promise.all(transports.map(one => one.close()))),
    };
    closing.push(() => transport.close());
    const client = createKubeClient(transport, { userAgent: 'test' });
    elsewhere.set(client, turn);
    return client;
  };
  const nats = async (): Promise<KubeClient> => {
    const { transport } = await bus.as('kubernetes-admin', ['system:masters']);
    const impatient: Transport = {
      send: request => transport.send({ ...request, timeoutMs: PATIENCE_MS }),
      stream: request => transport.stream({ ...request, timeoutMs: PATIENCE_MS }),
      close: () => transport.close(),
    };
    closing.push(() => impatient.close());
    return createKubeClient(impatient, { userAgent: 'test' });
  };

  const valueOf = (map: corev1.ConfigMap) => Number(map.data?.['n']);
  const changeOf = (map: corev1.ConfigMap): Change => ({
    revision: Number(map.metadata!.resourceVersion),
    name: map.metadata!.name!,
    value: valueOf(map),
  });

  test(
    'are one store to all clients, while one is killed and one stands still',
    async () => {
      const first = await https(0);
      const maps = first.resource(ConfigMaps);
      const labels = { test: 'consistency' };
      for (const name of NAMES)
        await eventually(() => maps.create({ metadata: { namespace: NAMESPACE, name, labels }, data: { n: '0' } }), {
          timeoutMs: 60_000,
        });
      const selection = { labelSelector: 'test=consistency' };
      const begin = Number((await maps.list(NAMESPACE, selection)).metadata!.resourceVersion);
      const over = new AbortController();
      const ended = new AbortController();
      const watches = new Map<string, Change[]>();
      const writes: Change[] = [];
      const lists: Snapshot[] = [];
      /** acknowledged is the greatest revision that somebody was told of. */
      let acknowledged = begin;

      /** repeat works until the signal aborts; what fails is tried again, for servers come and go. */
      const repeat = async (signal: AbortSignal, work: () => Promise<void>) => {
        while (!signal.aborted) await work().catch(() => new Promise(resolve => setTimeout(resolve, 20)));
      };
      const write = async (client: KubeClient, turn: number) => {
        const counters = client.resource(ConfigMaps);
        const present = await counters.get(NAMESPACE, NAMES[turn % NAMES.length]!);
        const done = await counters.update({ ...present, data: { n: String(valueOf(present) + 1) } });
        writes.push(changeOf(done));
        acknowledged = Math.max(acknowledged, Number(done.metadata!.resourceVersion));
      };
      const list = async (name: string, client: KubeClient, turn: number, last: { revision: number }) => {
        const mode = ['consistent', 'any', 'at least', 'paged'][turn % 4]!;
        const floor = mode === 'any' ? 0 : mode === 'at least' ? last.revision : acknowledged;
        const resourceVersion = mode === 'any' ? '0' : mode === 'at least' ? String(last.revision) : '';
        const limit = mode === 'paged' ? 2 : undefined;
        const items: corev1.ConfigMap[] = [];
        let revision = 0;
        let token = '';
        do {
          const options = token ? { limit, continue: token } : { resourceVersion, ...(limit && { limit }) };
          const page = await client.resource(ConfigMaps).list(NAMESPACE, { ...selection, ...options });
          items.push(...page.items);
          revision = Number(page.metadata!.resourceVersion);
          token = page.metadata!.continue ?? '';
        } while (token);
        last.revision = Math.max(last.revision, revision);
        const values = Object.fromEntries(items.map(item => [item.metadata!.name!, valueOf(item)]));
        lists.push({ client: `${name} (${mode})`, revision, floor, values });
      };
      const watch = async (name: string, client: KubeClient) => {
        const seen: Change[] = [];
        watches.set(name, seen);
        let resourceVersion = String(begin);
        await repeat(ended.signal, async () => {
          const options = { ...selection, resourceVersion, allowWatchBookmarks: true, timeoutSeconds: 3 };
          const events = client.resource(ConfigMaps).watch(NAMESPACE, { ...options, signal: ended.signal });
          try {
            for await (const event of events) {
              resourceVersion = event.object.metadata!.resourceVersion!;
              if (event.type !== 'BOOKMARK') seen.push(changeOf(event.object));
            }
          } catch (error) {
            // A server that has just begun knows nothing from before; the others do.
            if (error instanceof StatusError && error.code === 410) elsewhere.get(client)?.();
            throw error;
          }
        });
      };

      const work: Promise<void>[] = [];
      for (const [i, client] of [
        await https(0),
        await https(1),
        await https(2),
        await nats(),
        await nats(),
      ].entries()) {
        let turn = i;
        work.push(repeat(over.signal, () => write(client, turn++)));
      }
      for (const [i, client] of [await https(1), await https(2), await nats()].entries()) {
        const last = { revision: begin };
        let turn = i;
        work.push(repeat(over.signal, () => list(`lister ${i}`, client, turn++, last)));
      }
      const watching = [
        watch('over https 0', await https(0)),
        watch('over https 1', await https(1)),
        watch('over https 2', await https(2)),
        watch('over nats', await nats()),
      ];

      const rounds = Math.max(1, Math.floor(SECONDS / 12));
      const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000));
      for (let round = 0; round < rounds; round++) {
        await pause(3);
        const [still, killed] = [servers[(round + 1) % 3]!, servers[round % 3]!];
        process.kill(still.child.pid, 'SIGSTOP');
        await pause(2);
        killed.child.kill();
        await pause(2);
        process.kill(still.child.pid, 'SIGCONT');
        await killed.child.exited;
        killed.child = killed.start();
        await pause(5);
      }
      over.abort();
      await Promise.all(work);
      const last = Number((await eventually(() => maps.list(NAMESPACE, selection))).metadata!.resourceVersion);
      const newest = Math.max(...writes.map(({ revision }) => revision));
      await eventually(
        () => {
          const seen = Object.fromEntries([...watches].map(([name, changes]) => [name, changes.at(-1)?.revision ?? 0]));
          const last = Math.max(newest, ...Object.values(seen));
          expect(seen).toEqual(Object.fromEntries([...watches.keys()].map(name => [name, last])));
        },
        { timeoutMs: 30_000 },
      );
      ended.abort();
      await Promise.all(watching);

      expect(writes.length).toBeGreaterThan(50);
      expect(lists.length).toBeGreaterThan(50);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(violationsOf({ begin, names: NAMES, watches, writes, lists })).toEqual([]);
    },
    SECONDS * 2_000 + 150_000,
  );
});
