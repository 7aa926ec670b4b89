import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ScriptedPeer, createTestPki, http2Frames, type PeerConnection } from '@navarch/testing';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { EtcdChannel } from './channel';
import { wasNeverSent } from './errors';
import { MessageWriter } from './protobuf';

const { Flag, FrameType, frame, headers, numbers, settingsPayload } = http2Frames;
const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION, PUSH_PROMISE } = FrameType;
const { ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY } = Flag;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const hello = Buffer.from('hello');
const framed = (message: Buffer) => new MessageWriter().raw(message).framed();

describe('a channel and a peer', () => {
  let peer: ScriptedPeer;
  let channel: EtcdChannel;
  const call = (message = hello, timeoutMs = 60_000) =>
    channel.unary('/test.Service/Method', framed(message), timeoutMs);
  /** calls begins some that may fail, and has the peer take them. */
  const calls = async (count: number) => {
    const begun = Array.from({ length: count }, () => call());
    for (const each of begun) each.catch(() => undefined);
    const connection = (await peer.accept()).greet();
    for (let i = 0; i < count; i++) await connection.next(DATA);
    return { begun, connection };
  };
  beforeEach(async () => {
    peer = await ScriptedPeer.listen();
    channel = new EtcdChannel(peer.url, undefined);
  });
  afterEach(async () => {
    channel.close();
    await peer.stop();
  });

  test('a call is headers and one message, and its answer the message that comes back', async () => {
    const begun = call();
    const connection = (await peer.accept()).greet();
    const request = await connection.next(HEADERS);
    expect([request.id, request.flags]).toEqual([1, END_HEADERS]);
    const data = await connection.next(DATA);
    expect([data.id, data.flags, data.payload]).toEqual([1, END_STREAM, Buffer.from('\0\0\0\0\x05hello')]);
    connection.answer(1, Buffer.from('world'));
    expect(String(await begun)).toBe('world');
  });

  test('an answer arrives whole though split, padded, continued and among frames that mean nothing', async () => {
    const { begun, connection } = await calls(1);
    const head = headers(':status: 200', 'content-type: application/grpc');
    await connection.byByte(
      frame(99, 0xff, 1, Buffer.from('unknown')),
      frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(5)),
      frame(HEADERS, END_HEADERS, 1, headers(':status: 103')),
      frame(
        HEADERS,
        PADDED | PRIORITY,
        1,
        Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 16]), head.subarray(0, 4), Buffer.alloc(3)]),
      ),
      frame(CONTINUATION, 0, 1, head.subarray(4, 5)),
      frame(CONTINUATION, 0, 1),
      frame(CONTINUATION, END_HEADERS, 1, head.subarray(5)),
      frame(DATA, PADDED, 1, Buffer.from('\x02\0\0\0\0\x05wo\0\0')),
      frame(DATA, 0, 1),
      frame(DATA, PADDED, 1, Buffer.from('\0rld')),
      frame(HEADERS, END_HEADERS | END_STREAM, 1, headers('grpc-status: 0')),
    );
    expect((await begun[0]!).toString()).toBe('world');
  });

  test.each([
    [
      'an answer without a body',
      [':status: 200', 'grpc-status: 3', 'grpc-message: request is too large %E2%82%AC'],
      '3 INVALID_ARGUMENT: request is too large €',
    ],
    [
      'a message that is not well encoded',
      [':status: 200', 'grpc-status: 14', 'grpc-message: 100%'],
      '14 UNAVAILABLE: 100%',
    ],
    ['an answer that is not of gRPC', [':status: 404'], '14 UNAVAILABLE: the answer is HTTP 404'],
    ['an answer without a status', [':status: 200'], '14 UNAVAILABLE: Connection dropped'],
    ['a status without a message', [':status: 200', 'grpc-status: 0'], '14 UNAVAILABLE: etcd answered nothing'],
  ])('%s', async (_, lines, message) => {
    const { begun, connection } = await calls(1);
    connection.raw(frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(...lines)));
    await expect(begun[0]).rejects.toThrow(message);
  });

  test('a peer that goes away finishes what it took; the rest was never sent, and a new call goes over a new connection', async () => {
    const { begun, connection } = await calls(2);
    connection.raw(frame(GOAWAY, 0, 0, Buffer.concat([numbers(1, 0), Buffer.from('bye')])));
    const lost = await begun[1]!.catch((error: unknown) => error);
    expect(lost).toMatchObject({ message: expect.stringContaining('the server goes away: NO_ERROR bye') });
    expect(wasNeverSent(lost)).toBe(true);
    const next = call();
    const second = (await peer.accept()).greet();
    expect((await second.next(HEADERS)).id).toBe(1);
    connection.answer(1, Buffer.from('one'));
    second.answer(1, Buffer.from('two'));
    expect([String(await begun[0]!), String(await next)]).toEqual(['one', 'two']);
    await connection.closed;
  });

  test.each([
    ['REFUSED_STREAM', 7, true],
    ['INTERNAL_ERROR', 2, false],
    ['CANCEL', 8, false],
  ])('a stream that the peer resets with %s', async (name, code, neverSent) => {
    const { begun, connection } = await calls(2);
    connection.raw(frame(RST_STREAM, 0, 1, numbers(code))).answer(3, hello);
    const error = await begun[0]!.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 14, message: expect.stringContaining(`the server reset the stream: ${name}`) });
    expect([wasNeverSent(error), String(await begun[1]!)]).toEqual([neverSent, 'hello']);
  });

  test('no more streams are open than the peer allows; the others follow in order', async () => {
    const begun = [call(), call(), call()];
    const connection = (await peer.accept()).greet([MAX_CONCURRENT_STREAMS, 1]);
    const seen: number[] = [];
    for (const id of [1, 3, 5]) {
      seen.push((await connection.next(HEADERS)).id);
      // Whatever came before this is in the acknowledgement's way.
      connection.raw(frame(PING, 0, 0, Buffer.alloc(8)));
      await connection.next(PING);
      connection.answer(id, hello);
    }
    await Promise.all(begun);
    expect(seen).toEqual([1, 3, 5]);
  });

  test('bodies wait for the windows and go on in their order', async () => {
    const begun = [call(Buffer.alloc(15, 'a')), call(Buffer.alloc(5, 'b'))];
    const connection = (await peer.accept()).greet([INITIAL_WINDOW_SIZE, 12]);
    const data = async () => {
      const { id, flags, payload } = await connection.next(DATA);
      return `${id} ${payload.length} ${flags === END_STREAM ? 'end' : 'more'}`;
    };
    expect([await data(), await data()]).toEqual(['1 12 more', '3 10 end']);
    connection.raw(frame(WINDOW_UPDATE, 0, 1, numbers(3)));
    expect(await data()).toBe('1 3 more');
    connection.raw(frame(SETTINGS, 0, 0, settingsPayload([[INITIAL_WINDOW_SIZE, 17]])));
    expect(await data()).toBe('1 5 end');
    connection.answer(1, hello).answer(3, hello);
    await Promise.all(begun);
  });

  test('a call that takes too long is reset, its late answer ignored, and the connection goes on', async () => {
    const late = call(hello, 1);
    const connection = (await peer.accept()).greet();
    await expect(late).rejects.toThrow('4 DEADLINE_EXCEEDED: Deadline exceeded');
    expect(await connection.next(RST_STREAM)).toMatchObject({ id: 1, payload: numbers(8) });
    const next = call();
    connection.answer(1, Buffer.from('late'));
    expect((await connection.next(HEADERS)).id).toBe(3);
    connection.answer(3, hello);
    expect(String(await next)).toBe('hello');
  });

  test('a stream is cancelled by a reset, and nothing more of it is heard', async () => {
    const heard: string[] = [];
    const opening = channel.stream(
      '/x',
      framed(hello),
      message => heard.push(String(message)),
      () => heard.push('end'),
    );
    const connection = (await peer.accept()).greet();
    const stream = await opening;
    expect((await connection.next(DATA)).flags).toBe(0);
    stream.cancel();
    expect(await connection.next(RST_STREAM)).toMatchObject({ id: 1, payload: numbers(8) });
    const next = call();
    await connection.next(DATA);
    connection.answer(1, hello).answer(3, hello);
    await next;
    expect(heard).toEqual([]);
  });

  test('an answer before the question is complete gives up the rest', async () => {
    const large = call(Buffer.alloc(100_000));
    const connection = (await peer.accept()).greet();
    await connection.next(DATA);
    connection.raw(
      frame(HEADERS, END_HEADERS | END_STREAM, 1, headers(':status: 200', 'grpc-status: 8', 'grpc-message: no')),
    );
    await expect(large).rejects.toThrow('8 RESOURCE_EXHAUSTED: no');
    expect(await connection.next(RST_STREAM)).toMatchObject({ id: 1, payload: numbers(8) });
  });

  test('settings and pings are acknowledged', async () => {
    call().catch(() => undefined);
    const connection = (await peer.accept()).greet();
    expect(await connection.next(SETTINGS)).toMatchObject({ flags: 0 });
    expect(await connection.next(SETTINGS)).toMatchObject({ flags: ACK, payload: Buffer.alloc(0) });
    connection.raw(frame(PING, 0, 0, Buffer.from('12345678')));
    expect(await connection.next(PING)).toMatchObject({ flags: ACK, payload: Buffer.from('12345678') });
  });

  const ok = frame(HEADERS, END_HEADERS, 1, headers(':status: 200'));
  test.each<[string, Buffer[], number]>([
    ['a frame that is too large', [frame(DATA, 0, 1, Buffer.alloc(16_385))], 6],
    ['data of no stream', [frame(DATA, 0, 0, hello)], 1],
    ['data of a stream that was never opened', [frame(DATA, 0, 3, hello)], 1],
    ['data before headers', [frame(DATA, 0, 1, hello)], 1],
    ['data with too much padding', [ok, frame(DATA, PADDED, 1, Buffer.from([9, 1]))], 1],
    ['headers of a stream of the peer', [frame(HEADERS, END_HEADERS, 2, headers(':status: 200'))], 1],
    ['headers that are interrupted', [frame(HEADERS, 0, 1), frame(DATA, 0, 1, hello)], 1],
    ['headers that mean nothing', [frame(HEADERS, END_HEADERS, 1, Buffer.from([0xff, 0xff]))], 9],
    ['trailers that do not end', [ok, ok], 1],
    ['a continuation of nothing', [frame(CONTINUATION, END_HEADERS, 1)], 1],
    ['a push', [frame(PUSH_PROMISE, END_HEADERS, 1, numbers(2))], 1],
    ['settings of a wrong length', [frame(SETTINGS, 0, 0, Buffer.alloc(5))], 6],
    ['settings of a stream', [frame(SETTINGS, 0, 1)], 1],
    ['an acknowledgement with settings', [frame(SETTINGS, ACK, 0, Buffer.alloc(6))], 6],
    ['an initial window that is too large', [frame(SETTINGS, 0, 0, settingsPayload([[4, 2 ** 31]]))], 3],
    ['a frame size that is too small', [frame(SETTINGS, 0, 0, settingsPayload([[5, 16_383]]))], 1],
    ['a ping of a wrong length', [frame(PING, 0, 0, Buffer.alloc(7))], 6],
    ['a reset of a wrong length', [frame(RST_STREAM, 0, 1, Buffer.alloc(3))], 6],
    ['a reset of a stream that was never opened', [frame(RST_STREAM, 0, 9, numbers(8))], 1],
    ['a farewell of a wrong length', [frame(GOAWAY, 0, 0, numbers(1))], 6],
    ['a window that does not grow', [frame(WINDOW_UPDATE, 0, 1, numbers(0))], 1],
    ['a window that is too large', [frame(WINDOW_UPDATE, 0, 0, numbers(2 ** 31 - 1))], 3],
  ])('%s ends the connection', async (_, frames, code) => {
    const { begun, connection } = await calls(1);
    connection.raw(...frames);
    expect((await connection.next(GOAWAY)).payload.readUInt32BE(4)).toBe(code);
    const error = await begun[0]!.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 14, message: expect.stringMatching(/^14 UNAVAILABLE: Connection dropped: ./) });
    expect(wasNeverSent(error)).toBe(false);
    await connection.closed;
  });

  test.each<[string, (connection: PeerConnection) => unknown, string]>([
    ['speaks HTTP/1.1', to => to.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), 'does not speak HTTP/2'],
    [
      'begins with a ping',
      to => to.raw(frame(PING, 0, 0, Buffer.alloc(8))),
      'does not speak HTTP/2: no settings come first',
    ],
    ['hangs up', to => to.close(), 'the connection was closed|the server closed the connection|ECONNRESET'],
  ])('a peer that %s was never sent anything', async (_, act, message) => {
    const begun = call();
    begun.catch(() => undefined);
    act(await peer.accept());
    const error = await begun.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: expect.stringMatching(`^14 UNAVAILABLE: No connection established: .*(${message})`),
    });
    expect(wasNeverSent(error)).toBe(true);
  });

  test('a connection that breaks fails what is under way, and the next call makes another', async () => {
    const { begun, connection } = await calls(2);
    connection.close();
    for (const each of begun) await expect(each).rejects.toThrow('14 UNAVAILABLE: Connection dropped');
    const next = call();
    const second = (await peer.accept()).greet();
    await second.next(DATA);
    second.answer(1, hello);
    expect(String(await next)).toBe('hello');
  });

  test('a closed channel fails what is under way, and whatever comes', async () => {
    const { begun, connection } = await calls(1);
    channel.close();
    await expect(begun[0]).rejects.toThrow('14 UNAVAILABLE: Connection dropped');
    await expect(call()).rejects.toThrow('14 UNAVAILABLE: Channel closed');
    await connection.closed;
  });
});

