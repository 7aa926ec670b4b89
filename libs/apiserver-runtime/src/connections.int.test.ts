import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Agent, request } from 'node:https';
import { RunningServer, configMap, configMapPath } from './testing/running-server';

let api: RunningServer;
beforeAll(async () => {
  api = await RunningServer.start({
    upgrades: new Map([
      [
        'pods/exec',
        (context, { socket }) => {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
          socket.write(`hello ${context.user.name}, ${context.info.name}`);
          socket.pipe(socket);
          return Promise.resolve();
        },
      ],
    ]),
  });
}, 60_000);
afterAll(() => api?.stop());

test('a body past the limit is refused', async () => {
  const answer = await api.ask('POST', configMapPath(), configMap('big', { data: { a: 'x'.repeat(200_000) } }));
  expect([answer.status, answer.body.message]).toEqual([413, 'Request entity too large: limit is 100000']);
});

test.each(['HTTP/1.1', 'HTTP/2'])('a client that waits to be asked for its body is asked: %s', async version => {
  const body = JSON.stringify(configMap(`continued-${version.at(-1)}`));
  const type = { 'content-type': 'application/json', expect: '100-continue' };
  const status = await new Promise((resolve, reject) => {
    const outgoing =
      version === 'HTTP/2'
        ? api.session.request({ ':method': 'POST', ':path': configMapPath(), ...type })
        : request(api.to(configMapPath(), { method: 'POST', headers: type }));
    outgoing.once('continue', () => outgoing.end(body));
    outgoing.once('response', (head: { ':status'?: number; statusCode?: number; resume?: () => void }) => {
      head.resume?.();
      resolve(head[':status'] ?? head.statusCode);
    });
    outgoing.once('error', reject);
    if ('flushHeaders' in outgoing) outgoing.flushHeaders();
  });
  expect(status).toBe(201);
});

test('a connection is handed over after authorization, a refused one is told why', async () => {
  const upgrade = (name: string) =>
    new Promise<string>((resolve, reject) => {
      const url = `/api/v1/namespaces/default/pods/p/${name}`;
      const outgoing = request(api.to(url, { headers: { connection: 'Upgrade', upgrade: 'echo' } }));
      outgoing.on('upgrade', (_, socket) => {
        socket.once('data', (chunk: Buffer) => {
          socket.destroy();
          resolve(chunk.toString());
        });
      });
      outgoing.on('response', incoming => {
        incoming.resume();
        resolve(String(incoming.statusCode));
      });
      outgoing.on('error', reject).end();
    });
  expect(await upgrade('exec')).toBe('hello admin, p');
  expect(await upgrade('nonsense')).toBe('404');
  api.denied.add('admin');
  expect(await upgrade('exec')).toBe('403');
  api.denied.delete('admin');
});

test('without a certificate it is the anonymous user who asks', async () => {
  api.denied.add('system:anonymous');
  const stranger = new Agent({ ca: api.pki.caPem });
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = request(api.to(configMapPath(), { agent: stranger }), incoming => {
      incoming.resume();
      resolve(incoming.statusCode ?? 0);
    });
    outgoing.on('error', reject).end();
  });
  stranger.destroy();
  api.denied.delete('system:anonymous');
  expect(status).toBe(403);
});

test('the certificate says who it is, and the authorizers what he may', async () => {
  api.denied.add('admin');
  const answer = await api.ask('GET', configMapPath());
  api.denied.delete('admin');
  expect([answer.status, answer.body.message]).toEqual([
    403,
    'configmaps is forbidden: User "admin" cannot list resource "configmaps" in API group "" in the namespace "default"',
  ]);
});
