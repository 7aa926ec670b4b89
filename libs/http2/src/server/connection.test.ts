import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { http2Frames, type ScriptedClient } from '@navarch/testing';
import type { ServerConnection } from './connection';
import type { ServerStream } from './stream';
import {
  ASK,
  INITIAL_WINDOW,
  LARGEST,
  MAX_STREAMS,
  OK,
  answer,
  data,
  get,
  grow,
  nth,
  ping,
  post,
  recorder,
  reset,
  settings,
  setup,
  times,
} from './testkit';

const { Flag, FrameType, PREFACE, frame, headers, numbers, settingsPayload } = http2Frames;
const { ACK, END_STREAM, PADDED } = Flag;
const { DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;

describe('how a connection begins', () => {
  test('with settings, and a window for all streams together', async () => {
    const { client, heard, notes } = await setup({}, false);
    const [first] = await client.heard();
    expect(first).toMatchObject({
      type: SETTINGS,
      payload: settingsPayload([
        [MAX_STREAMS, 4],
        [INITIAL_WINDOW, 20_000],
        [6, 64 * 1024],
      ]),
    });
    client.greet();
    expect([await heard(), notes]).toEqual([['SETTINGS 0 ack'], ['ready']]);
  });

  test('byte by byte', async () => {
    const { says, client } = await setup({ onRequest: answer }, false);
    await client.heard();
    const all: string[] = [];
    for (const byte of Buffer.concat([PREFACE, settings(), get(1)])) all.push(...(await says(Buffer.from([byte]))));
    expect(all).toEqual(['SETTINGS 0 ack', 'HEADERS 1 200 end']);
  });

  test.each<[string, Buffer[], string]>([
    ['3.4: by another protocol', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'PROTOCOL_ERROR'],
    ['3.4: without settings', [PREFACE, ping()], 'PROTOCOL_ERROR'],
    ['3.4: with an acknowledgement', [PREFACE, frame(SETTINGS, ACK, 0)], 'PROTOCOL_ERROR'],
    ['6.5: with settings of a wrong length', [PREFACE, frame(SETTINGS, 0, 0, Buffer.alloc(5))], 'FRAME_SIZE_ERROR'],
  ])('%s', async (_, bytes, code) => {
    const { says, client, notes, heard } = await setup({}, false);
    await heard();
    expect(await says(...bytes)).toEqual([`GOAWAY 0 ${code}`]);
    expect([client.ended, notes.length]).toEqual([true, 1]);
  });

  test.each([1, 4, 250, 20_000, 100_000, LARGEST])(
    'of %i streams: the window is one that there can be',
    async maxStreams => {
      const { client } = await setup({ maxStreams, streamWindow: 256 * 1024 }, false);
      const updates = (await client.heard()).filter(({ type }) => type === WINDOW_UPDATE);
      expect(updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 65_535)).toBe(
        Math.min(LARGEST, maxStreams * 256 * 1024),
      );
    },
  );
});