test('another implementation of HTTP/2, with narrow limits and wide headers, agrees with this one', async () => {
  const faults: unknown[] = [];
  const server = http2.createServer({
    settings: { maxConcurrentStreams: 3, initialWindowSize: 1_000, headerTableSize: 0 },
  });
  server.on('sessionError', error => faults.push(error));
  server.on('stream', stream => {
    const chunks: Buffer[] = [];
    stream.on('error', error => faults.push(error));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      stream.additionalHeaders({ ':status': 103 });
      stream.respond(
        { ':status': 200, 'x-wide': 'Wide, "wide" <wide>; '.repeat(1_000), [`x-${stream.id}`]: 'ä'.repeat(200) },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.concat(chunks));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const channel = new EtcdChannel(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
  const messages = Array.from({ length: 30 }, (_, i) => Buffer.alloc(i * 3_000, i));
  const answers = await Promise.all(
    messages.map(message => channel.unary('/test.Service/Echo', framed(message), 60_000)),
  );
  expect(answers.map((answer, i) => answer.equals(messages[i]!))).toEqual(messages.map(() => true));
  expect(faults).toEqual([]);
  channel.close();
  await new Promise<void>(resolve => server.close(() => resolve()));
});

test('a server that does not agree on HTTP/2 by TLS gets nothing', async () => {
  const pki = await createTestPki();
  const { certPem, keyPem } = await pki.issue({ name: 'etcd' });
  const server = createServer({ cert: certPem, key: keyPem }, socket => socket.on('error', () => socket.destroy()));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const channel = new EtcdChannel(`https://127.0.0.1:${port}`, { ca: readFileSync(pki.caFile) });
  await expect(channel.unary('/x', framed(hello), 60_000)).rejects.toThrow(
    '14 UNAVAILABLE: No connection established: the server does not offer HTTP/2',
  );
  channel.close();
  await new Promise<void>(resolve => server.close(() => resolve()));
  pki.remove();
});
