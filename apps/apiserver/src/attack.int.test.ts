import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigMaps } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { startTestCluster, type TestApiServer, type TestCluster } from './testing/test-server';

const MAPS = '/api/v1/namespaces/default/configmaps';

requireProgram('etcd')('an API server under attack', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;
  let tls: { ca: string; cert: string; key: string };

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start('--request-timeout', '2s');
    admin = await server.as('admin', ['system:masters']);
    const { certPem: cert, keyPem: key } = await cluster.pki.issue({ name: 'root', organizations: ['system:masters'] });
    tls = { ca: cluster.pki.caPem, cert, key };
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  const metric = async (pattern: RegExp) => {
    const { body } = await admin.transport.send({ method: 'GET', path: '/metrics', headers: { accept: '*/*' } });
    return Number(pattern.exec(body.toString())?.[1] ?? 0);
  };
  const post = (body: Buffer | string, path = MAPS) =>
    admin.transport.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body as string),
    });
  const session = async () => {
    const made = connectHttp2(`https://127.0.0.1:${server.port}`, tls);
    made.on('error', () => undefined);
    await new Promise(resolve => made.once('connect', resolve));
    return made;
  };
  const socket = async (): Promise<TLSSocket> => {
    const made = connectTls({ host: '127.0.0.1', port: server.port, ...tls, ALPNProtocols: ['http/1.1'] });
    made.on('error', () => undefined);
    await new Promise(resolve => made.once('secureConnect', resolve));
    return made;
  };
  const everything = (from: TLSSocket) =>
    new Promise<string>(resolve => {
      let text = '';
      from.on('data', (chunk: Buffer) => (text += chunk.toString()));
      from.once('close', () => resolve(text));
    });
  const isWell = async () => {
    expect((await admin.resource(ConfigMaps).list('default')).items).toBeDefined();
  };

  describe('bodies', () => {
    const nested = (depth: number) => `{"data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    const map = (rest: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}${rest}}`;
    const apps = (replicas: string) =>
      `{"metadata":{"name":"x"},"spec":{"replicas":${replicas},"selector":{},"template":{}}}`;
    const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
    test.each<[string, Buffer | string, string, number]>([
      ['longer than 3 MiB', ' '.repeat(3 * 1024 * 1024 + 1), MAPS, 413],
      ['deeper than any object', nested(100_000), MAPS, 400],
      ['lists in lists', '['.repeat(1_000_000), MAPS, 400],
      [
        'invalid UTF-8',
        Buffer.concat([Buffer.from('{"data":{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}}')]),
        MAPS,
        400,
      ],
      ['a key twice, strictly', map(',"data":{"a":"1","a":"2"}'), `${MAPS}?fieldValidation=Strict`, 400],
      ['a number that no number holds', apps('1e999'), DEPLOYMENTS, 400],
      ['a number past 32 bits', apps('2147483648'), DEPLOYMENTS, 400],
      ['a fraction for a whole number', apps('1.5'), DEPLOYMENTS, 400],
      ['a prototype for an object', '{"__proto__":{"kind":"ConfigMap"},"constructor":{"prototype":{}}}', MAPS, 422],
      ['nothing', '', MAPS, 400],
    ])('%s', async (_name, body, path, code) => {
      await expect(post(body, path)).rejects.toMatchObject({ code });
      expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
      await isWell();
    });

    test.each<[string, string, number]>([
      ['more tokens than are read', '!a '.repeat(200_000), 400],
      [
        'aliases that multiply',
        `a: &a [x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]\n`).join('')}`,
        400,
      ],
      ['many errors', '&a '.repeat(50_000), 400],
    ])('YAML: %s', async (_name, body, code) => {
      const headers = { 'content-type': 'application/yaml' };
      const request = { method: 'POST', path: MAPS, headers, body: Buffer.from(body) };
      await expect(admin.transport.send(request)).rejects.toMatchObject({ code });
      await isWell();
    });

    test('who is warned of everything is not told everything', async () => {
      const unknown = Array.from({ length: 20_000 }, (_, i) => `"unknown${i}":1`).join();
      const { headers } = await post(`{"metadata":{"name":"odd-fields"},${unknown}}`, `${MAPS}?fieldValidation=Warn`);
      expect(headers['warning']!.length).toBeLessThan(8 * 1024);
    });

    test('names that objects inherit are keys like any others', async () => {
      const data = '{"__proto__":"p","constructor":"c","toString":"t"}';
      await post(`{"metadata":{"name":"odd","labels":{"constructor":"l"}},"data":${data}}`);
      const { body } = await admin.transport.send({ method: 'GET', path: `${MAPS}/odd` });
      expect(body.toString()).toContain('"constructor":"c"');
      expect(body.toString()).toContain('"__proto__":"p"');
      const { items } = await admin.resource(ConfigMaps).list('default', { labelSelector: 'constructor=l' });
      expect(items.map(item => item.metadata!.name)).toEqual(['odd']);
      expect((await admin.resource(ConfigMaps).list('default', { labelSelector: 'toString' })).items).toEqual([]);
    });

    test('a body that does not come is a timeout, and its stream ends', async () => {
      const one = await session();
      const stream = one.request(
        { ':method': 'POST', ':path': MAPS, 'content-type': 'application/json' },
        { endStream: false },
      );
      stream.on('error', () => undefined);
      stream.write('{"metadata":');
      const status = new Promise(resolve => stream.once('response', head => resolve(head[':status'])));
      const closed = new Promise<void>(resolve => stream.once('close', resolve));
      stream.resume();
      expect(await status).toBe(504);
      await closed;
      one.destroy();
      await eventually(
        async () => (await metric(/apiserver_current_inflight_requests\{request_kind="mutating"\} (\d+)/)) === 0,
      );
    });
  });

  describe('connections', () => {
    test('HTTP/1.1: heads that are too long or make no sense are refused', async () => {
      const long = await socket();
      const answered = everything(long);
      long.write(`GET /version HTTP/1.1\r\nhost: x\r\n${`x-flood: ${'a'.repeat(8000)}\r\n`.repeat(300)}\r\n`);
      expect(await answered).toMatch(/^HTTP\/1\.1 431 /);
      const odd = await socket();
      const refused = everything(odd);
      odd.write('\0\0\0\0 nonsense\r\n\r\n');
      expect(await refused).toMatch(/^HTTP\/1\.1 400 /);
      await isWell();
    });

    test('HTTP/1.1: a head that smuggles a second body is refused', async () => {
      const one = await socket();
      const answered = everything(one);
      one.write(
        `POST ${MAPS} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /version HTTP/1.1\r\nhost: x\r\n\r\n`,
      );
      expect(await answered).toMatch(/^HTTP\/1\.1 400 (?:(?!HTTP\/1\.1)[^])*$/);
    });

    const flood = async (each: (session: ClientHttp2Session) => void, count: number) => {
      const one = await session();
      for (let sent = 0; sent < count && !one.destroyed && !one.closed; sent += 100) {
        for (let i = 0; i < 100 && !one.destroyed && !one.closed; i++) each(one);
        await new Promise(resolve => setImmediate(resolve));
      }
      // It may take its time to close: a server that has given up on it reads nothing more.
      one.destroy();
    };

    test('HTTP/2: streams that are opened and reset at once', async () => {
      const before = await metric(/apiserver_current_inflight_requests\{request_kind="readOnly"\} (\d+)/);
      await flood(one => {
        const stream = one.request({ ':path': MAPS });
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_CANCEL);
      }, 5_000);
      await isWell();
      await eventually(
        async () => (await metric(/apiserver_current_inflight_requests\{request_kind="readOnly"\} (\d+)/)) <= before,
      );
    });

    test('HTTP/2: pings and settings', async () => {
      await flood(one => one.settings({ initialWindowSize: 65_535 + Math.floor(Math.random() * 1000) }), 5_000);
      await flood(one => void one.ping(() => undefined), 5_000);
      await isWell();
    });

    test('HTTP/2: a head that is too long', async () => {
      const one = await session();
      const headers: Record<string, string> = { ':path': '/version' };
      for (let i = 0; i < 200; i++) headers[`x-flood-${i}`] = 'a'.repeat(10_000);
      const stream = one.request(headers);
      const failed = await new Promise<boolean>(resolve => {
        stream.once('response', head => resolve(head[':status'] !== 200));
        stream.once('error', () => resolve(true));
        stream.once('close', () => resolve(true));
      });
      expect(failed).toBe(true);
      one.destroy();
      await isWell();
    });

    test('hundreds of idle connections and watches cost little, and leave nothing behind', async () => {
      const watching =
        /apiserver_longrunning_requests\{verb="WATCH",scope="namespace",component="apiserver",group="",version="v1",resource="configmaps",subresource=""\} (\d+)/;
      const idle = await Promise.all(Array.from({ length: 100 }, () => socket()));
      const sessions = await Promise.all(Array.from({ length: 6 }, () => session()));
      const heads = sessions.flatMap(one =>
        Array.from({ length: 200 }, () => {
          const stream = one.request({ ':path': `${MAPS}?watch=1&resourceVersion=0` });
          stream.on('error', () => undefined).resume();
          return new Promise(resolve => stream.once('response', resolve));
        }),
      );
      await Promise.all(heads);
      expect(await metric(watching)).toBe(1200);
      await isWell();
      for (const one of [...idle, ...sessions]) one.destroy();
      await eventually(async () => (await metric(watching)) === 0);
    });
  });
});
