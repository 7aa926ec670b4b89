import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestPki, eventually, requireProgram, startChild, tempDir, type TestPki } from '@navarch/testing';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer, type Server } from 'node:tls';
import type { Field } from '../header-table';
import { ServerConnection } from './connection';
import type { ServerStream } from './stream';

const MEGABYTE = 1024 * 1024;
const LIMITS = { maxStreams: 100, streamWindow: 256 * 1024, maxHeaderBytes: 256 * 1024 };
const status = (code: number): Field[] => [{ name: ':status', value: String(code) }];

/** pattern are bytes of which no two places look alike. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32BE((at * 2_654_435_761) % 2 ** 32, at);
  return bytes;
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** serve: /bytes/N answers with so many, /digest and /echo with what comes, /early without reading, /hang never. */
function serve(stream: ServerStream): void {
  const { path } = stream.request;
  if (path === '/hang') return;
  if (path === '/early') {
    stream.respond(status(413));
    return stream.end(Buffer.from('too large'));
  }
  stream.respond(status(200));
  if (path === '/echo') {
    return stream.read({ data: bytes => void stream.write(bytes), end: () => stream.end(), gone: () => undefined });
  }
  if (path === '/digest') {
    const hash = createHash('sha256');
    return stream.read({
      data: bytes => void hash.update(bytes),
      end: () => stream.end(Buffer.from(hash.digest('hex'))),
      gone: () => undefined,
    });
  }
  const whole = pattern(Number(path.split('/')[2] ?? 0));
  let at = 0;
  const more = () => {
    while (at < whole.length) if (!stream.write(whole.subarray(at, (at += 50_000)))) return;
    stream.end();
  };
  stream.drained(more);
  more();
}

