import { afterEach, beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import type { ApiRequest } from '@navarch/apimachinery';
import { silentLogger } from '@navarch/base';
import { createTestPki, http2Frames, type TestPki } from '@navarch/testing';
import { constants } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import { textResponse } from '../status-response';
import { listenHttps, type Listening } from './https-front';
import type { HttpsFrontOptions } from './https-front-options';

const { Flag, FrameCollector, FrameType: FRAME, PREFACE, frame, numbers, settingsPayload } = http2Frames;
type Frame = ReturnType<InstanceType<typeof FrameCollector>['push']>[number];

/** head is a GET of a path. */
const head = (path: string) => http2Frames.headers(':method: GET', ':scheme: https', `:path: ${path}`, ':authority: x');

describe('clients that are not put up with', () => {
  let pki: TestPki;
  let keys: { cert: string; key: string };
  let front: Listening | undefined;

  beforeAll(async () => {
    pki = await createTestPki();
    const { certPem: cert, keyPem: key } = await pki.issue({ name: 'kube-apiserver' });
    keys = { cert, key };
  }, 30_000);
  afterEach(async () => {
    await front?.stop();
    front = undefined;
  }, 30_000);
  afterAll(() => pki?.remove());

  const listen = async (options: Partial<HttpsFrontOptions> = {}) => {
    const handler = ({ path }: ApiRequest) => Promise.resolve(textResponse(200, path));
    front = await listenHttps({ host: '127.0.0.1', port: 0, ...keys, log: silentLogger, handler, ...options });
  };

  /** Client is a connection, what came on it, and its end. */
  interface Client {
    readonly socket: TLSSocket;
    readonly closed: Promise<Frame[]>;
    /** sees resolves with the first frame of a kind. */
    sees(type: number): Promise<Frame>;
  }
  const client = (protocol: string, ...first: Buffer[]) =>
    new Promise<Client>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: front!.port, ca: pki.caPem, ALPNProtocols: [protocol] });
      const collector = new FrameCollector();
      const came: Frame[] = [];
      const looking: { type: number; found: (frame: Frame) => void }[] = [];
      const look = () => {
        for (const { type, found } of looking) for (const one of came) if (one.type === type) found(one);
      };
      socket.on('data', chunk => {
        came.push(...collector.push(chunk));
        look();
      });
      const closed = new Promise<Frame[]>(gone => socket.on('close', () => gone(came)));
      socket.on('error', reject);
      socket.on('secureConnect', () => {
        if (first.length) socket.write(Buffer.concat(first));
        const sees = (type: number) =>
          new Promise<Frame>(found => {
            looking.push({ type, found });
            look();
          });
        resolve({ socket, closed, sees });
      });
    });
  const begin = (...settings: (readonly [number, number])[]) => [
    PREFACE,
    frame(FRAME.SETTINGS, 0, 0, settingsPayload(settings)),
  ];
  const get = (path: string, stream: number) =>
    frame(FRAME.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, stream, head(path));
  const codeOf = ({ payload }: Frame) => payload.readUInt32BE(payload.length - 4);

  test('a connection says how many requests it may have under way, and how much of a body is taken unread', async () => {
    await listen({ maxStreams: 7 });
    const { socket, sees } = await client('h2', ...begin());
    const { payload } = await sees(FRAME.SETTINGS);
    const told = new Map<number, number>();
    for (let at = 0; at < payload.length; at += 6) told.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    expect(told.get(constants.NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)).toBe(7);
    expect(told.get(constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE)).toBe(256 * 1024);
    socket.destroy();
  });

  test.each(['h2', 'http/1.1'])('%s: who does not begin', async protocol => {
    await listen({ headerTimeoutMs: 50 });
    await (
      await client(protocol)
    ).closed;
  });

  test('who gives up requests as soon as they are made', async () => {
    let served = 0;
    await listen({
      pingTimeoutMs: 100,
      handler: ({ path }) => {
        served++;
        return Promise.resolve(textResponse(200, path));
      },
    });
    // Some by a code that Node tells as an error.
    const given = Array.from({ length: 1200 }, (_, i) => [
      get('/', 2 * i + 1),
      frame(
        FRAME.RST_STREAM,
        0,
        2 * i + 1,
        numbers(i % 2 ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_INTERNAL_ERROR),
      ),
    ]);
    const { closed } = await client('h2', ...begin(), ...given.flat());
    expect((await closed).some(({ type }) => type === FRAME.GOAWAY)).toBe(true);
    expect(served).toBeLessThan(1200);
  });

  test('who is silent while something is under way has to answer a ping', async () => {
    await listen({ idleTimeoutMs: 50, pingTimeoutMs: 100, handler: () => new Promise(() => undefined) });
    const { closed, sees } = await client('h2', ...begin(), get('/', 1));
    await sees(FRAME.PING);
    expect((await closed).some(({ type }) => type === FRAME.GOAWAY)).toBe(true);
  });

  test('whose frames make no sense, after which Node reads nothing any more', async () => {
    await listen({ idleTimeoutMs: 50, pingTimeoutMs: 100, handler: () => new Promise(() => undefined) });
    const interrupted = frame(FRAME.HEADERS, Flag.END_STREAM, 3, head('/'));
    const { closed } = await client('h2', ...begin(), get('/', 1), interrupted, get('/', 5));
    await closed;
  });

  test('who does not read what he asked for', async () => {
    let answered = () => undefined as void;
    const over = new Promise<void>(resolve => (answered = resolve));
    await listen({
      answerTimeoutMs: 50,
      handler(request) {
        request.onAnswered!(answered);
        return Promise.resolve(textResponse(200, 'x'.repeat(100_000)));
      },
    });
    const noWindow = [constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0] as const;
    const { socket, sees } = await client('h2', ...begin(noWindow), get('/', 1));
    expect(await sees(FRAME.RST_STREAM)).toMatchObject({ id: 1 });
    await over;
    socket.destroy();
  });

  test('who asks for ever more and reads nothing', async () => {
    const long = Buffer.alloc(100_000, 'x');
    await listen({
      maxUnreadBytes: 300_000,
      handler: () => Promise.resolve({ status: 200, headers: {}, body: long }),
    });
    const noWindow = [constants.NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0] as const;
    const modest = await client('h2', ...begin(noWindow), get('/', 1));
    await modest.sees(FRAME.HEADERS);
    const greedy = await client('h2', ...begin(noWindow), ...[1, 3, 5, 7].map(stream => get('/', stream)));
    await greedy.closed;
    expect(modest.socket.destroyed).toBe(false);
    modest.socket.destroy();
  });

  test('who comes without credentials has to connect anew', async () => {
    await listen({ dismissesStrangers: true });
    const { sees } = await client('h2', ...begin(), get('/', 1));
    expect(codeOf(await sees(FRAME.GOAWAY))).toBe(constants.NGHTTP2_NO_ERROR);
    expect((await sees(FRAME.DATA)).payload.toString()).toBe('/');
  });
});
