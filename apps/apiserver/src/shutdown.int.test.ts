import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, Endpoints } from '@navarch/api';
import { createKubeClient, HttpsTransport, type KubeClient } from '@navarch/client';
import { eventually, requireProgram, startBalancer, type TestBalancer } from '@navarch/testing';
import { Agent, request as httpsRequest } from 'node:https';
import { startTestCluster, type TestApiServer, type TestCluster } from './testing/test-server';

requireProgram('etcd')('one of two API servers stops behind a load balancer', () => {
  let cluster: TestCluster;
  let balancer: TestBalancer;
  let servers: TestApiServer[];
  let credentials: { certPem: string; keyPem: string };

  beforeAll(async () => {
    cluster = await startTestCluster();
    credentials = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    const start = (address: string) =>
      cluster.start('--advertise-address', address, '--shutdown-delay-duration', '1s', '--request-timeout', '20s');
    servers = [await start('127.0.0.1'), await start('127.0.0.2')];
    balancer = await startBalancer(
      servers.map(({ port }) => port),
      port => isReady(port),
    );
  }, 60_000);
  afterAll(async () => {
    await balancer?.stop();
    await cluster?.stop();
  }, 60_000);

  const tls = () => ({ ca: cluster.pki.caPem, cert: credentials.certPem, key: credentials.keyPem });
  const get = (port: number, path: string, agent: Agent | false) =>
    new Promise<{ status: number; closes: boolean }>((resolve, reject) => {
      const request = httpsRequest({ host: '127.0.0.1', port, path, agent, ...tls() }, response => {
        response.resume().once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode!, closes: response.headers.connection === 'close' }),
        );
      });
      request.once('error', reject).end();
    });
  const isReady = (port: number) =>
    get(port, '/readyz', false).then(
      ({ status }) => status === 200,
      () => false,
    );

  test('no client sees a request fail', async () => {
    const clients: KubeClient[] = Array.from({ length: 4 }, () =>
      createKubeClient(
        new HttpsTransport({
          server: `https://127.0.0.1:${balancer.port}`,
          ca: { pem: cluster.pki.caPem },
          cert: { pem: credentials.certPem },
          key: { pem: credentials.keyPem },
        }),
        { userAgent: 'test' },
      ),
    );
    const over = new AbortController();
    const failures: unknown[] = [];
    const done = { http2: 0, http1: 0, watched: 0, written: 0 };
    const repeat = async (work: () => Promise<void>) => {
      while (!over.signal.aborted) await work().catch((error: unknown) => failures.push(error));
    };
    const maps = (client: KubeClient) => client.resource(ConfigMaps);
    await maps(clients[0]!).create({ metadata: { namespace: 'default', name: 'watched' } });
    const workers = clients.map((client, i) =>
      repeat(async () => {
        const name = `c${i}-${done.http2++}`;
        await maps(client).create({ metadata: { namespace: 'default', name } });
        await maps(client).list('default', { limit: 5 });
        await maps(client).delete('default', name);
      }),
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    workers.push(
      ...Array.from({ length: 2 }, () =>
        repeat(async () => {
          const { status } = await get(balancer.port, '/api/v1/namespaces/default/configmaps/watched', agent);
          if (status !== 200) throw new Error(`HTTP/1.1: ${status}`);
          done.http1++;
        }),
      ),
    );
    const watcher = (async () => {
      const seen: string[] = [];
      let resourceVersion = '';
      while (!over.signal.aborted) {
        const options = { resourceVersion, fieldSelector: 'metadata.name=watched', signal: over.signal };
        for await (const { object } of maps(clients[1]!).watch('default', options)) {
          resourceVersion = object.metadata!.resourceVersion!;
          if (object.data?.['n']) seen.push(object.data['n']);
          done.watched++;
        }
      }
      return seen;
    })().catch((error: unknown) => failures.push(error));
    const write = async () => {
      const body = { data: { n: String(done.written++) } };
      await maps(clients[2]!).patch('default', 'watched', { type: 'merge', body });
    };
    workers.push(repeat(() => write()));

    await eventually(() => done.http1 > 20 && done.http2 > 20 && done.watched > 5);
    const [leaving, staying] = servers;
    const stopped = leaving!.stop();
    await eventually(async () => !(await isReady(leaving!.port)));
    await stopped;
    const before = { ...done };
    await eventually(() => done.http1 > before.http1 + 20 && done.http2 > before.http2 + 20);
    await eventually(() => done.watched > before.watched + 5);
    over.abort();
    await Promise.all(workers);
    const seen = await watcher;
    agent.destroy();

    expect(failures).toEqual([]);
    // What was written is seen once and in order, across the change of the server.
    expect(seen).toEqual(Array.from({ length: (seen as string[]).length }, (_, i) => String(i)));
    const endpoints = await clients[0]!.resource(Endpoints).get('default', 'kubernetes');
    expect(endpoints.subsets?.[0]?.addresses).toEqual([{ ip: '127.0.0.2' }]);
    expect(await isReady(staying!.port)).toBe(true);
    await Promise.all(clients.map(client => client.transport.close()));
  }, 60_000);

  test('while it leaves, HTTP/1.1 connections end with their answer', async () => {
    const server = await cluster.start('--advertise-address', '127.0.0.3', '--shutdown-delay-duration', '5s');
    expect(await get(server.port, '/readyz', false)).toMatchObject({ status: 200 });
    const stopped = server.stop();
    const agent = new Agent({ keepAlive: true });
    await eventually(async () => (await get(server.port, '/readyz', agent)).status === 500);
    expect(await get(server.port, '/version', agent)).toEqual({ status: 200, closes: true });
    agent.destroy();
    await stopped;
  }, 30_000);
});
