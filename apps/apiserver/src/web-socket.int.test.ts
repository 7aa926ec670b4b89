import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { requireProgram } from '@navarch/testing';
import { on, once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import WebSocket, { type RawData } from 'ws';
import { startTestCluster, type TestApiServer, type TestCluster } from './testing/test-server';

const ORIGIN = 'https://console.example';

requireProgram('etcd')('browsers', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;
  let tls: Pick<RequestOptions, 'ca' | 'cert' | 'key'>;

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start('--cors-allowed-origins', `^${ORIGIN}$`);
    admin = await server.as('admin', ['system:masters']);
    const { certPem, keyPem } = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    tls = { ca: cluster.pki.caPem, cert: certPem, key: keyPem };
    for (const name of ['a', 'b'])
      await admin.resource(ConfigMaps).create({ metadata: { name, namespace: 'default' } });
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  const path = '/api/v1/namespaces/default/configmaps';
  const open = (query: string, origin?: string, headers = {}) =>
    new WebSocket(`wss://127.0.0.1:${server.port}${path}?${query}`, { ...tls, headers, ...(origin && { origin }) });
  const ask = async (options: RequestOptions): Promise<IncomingMessage> => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, ...tls, ...options }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  };

  test('watch by WebSocket: an event a message', async () => {
    const socket = open('watch=true&labelSelector=!x', ORIGIN);
    const names: string[] = [];
    let isWritten = false;
    for await (const [data, isBinary] of messagesOf(socket)) {
      expect(isBinary).toBe(false);
      names.push(
        (JSON.parse((data as Buffer).toString()) as { object: { metadata: { name: string } } }).object.metadata.name,
      );
      if (names.includes('c')) break;
      if (names.includes('b') && !isWritten) {
        isWritten = true;
        await admin.resource(ConfigMaps).create({ metadata: { name: 'c', namespace: 'default' } });
      }
    }
    expect(names.slice(-3)).toEqual(['a', 'b', 'c']);
    socket.terminate();
  });

  test('messages in protobuf are binary', async () => {
    const socket = open('watch=true', ORIGIN, { accept: 'application/vnd.kubernetes.protobuf;stream=watch' });
    for await (const [data, isBinary] of messagesOf(socket)) {
      expect(isBinary).toBe(true);
      expect((data as Buffer).toString('latin1')).toMatch(/^\n\x05ADDED/);
      break;
    }
    socket.terminate();
  });

  test('the socket closes when the watch ends', async () => {
    const socket = open('watch=true&timeoutSeconds=1', ORIGIN);
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1000);
  });

  test('nobody listens: who talks on and on is cut off', async () => {
    const socket = open('watch=true', ORIGIN).on('error', () => undefined);
    await once(socket, 'open');
    for (let i = 0; i < 2000; i++) socket.ping();
    await once(socket, 'close');
  });

  test('who does not say where he comes from is refused', async () => {
    const [, answer] = (await once(open('watch=true'), 'unexpected-response')) as [unknown, IncomingMessage];
    expect(answer.statusCode).toBe(403);
  });

  test.each(['websocket', 'h2c', 'SPDY/3.1'])('what needs no upgrade to %s is answered without', async upgrade => {
    const answer = await ask({ path: `${path}/a`, headers: { connection: 'Upgrade', upgrade } });
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(await text(answer))).toMatchObject({ metadata: { name: 'a' } });
  });

  test('pages of an allowed origin may ask and read', async () => {
    const before = await ask({ method: 'OPTIONS', headers: { origin: ORIGIN } });
    expect([before.statusCode, before.headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
    const stranger = await ask({ headers: { origin: 'https://evil.example' } });
    expect([stranger.statusCode, stranger.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    await text(stranger);
  });
});

/** messagesOf are the messages of a socket as they come. */
const messagesOf = (socket: WebSocket) => on(socket, 'message') as AsyncIterable<[RawData, boolean]>;