describe('a server of HTTP/2 by TLS', () => {
  let pki: TestPki;
  let server: Server;
  let url: string;
  const connections: ServerConnection[] = [];
  const failures: Error[] = [];

  beforeAll(async () => {
    pki = await createTestPki();
    const { certPem: cert, keyPem: key } = await pki.issue({ name: 'server' });
    server = createServer({ cert, key, ALPNProtocols: ['h2'] }, socket => {
      const closed = (error?: Error) => void (error && failures.push(error));
      connections.push(new ServerConnection(socket, LIMITS, { request: serve, closed }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 30_000);
  afterAll(() => {
    server?.close();
    for (const connection of connections) connection.cutOff('NO_ERROR', 'the test is over');
    pki?.remove();
  });

  /** within runs a test on a session of its own; afterwards the server knows of no request any more. */
  const within = async (work: (session: ClientHttp2Session, connection: ServerConnection) => Promise<void>) => {
    failures.splice(0);
    const session = connect(url, { ca: pki.caPem, maxSessionMemory: 1_000 });
    await once(session, 'remoteSettings');
    const connection = connections.at(-1)!;
    await work(session, connection);
    await eventually(() => expect(connection.open).toBe(0));
    session.destroy();
    await eventually(() => expect(connection.isOver).toBe(true));
    expect(failures).toEqual([]);
  };
  const request = (session: ClientHttp2Session, path: string, body?: Buffer) => {
    const stream = session.request({ ':method': body ? 'POST' : 'GET', ':path': path });
    stream.end(body);
    return stream;
  };
  const answerOf = async (stream: ClientHttp2Stream) => Buffer.concat(await stream.toArray());

  test('large bodies both ways arrive whole', () =>
    within(async session => {
      const body = pattern(9 * MEGABYTE + 7);
      const [uploaded, downloaded, echoed] = await Promise.all([
        answerOf(request(session, '/digest', body)),
        answerOf(request(session, `/bytes/${body.length}`)),
        answerOf(request(session, '/echo', body)),
      ]);
      expect(uploaded.toString()).toBe(digest(body));
      expect([digest(downloaded), digest(echoed)]).toEqual([digest(body), digest(body)]);
    }));

  test('many requests at a time, more than may be under way', () =>
    within(async session => {
      const bodies = Array.from({ length: 400 }, (_, i) => pattern(i * 211));
      const answers = await Promise.all(bodies.map(body => answerOf(request(session, '/echo', body))));
      expect(answers.map(digest)).toEqual(bodies.map(digest));
    }));

  test('requests that are given up at any time are forgotten, and others are not harmed', () =>
    within(async session => {
      const body = pattern(2 * MEGABYTE);
      const other = answerOf(request(session, '/echo', body));
      for (let i = 0; i < 200; i++) {
        const stream = request(
          session,
          ['/hang', '/echo', `/bytes/${MEGABYTE}`][i % 3]!,
          i % 2 ? pattern(100_000) : undefined,
        );
        stream.on('error', () => undefined);
        stream.on('data', () => stream.close(constants.NGHTTP2_CANCEL));
        if (i % 3 === 0) setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), i % 7);
        if (i % 20 === 0) await new Promise(setImmediate);
      }
      expect(digest(await other)).toBe(digest(body));
    }));

  test('an answer comes before the body that nobody reads', () =>
    within(async session => {
      const streams = Array.from({ length: 50 }, () => request(session, '/early', pattern(MEGABYTE)));
      const answers = await Promise.all(
        streams.map(async stream => [
          (await once(stream, 'response'))[0][':status'],
          (await answerOf(stream)).toString(),
        ]),
      );
      expect(new Set(answers.map(String))).toEqual(new Set(['413,too large']));
    }));

  test('a client that is asked to leave amid its requests loses none', () =>
    within(async (session, connection) => {
      const bodies = Array.from({ length: 80 }, (_, i) => pattern(i * 3_001));
      const answers = bodies.map(body => answerOf(request(session, '/echo', body)));
      const closed = once(session, 'close');
      await new Promise(setImmediate);
      await connection.leave(5_000);
      expect((await Promise.all(answers)).map(digest)).toEqual(bodies.map(digest));
      await closed;
    }));

  test('a ping is answered', () => within(async (_, connection) => expect(await connection.ping(5_000)).toBe(true)));

  test('a client that sends each byte in a record of its own is understood', async () => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      ca: pki.caPem,
      ALPNProtocols: ['h2'],
    });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    let heard = '';
    socket.on('data', bytes => (heard += bytes.toString('latin1')));
    // A GET of /bytes/8 in the static table's words.
    const head = [0, 0, 12, 1, 5, 0, 0, 0, 1, 0x82, 0x87, 0x04, 8, ...Buffer.from('/bytes/8')];
    for (const byte of [...Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 0, 0, 0, 4, 0, 0, 0, 0, 0, ...head]) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await eventually(() => expect(heard).toContain(pattern(8).toString('latin1')));
    socket.destroy();
  });

  requireProgram('curl')('curl', () => {
    test('uploads and downloads', async () => {
      const dir = tempDir('navarch-http2-');
      const file = join(dir.path, 'body');
      const body = pattern(3 * MEGABYTE);
      writeFileSync(file, body);
      const curl = async (...args: string[]) => {
        const child = startChild('curl', [
          '--silent',
          '--show-error',
          '--http2',
          '--cacert',
          pki.caFile,
          '-w',
          ' %{http_version} %{http_code}',
          ...args,
        ]);
        expect([await child.exited, child.output()]).toEqual([0, expect.anything()]);
        return child.output();
      };
      expect(await curl('--data-binary', `@${file}`, `${url}/digest`)).toBe(`${digest(body)} 2 200`);
      expect(await curl('-d', 'short', `${url}/early`)).toBe('too large 2 413');
      expect(await curl('-o', join(dir.path, 'out'), `${url}/bytes/5000000`)).toBe(' 2 200');
      expect(await curl('-I', `${url}/bytes/0`)).toContain('HTTP/2 200');
      dir.remove();
    });
  });

  requireProgram('h2load', 'nghttp')('nghttp2', () => {
    test.each(['/bytes/10', '/bytes/100000', '/early'])('h2load asks for %s', async path => {
      const child = startChild('h2load', ['-n', '600', '-c', '3', '-m', '40', '-w', '20', `${url}${path}`]);
      expect(await child.exited).toBe(0);
      expect(child.output()).toContain('600 total, 600 started, 600 done');
      expect(child.output()).toContain('0 errored, 0 timeout');
    });

    test('nghttp asks, with padding, priorities and small windows', async () => {
      const args = [
        '--null-out',
        '--stat',
        '--padding=200',
        '--window-bits=10',
        '--connection-window-bits=14',
        '--multiply=20',
      ];
      const child = startChild('nghttp', [...args, `${url}/bytes/30000`]);
      expect(await child.exited).toBe(0);
      expect(child.output().match(/ 200 +29K \/bytes/g)).toHaveLength(20);
    });
  });
});