describe('how a connection ends', () => {
  test('leave: what is asked before the client has heard is served, what is asked later is not', async () => {
    const { says, connection, streams, client, notes, heard } = await setup();
    await says(get(1));
    const left = connection.leave(60_000);
    expect(connection.leave(60_000)).toBe(left);
    expect(await heard()).toEqual([`GOAWAY ${LARGEST} NO_ERROR`, 'PING 0']);
    await says(get(3));
    expect(await says(frame(PING, ACK, 0, Buffer.alloc(8)))).toEqual(['GOAWAY 3 NO_ERROR']);
    await left;
    expect(await says(get(5), post(7), data(7, 5))).toEqual([]);
    answer(streams[0]!);
    expect([await heard(), client.ended]).toEqual([['HEADERS 1 200 end'], false]);
    streams[1]!.respond(OK);
    streams[1]!.end(Buffer.alloc(5));
    expect([await heard(), client.ended]).toEqual([['HEADERS 3 200', 'DATA 3 5 end'], true]);
    expect(notes.filter(note => !note.startsWith('gone'))).toEqual(['request 1', 'request 3', 'closed']);
  });

  test('leave: nothing is under way', async () => {
    const { connection, client, heard, notes } = await setup();
    await connection.leave(1);
    expect(await heard()).toEqual([`GOAWAY ${LARGEST} NO_ERROR`, 'PING 0', 'GOAWAY 0 NO_ERROR']);
    expect([client.ended, notes]).toEqual([true, ['closed']]);
    await connection.leave(1);
    await connection.ping(1);
  });

  test('the last stream that was told of does not become a later one', async () => {
    const { says, connection } = await setup();
    await says(get(1));
    await connection.leave(0);
    await says(get(3));
    expect(await says(frame(99, 0, 0), frame(PING, 0, 1))).toEqual(['GOAWAY 1 PROTOCOL_ERROR']);
  });

  test('the client leaves: what is under way is answered, then it ends', async () => {
    const { says, client, streams, heard, notes } = await setup();
    const bye = frame(GOAWAY, 0, 0, Buffer.concat([numbers(0, 0), Buffer.alloc(500)]));
    await says(get(1), bye);
    answer(streams[0]!);
    expect([await heard(), client.ended, notes]).toEqual([
      ['HEADERS 1 200 end'],
      true,
      ['request 1', 'gone 1', 'closed'],
    ]);
  });

  test('what comes behind the end, in the same chunk too, is not read', async () => {
    const { says, client, notes, connection } = await setup();
    const bye = frame(GOAWAY, 0, 0, numbers(0, 0));
    expect(await says(bye, get(1), ping(), settings(), data(9, 1))).toEqual([]);
    expect([client.ended, notes, connection.open, client.socket.errored]).toEqual([true, ['closed'], 0, null]);
    expect(await says(get(1))).toEqual([]);
  });

  test.each<[string, (connection: ServerConnection, client: ScriptedClient) => unknown, string[]]>([
    ['is cut off', connection => connection.cutOff('ENHANCE_YOUR_CALM', 'enough'), ['closed: enough']],
    ['is closed', (_, client) => client.close(), ['closed']],
    ['is closed from one side', (_, client) => client.half(), ['closed']],
    ['fails', (_, client) => client.close(new Error('broken')), ['closed: broken']],
  ])('when it %s, streams are over, pings too, and it is told once', async (_, end, expected) => {
    const { says, connection, client, streams, notes, heard } = await setup();
    await says(post(1), post(3));
    for (const stream of streams) stream.read(recorder(notes));
    streams[0]!.gone(() => streams[1]!.reset());
    notes.splice(0);
    const ponged = connection.ping(60_000);
    end(connection, client);
    await heard();
    expect([connection.isOver, connection.open, client.ended, await ponged]).toEqual([true, 0, true, true]);
    expect(notes).toEqual(['gone', 'gone 1', 'gone', 'gone 3', ...expected]);
    for (const stream of streams) {
      stream.continue();
      stream.respond(OK);
      stream.end(Buffer.alloc(5));
    }
    connection.cutOff('NO_ERROR', 'again');
    expect([await heard(), notes.length - 1, client.socket.errored?.message]).toEqual([
      [],
      4,
      _ === 'fails' ? 'broken' : undefined,
    ]);
  });

  test('a reader that throws ends it, and its client does not hear why', async () => {
    const onRequest = (stream: ServerStream) => stream.read(recorder([], { data: () => JSON.parse('secret') }));
    const { client, notes } = await setup({ onRequest });
    const [farewell] = await client.raw(post(1), data(1, 5)).heard();
    expect(farewell).toMatchObject({ type: GOAWAY, payload: numbers(1, 2) });
    expect(notes.at(-1)).toMatch(/^closed: Unexpected token/);
  });

  test('a request whose handler cuts the connection off is the last', async () => {
    let cutOff = () => undefined as void;
    const { says, notes, connection } = await setup({ onRequest: () => cutOff() });
    cutOff = () => connection.cutOff('NO_ERROR', 'enough');
    expect(await says(get(1), get(3))).toEqual(['GOAWAY 1 NO_ERROR']);
    expect(notes).toEqual(['request 1', 'gone 1', 'closed: enough']);
  });

  test('a ping is answered, or is not in time', async () => {
    const { says, connection, heard } = await setup();
    const answered = connection.ping(60_000);
    expect(await heard()).toEqual(['PING 0']);
    await says(frame(PING, ACK, 0, Buffer.alloc(8)));
    expect([await answered, await connection.ping(1)]).toEqual([true, false]);
  });
});

