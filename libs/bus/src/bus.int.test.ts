import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import type { ApiHandler, ByteSink } from '@navarch/apimachinery';
import type { Stoppable } from '@navarch/base';
import { createTestPki, eventually, requireProgram, startNats, type TestNats, type TestPki } from '@navarch/testing';
import { connectBus, type Bus } from './bus';
import { createApiCaller, type ApiCaller, type BusResponse } from './caller';
import { serveApi, type ServedApi, type ServeOptions } from './serve';
import { natsServerConfig } from './server-config';

const NODE = 'system:node:worker-1.lab';
const BEAT_MS = 400;

const text = (body: string) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(body) });

async function read(response: BusResponse): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response.body) parts.push(part);
  return Buffer.concat(parts);
}

requireProgram('nats-server')('the API over a real NATS server', () => {
  let pki: TestPki;
  let nats: TestNats;
  const files = new Map<string, { certFile: string; keyFile: string }>();
  const open: Stoppable[] = [];

  beforeAll(async () => {
    pki = await createTestPki();
    const server = await pki.issue({ name: 'nats', hosts: ['127.0.0.1', 'localhost'] });
    nats = await startNats({ tls: { ...server, verifyAndMap: true } });
    const users = [
      { identity: 'system:apiserver' },
      { identity: NODE, organizations: ['system:nodes'] },
      { identity: 'system:kube-scheduler' },
    ];
    for (const { identity, organizations } of users)
      files.set(identity, await pki.issue({ name: identity, organizations }));
    files.set('stranger', await pki.issue({ name: 'stranger' }));
    const tls = { ca: pki.caFile, cert: server.certFile, key: server.keyFile };
    writeFileSync(nats.configFile, natsServerConfig({ host: '127.0.0.1', port: nats.port, tls, users }));
    await nats.restart();
  });
  afterEach(async () => {
    for (const item of open.splice(0).reverse()) await item.stop();
  });
  afterAll(async () => {
    await nats?.stop();
    pki?.remove();
  });

  async function connect(identity: string): Promise<Bus> {
    const { certFile, keyFile } = files.get(identity)!;
    const bus = await connectBus({ servers: [nats.url], ca: pki.caFile, cert: certFile, key: keyFile });
    open.push(bus);
    return bus;
  }
  async function serve(handler: ApiHandler, options: Partial<ServeOptions> = {}): Promise<ServedApi> {
    const bus = await connect('system:apiserver');
    const server = serveApi(bus, handler, { userFor: name => ({ name, groups: ['g'] }), beatMs: BEAT_MS, ...options });
    open.push(server);
    await bus.flush();
    return server;
  }
  async function caller(identity = NODE, windowBytes?: number): Promise<ApiCaller> {
    const made = createApiCaller(await connect(identity), { windowBytes });
    open.push(made);
    return made;
  }

  test('a request carries method, path, headers and body; the user comes from the certificate, never from headers', async () => {
    await serve(async request => {
      const { method, path, query, headers, user } = request;
      return text(JSON.stringify({ method, path, query, headers, user, body: (await request.body(100)).toString() }));
    });
    const response = await (
      await caller()
    ).call({
      method: 'POST',
      path: '/api/v1/nodes?dryRun=All',
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Bearer stolen',
        'X-Remote-User': 'root',
        'impersonate-user': 'x',
      },
      body: Buffer.from('{}'),
    });
    expect(response.status).toBe(200);
    expect(JSON.parse((await read(response)).toString())).toEqual({
      method: 'POST',
      path: '/api/v1/nodes',
      query: 'dryRun=All',
      headers: { 'content-type': 'application/json', 'impersonate-user': 'x' },
      user: { name: NODE, groups: ['g'] },
      body: '{}',
    });
  });

  test('an error status is an answer', async () => {
    await serve(() => Promise.resolve({ ...text('no such thing'), status: 404 }));
    const response = await (await caller()).call({ method: 'GET', path: '/nothing' });
    expect([response.status, (await read(response)).toString()]).toEqual([404, 'no such thing']);
  });

  test('nobody serving is told at once', async () => {
    await expect((await caller()).call({ method: 'GET', path: '/' })).rejects.toMatchObject({ code: 'no responders' });
  });

  test('bodies of 5 MB go both ways, in pieces', async () => {
    await serve(async request => ({ ...text(''), body: [await request.body(6_000_000), Buffer.from('!')] }));
    const body = Buffer.alloc(5_000_000, 'abcdefghij');
    const response = await (await caller()).call({ method: 'POST', path: '/', body });
    const answer = await read(response);
    expect(answer.length).toBe(5_000_001);
    expect(answer.subarray(0, -1).equals(body)).toBe(true);
  });

  test('a body past the limit is 413 and its rest is never sent', async () => {
    const failures: unknown[] = [];
    await serve(async request => {
      await request.body(3_000_000).catch((error: unknown) => failures.push(error));
      return text('refused');
    });
    await read(await (await caller()).call({ method: 'POST', path: '/', body: Buffer.alloc(5_000_000) }));
    expect(failures).toMatchObject([{ code: 413 }]);
  });

  test('a stream comes in order, and ends when the server ends it', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }));
    const response = await (await caller()).call({ method: 'GET', path: '/watch' });
    const whole = read(response);
    await eventually(() => sink !== undefined);
    for (let i = 0; i < 1000; i++) {
      sink!.write(Buffer.from(`${i}\n`));
      if (i % 100 === 0) await new Promise(resolve => setImmediate(resolve));
    }
    sink!.end();
    expect((await whole).toString()).toBe(Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''));
  });

  test('a stream outlives many heartbeats in silence', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }));
    const whole = read(await (await caller()).call({ method: 'GET', path: '/watch' }));
    await new Promise(resolve => setTimeout(resolve, 8 * BEAT_MS));
    sink!.write(Buffer.from('late'));
    sink!.end();
    expect((await whole).toString()).toBe('late');
  });

  test('an aborted stream ends at both ends', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }));
    const abort = new AbortController();
    const whole = read(await (await caller()).call({ method: 'GET', path: '/watch', signal: abort.signal }));
    await eventually(() => sink !== undefined);
    abort.abort();
    expect((await whole).length).toBe(0);
    await eventually(() => sink!.closed.aborted);
  });

  test('an asker that vanishes is missed: its stream ends', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }));
    const bus = await connect(NODE);
    await createApiCaller(bus).call({ method: 'GET', path: '/watch' });
    await eventually(() => sink !== undefined);
    await bus.stop();
    await eventually(() => sink!.closed.aborted);
  });

  test('a reader that stands still holds the writer at its window, and is cut past the buffer', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }), {
      maxBufferedBytes: 50_000,
    });
    const response = await (await caller(NODE, 10_000)).call({ method: 'GET', path: '/watch' });
    await eventually(() => sink !== undefined);
    expect(sink!.write(Buffer.alloc(8_000))).toBe(true);
    await new Promise(resolve => setImmediate(resolve));
    expect(sink!.write(Buffer.alloc(8_000))).toBe(false);
    await new Promise(resolve => setImmediate(resolve));
    expect(sink!.bufferedBytes).toBe(6_000);
    while (!sink!.closed.aborted) sink!.write(Buffer.alloc(8_000));
    await expect(read(response)).rejects.toMatchObject({ code: 'cut' });
  });

  test('drain follows the reader', async () => {
    let sink: ByteSink | undefined;
    await serve(() => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }));
    const response = await (await caller(NODE, 10_000)).call({ method: 'GET', path: '/watch' });
    await eventually(() => sink !== undefined);
    const write = (left: number) => {
      for (let i = left; i > 0; i--) if (!sink!.write(Buffer.alloc(9_000))) return sink!.onDrain(() => write(i - 1));
      sink!.end();
    };
    write(100);
    expect((await read(response)).length).toBe(900_000);
  });

  test('a server that stops hands its streams to the next: the reader sees an error, the next request another master', async () => {
    const sinks: ByteSink[] = [];
    const handler: ApiHandler = () => Promise.resolve({ ...text(''), body: { start: s => void sinks.push(s) } });
    const first = await serve(handler);
    const asker = await caller();
    const whole = read(await asker.call({ method: 'GET', path: '/watch' }));
    const failed = expect(whole).rejects.toMatchObject({ code: 'cut' });
    await serve(handler);
    await first.stop();
    await failed;
    const again = await asker.call({ method: 'GET', path: '/watch' });
    await eventually(() => sinks.length === 2);
    sinks[1]!.end();
    expect((await read(again)).length).toBe(0);
  });

  test('a master that is killed is missed by its silence', async () => {
    const bus = await connect('system:apiserver');
    let sink: ByteSink | undefined;
    serveApi(bus, () => Promise.resolve({ ...text(''), body: { start: s => void (sink = s) } }), {
      userFor: name => ({ name, groups: [] }),
      beatMs: BEAT_MS,
    });
    await bus.flush();
    const response = await (await caller()).call({ method: 'GET', path: '/watch' });
    const failed = expect(read(response)).rejects.toMatchObject({ code: 'lost' });
    await eventually(() => sink !== undefined);
    await bus.stop();
    await failed;
  });

  test('a server that leaves finishes what it has, and none of its last requests is lost', async () => {
    const asked = caller();
    let begun = 0;
    const leaving = await serve(async () => {
      begun++;
      await new Promise(resolve => setTimeout(resolve, 5));
      return text('one');
    });
    await serve(() => Promise.resolve(text('two')));
    const one = await asked;
    const call = async () => (await read(await one.call({ method: 'GET', path: '/' }))).toString();
    const early = Array.from({ length: 200 }, call);
    await eventually(() => begun > 0);
    const left = leaving.leave();
    const meanwhile = Array.from({ length: 200 }, call);
    await left;
    const late = await Promise.all(Array.from({ length: 20 }, call));
    expect(new Set(late)).toEqual(new Set(['two']));
    expect(new Set(await Promise.all([...early, ...meanwhile]))).toEqual(new Set(['one', 'two']));
  });

  test('requests are spread over the queue group', async () => {
    const counts = [0, 0];
    for (const i of [0, 1]) await serve(() => Promise.resolve(text(String(counts[i]!++))));
    const asker = await caller();
    await Promise.all(Array.from({ length: 100 }, async () => read(await asker.call({ method: 'GET', path: '/' }))));
    expect(counts[0]! + counts[1]!).toBe(100);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test('a NATS restart ends what is under way, and everything works again after it', async () => {
    await serve(request => {
      return Promise.resolve(
        request.path === '/watch' ? { ...text(''), body: { start: () => undefined } } : text('ok'),
      );
    });
    const asker = await caller();
    const failed = expect(read(await asker.call({ method: 'GET', path: '/watch' }))).rejects.toMatchObject({
      code: 'disconnected',
    });
    await nats.restart();
    await failed;
    await eventually(async () => (await read(await asker.call({ method: 'GET', path: '/' }))).toString() === 'ok');
  });

  describe('the NATS server keeps identities apart', () => {
    test('a certificate without a user is refused', async () => {
      const { certFile, keyFile } = files.get('stranger')!;
      const attempt = connectBus({
        servers: [nats.url],
        ca: pki.caFile,
        cert: certFile,
        key: keyFile,
        signal: AbortSignal.timeout(1_500),
      });
      await expect(attempt).rejects.toThrow();
    });

    test('nobody asks in the name of another, nor hears the answers of another', async () => {
      const users: string[] = [];
      await serve(request => {
        users.push(request.user!.name);
        return Promise.resolve(text('ok'));
      });
      const scheduler = await connect('system:kube-scheduler');
      const node = await connect(NODE);
      const heard: string[] = [];
      scheduler.subscribe(`_INBOX.${node.token}.>`, message => heard.push(message.subject));
      scheduler.publish(`kube.api.${node.token}`, undefined, {
        reply: `_INBOX.${scheduler.token}.a.1`,
        headers: { 'bus-path': '/' },
      });
      // An own request whose answer would go to somebody else.
      scheduler.publish(`kube.api.${scheduler.token}`, undefined, {
        reply: `_INBOX.${node.token}.a.1`,
        headers: { 'bus-path': '/' },
      });
      await scheduler.flush().catch(() => undefined);
      const asker = createApiCaller(node);
      open.push(asker);
      await read(await asker.call({ method: 'GET', path: '/' }));
      expect(users).toEqual([NODE]);
      expect(heard).toEqual([]);
    });
  });
});