describe('a client that does not read why or what it was answered last', () => {
  afterEach(() => void jest.useRealTimers());

  test.each<[string, (connection: ServerConnection) => unknown, number]>([
    ['is cut off', connection => connection.cutOff('ENHANCE_YOUR_CALM', 'enough'), 1_000],
    ['left', connection => connection.leave(0), 30_000],
  ])('%s: its connection is closed in the end', async (_, end, ms) => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance', 'queueMicrotask'] });
    const { client, connection, heard } = await setup();
    end(connection);
    jest.advanceTimersByTime(1);
    await heard();
    expect(client.ended).toBe(true);
    jest.advanceTimersByTime(ms - 2);
    expect(client.socket.destroyed).toBe(false);
    jest.advanceTimersByTime(2);
    expect([client.socket.destroyed, await heard()]).toEqual([true, []]);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('clients that are not put up with', () => {
  const unending = [frame(HEADERS, 0, 1, headers(...ASK)), ...times(200, () => frame(CONTINUATION, 0, 1))];
  const long = times(5, () => frame(CONTINUATION, 0, 1, Buffer.alloc(16_000)));
  // One field that is remembered, and then named again and again.
  const bomb = Buffer.concat([
    ...[Buffer.from([0x40, 1, 97, 127, 0xa1, 0x1e]), Buffer.alloc(4_000, 'x'), Buffer.alloc(16, 0xbe)],
  ]);
  const padding = frame(DATA, PADDED, 1, Buffer.alloc(256, 255));
  test.each<[string, Buffer[]]>([
    ['headers without an end', unending],
    ['headers too long', [unending[0]!, ...long]],
    ['headers that come to more than they are', [frame(HEADERS, 5, 1, bomb)]],
    ['more headers than may be', [frame(HEADERS, 5, 1, Buffer.alloc(2_000, 0x90))]],
    ['pings', times(1_100, ping)],
    ['settings', times(1_100, () => settings([INITIAL_WINDOW, 1]))],
    ['priorities', times(1_100, i => frame(FrameType.PRIORITY, 0, nth(i), Buffer.alloc(5)))],
    ['unknown frames', times(1_100, () => frame(99, 0, 0))],
    ['empty data', [post(1), ...times(1_100, () => data(1, 0))]],
    ['empty data of a stream that is over', [post(1), reset(1), ...times(1_100, () => data(1, 0))]],
    ['padding', [post(1), ...times(1_100, () => padding)]],
    ['windows that do not grow', [get(1), ...times(1_100, () => grow(1, 0))]],
    ['requests beyond what it may have under way', times(1_200, i => get(nth(i)))],
  ])('who sends %s', async (_, bytes) => {
    const { says, client } = await setup();
    expect((await says(...bytes)).at(-1)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM$/);
    expect(client.ended).toBe(true);
  });

  test.each<[string, (i: number) => Buffer]>([
    ['requests', i => frame(HEADERS, 5, nth(i), headers(':method: HEAD', ...ASK.slice(1)))],
    ['pings', ping],
  ])('who goes on with %s and reads no answer', async (_, ask) => {
    const long = [...OK, { name: 'a', value: 'x'.repeat(60_000) }];
    const { client, notes, connection } = await setup({ onRequest: stream => stream.respond(long, true) });
    client.stopReading().raw(...times(400, i => (i < 280 ? get(nth(i)) : ask(i))));
    await client.heard();
    expect(connection.isOver).toBe(true);
    expect(notes.filter(note => note.startsWith('request')).length).toBeLessThan(300);
    expect(client.socket.writableLength).toBeLessThan(20 * 1024 * 1024);
  });
});

describe('clients that are put up with', () => {
  test('whose bodies are refused, and on their way', async () => {
    const { says, connection } = await setup({ onRequest: answer });
    for (let i = 0; i < 1_500; i++) {
      const rest = i % 2 ? reset(nth(i)) : data(nth(i), 0, END_STREAM);
      await says(post(nth(i)), data(nth(i), 100), rest);
    }
    expect(connection.isOver).toBe(false);
  });

  test('who let each stream go on by a byte', async () => {
    const { client, streams, heard, says } = await setup({}, false);
    client.greet([INITIAL_WINDOW, 0]).raw(get(1));
    await heard();
    streams[0]!.respond(OK);
    streams[0]!.end(Buffer.alloc(2_000));
    await heard();
    expect((await says(...times(2_000, () => grow(1, 1)))).slice(-2)).toEqual(['DATA 1 1', 'DATA 1 1 end']);
  });
});
