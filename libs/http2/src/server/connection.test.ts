import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ScriptedClient, http2Frames } from '@navarch/testing';
import { HeaderDecoder } from '../header-decoder';
import type { Field } from '../header-table';
import { errorName } from '../protocol';
import { ServerConnection, type ServerLimits } from './connection';
import type { BodyReader, ServerStream } from './stream';

const { Flag, FrameType, PREFACE, frame, headers, numbers, settingsPayload } = http2Frames;
const { ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY } = Flag;
const { DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const TYPES = Object.fromEntries(Object.entries(FrameType).map(([name, type]) => [type, name]));
const LIMITS: ServerLimits = { maxStreams: 4, streamWindow: 20_000, maxHeaderBytes: 64 * 1024 };
const LARGEST = 2 ** 31 - 1;
const [MAX_STREAMS, INITIAL_WINDOW, MAX_FRAME, TABLE_SIZE] = [3, 4, 5, 1];
const OK: Field[] = [{ name: ':status', value: '200' }];

const ASK = [':method: GET', ':scheme: https', ':path: /', ':authority: x'];
const POST = [':method: POST', ...ASK.slice(1)];
const get = (id: number, ...more: string[]) => frame(HEADERS, END_STREAM | END_HEADERS, id, headers(...ASK, ...more));
const post = (id: number, ...more: string[]) => frame(HEADERS, END_HEADERS, id, headers(...POST, ...more));
const data = (id: number, size: number, flags = 0) => frame(DATA, flags, id, Buffer.alloc(size, 'x'));
const grow = (id: number, by: number) => frame(WINDOW_UPDATE, 0, id, numbers(by));
const reset = (id: number) => frame(RST_STREAM, 0, id, numbers(8));
const ping = () => frame(PING, 0, 0, Buffer.from('12345678'));
const settings = (...pairs: [number, number][]) => frame(SETTINGS, 0, 0, settingsPayload(pairs));
const times = (count: number, make: (i: number) => Buffer) => Array.from({ length: count }, (_, i) => make(i));
/** ids are those of a client's first streams. */
const id = (i: number) => 2 * i + 1;

/** told is a frame in words; headers by their status. */
function told({ type, flags, id, payload }: http2Frames.Frame, decoder: HeaderDecoder): string {
  const end = flags & END_STREAM ? ' end' : '';
  switch (type) {
    case DATA:
      return `DATA ${id} ${payload.length}${end}`;
    case HEADERS:
      return `HEADERS ${id} ${decoder.decode(payload)[0]?.value}${end}`;
    case RST_STREAM:
      return `RST_STREAM ${id} ${errorName(payload.readUInt32BE(0))}`;
    case GOAWAY:
      return `GOAWAY ${payload.readUInt32BE(0)} ${errorName(payload.readUInt32BE(4))}`;
    case WINDOW_UPDATE:
      return `WINDOW_UPDATE ${id} ${payload.readUInt32BE(0)}`;
    default:
      return `${TYPES[type]} ${id}${flags & ACK ? ' ack' : ''}`;
  }
}

/** recorder notes what comes of a body. */
function recorder(notes: string[], more: Partial<BodyReader> = {}): BodyReader {
  return {
    data: bytes => void notes.push(`data ${bytes.length}`),
    end: () => void notes.push('end'),
    gone: () => void notes.push('gone'),
    ...more,
  };
}

interface Setup extends Partial<ServerLimits> {
  readonly onRequest?: (stream: ServerStream) => void;
  readonly highWaterMark?: number;
}

/** setup is a connection and its client, which has begun unless it is told not to. */
async function setup({ onRequest, highWaterMark, ...limits }: Setup = {}, begin = true) {
  const client = new ScriptedClient(highWaterMark);
  const streams: ServerStream[] = [];
  const notes: string[] = [];
  const connection = new ServerConnection(
    client.socket,
    { ...LIMITS, ...limits },
    {
      ready: () => void notes.push('ready'),
      request(stream) {
        notes.push(`request ${stream.id}`);
        streams.push(stream);
        stream.gone(() => notes.push(`gone ${stream.id}`));
        onRequest?.(stream);
      },
      closed: error => void notes.push(`closed${error ? `: ${error.message}` : ''}`),
    },
  );
  const decoder = new HeaderDecoder();
  const heard = async () => (await client.heard()).map(each => told(each, decoder));
  /** says sends, and answers what comes back. */
  const says = (...bytes: Buffer[]) => {
    client.raw(...bytes);
    return heard();
  };
  if (begin) {
    client.greet();
    await heard();
    notes.splice(0);
  }
  return { client, connection, streams, notes, heard, says };
}

const echo = (stream: ServerStream) => {
  stream.respond(OK);
  stream.read({ data: bytes => void stream.write(bytes), end: () => stream.end(), gone: () => undefined });
};
const answer = (stream: ServerStream) => stream.respond(OK, true);

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

/** OVER is a stream that was answered. */
const OVER = [get(1)];

describe('the rules of RFC 9113: what ends the connection', () => {
  test.each<[string, string, Buffer[]]>([
    ['4.2: a frame that is too large', 'FRAME_SIZE_ERROR', [post(1), data(1, 16_385)]],
    ['4.3: a block that is none', 'COMPRESSION_ERROR', [frame(HEADERS, END_HEADERS, 1, Buffer.from([0x80]))]],
    [
      '4.3: a block that is none, as trailers',
      'COMPRESSION_ERROR',
      [post(1), frame(HEADERS, 5, 1, Buffer.from([0xff]))],
    ],
    ['4.3: another frame within a block', 'PROTOCOL_ERROR', [frame(HEADERS, 0, 1, headers(...ASK)), ping()]],
    ['4.3: another block within a block', 'PROTOCOL_ERROR', [frame(HEADERS, 0, 1, headers(...ASK)), get(3)]],
    [
      '4.3: an unknown frame within a block',
      'PROTOCOL_ERROR',
      [frame(HEADERS, 0, 1, headers(...ASK)), frame(99, 0, 0)],
    ],
    ['5.1: data of an idle stream', 'PROTOCOL_ERROR', [data(1, 1)]],
    ['5.1: a reset of an idle stream', 'PROTOCOL_ERROR', [reset(1)]],
    ['5.1: a window of an idle stream', 'PROTOCOL_ERROR', [grow(1, 1)]],
    ['5.1: a continuation of an idle stream', 'PROTOCOL_ERROR', [frame(CONTINUATION, END_HEADERS, 1)]],
    ['5.1.1: an even stream', 'PROTOCOL_ERROR', [get(2)]],
    ['5.1.1: data of an even stream', 'PROTOCOL_ERROR', [get(5), data(2, 1)]],
    ['5.1.1: a stream before the last', 'PROTOCOL_ERROR', [get(5), get(3)]],
    ['5.1.1: a stream a second time', 'PROTOCOL_ERROR', [...OVER, get(1)]],
    ['6.1: data of the connection', 'PROTOCOL_ERROR', [data(0, 1)]],
    ['6.1: padding longer than the data', 'PROTOCOL_ERROR', [post(1), frame(DATA, PADDED, 1, Buffer.from([5, 1]))]],
    ['6.2: headers of the connection', 'PROTOCOL_ERROR', [frame(HEADERS, END_HEADERS, 0, headers(...ASK))]],
    [
      '6.2: padding longer than the headers',
      'PROTOCOL_ERROR',
      [frame(HEADERS, END_HEADERS | PADDED, 1, Buffer.from([9, 1]))],
    ],
    [
      '6.2: headers without their priority',
      'FRAME_SIZE_ERROR',
      [frame(HEADERS, END_HEADERS | PRIORITY, 1, Buffer.alloc(4))],
    ],
    ['6.3: a priority of the connection', 'PROTOCOL_ERROR', [frame(FrameType.PRIORITY, 0, 0, Buffer.alloc(5))]],
    ['6.3: a priority of a wrong length', 'FRAME_SIZE_ERROR', [frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(4))]],
    ['6.4: a reset of the connection', 'PROTOCOL_ERROR', [reset(0)]],
    ['6.4: a reset of a wrong length', 'FRAME_SIZE_ERROR', [get(1), frame(RST_STREAM, 0, 1, Buffer.alloc(3))]],
    ['6.5: settings of a stream', 'PROTOCOL_ERROR', [frame(SETTINGS, 0, 1)]],
    ['6.5: an acknowledgement with settings', 'FRAME_SIZE_ERROR', [frame(SETTINGS, ACK, 0, Buffer.alloc(6))]],
    ['6.5.2: half a push', 'PROTOCOL_ERROR', [settings([2, 2])]],
    ['6.5.2: a window that is too large', 'FLOW_CONTROL_ERROR', [settings([INITIAL_WINDOW, 2 ** 31])]],
    ['6.5.2: frames that are too small', 'PROTOCOL_ERROR', [settings([MAX_FRAME, 16_383])]],
    ['6.5.2: frames that are too large', 'PROTOCOL_ERROR', [settings([MAX_FRAME, 2 ** 24])]],
    ['6.6: a push', 'PROTOCOL_ERROR', [get(1), frame(PUSH_PROMISE, END_HEADERS, 1, numbers(2))]],
    ['6.7: a ping of a stream', 'PROTOCOL_ERROR', [frame(PING, 0, 1, Buffer.alloc(8))]],
    ['6.7: a ping of a wrong length', 'FRAME_SIZE_ERROR', [frame(PING, 0, 0, Buffer.alloc(7))]],
    ['6.8: a farewell of a stream', 'PROTOCOL_ERROR', [frame(GOAWAY, 0, 1, Buffer.alloc(8))]],
    ['6.8: a farewell of a wrong length', 'FRAME_SIZE_ERROR', [frame(GOAWAY, 0, 0, Buffer.alloc(7))]],
    ['6.9: a window that does not grow', 'PROTOCOL_ERROR', [grow(0, 0)]],
    ['6.9: a window of a wrong length', 'FRAME_SIZE_ERROR', [frame(WINDOW_UPDATE, 0, 0, Buffer.alloc(3))]],
    ['6.9.1: a window that grows too large', 'FLOW_CONTROL_ERROR', [grow(0, LARGEST)]],
    [
      '6.9.2: settings by which a window grows too large',
      'FLOW_CONTROL_ERROR',
      [post(1), grow(1, LARGEST - 65_535), settings([INITIAL_WINDOW, 65_536])],
    ],
    ['6.10: a continuation of nothing', 'PROTOCOL_ERROR', [get(1), frame(CONTINUATION, END_HEADERS, 1)]],
    [
      '6.10: a continuation of another stream',
      'PROTOCOL_ERROR',
      [frame(HEADERS, 0, 1, headers(...ASK)), frame(CONTINUATION, END_HEADERS, 3)],
    ],
  ])('%s', async (_, code, bytes) => {
    // One that is over was answered and one that was never read takes nothing more, so a single chunk has to be told apart from several.
    for (const chunks of [bytes, [Buffer.concat(bytes)]]) {
      const { says, client, connection, notes } = await setup({
        onRequest: stream => stream.request.method === 'GET' && answer(stream),
      });
      const heard: string[] = [];
      for (const chunk of chunks) heard.push(...(await says(chunk)));
      expect(heard.filter(each => each.startsWith('GOAWAY'))).toEqual([expect.stringMatching(`^GOAWAY \\d+ ${code}$`)]);
      expect([client.ended, connection.isOver, connection.open]).toEqual([true, true, 0]);
      expect(notes.filter(note => note.startsWith('closed: '))).toHaveLength(1);
    }
  });
});

describe('the rules of RFC 9113: what ends a stream', () => {
  test.each<[string, string, Buffer[]]>([
    ['5.1: data behind the end', 'STREAM_CLOSED', [get(1), data(1, 1)]],
    [
      '5.1: headers behind the end',
      'STREAM_CLOSED',
      [get(1), frame(HEADERS, END_STREAM | END_HEADERS, 1, headers('a: b'))],
    ],
    ['5.1.2: more than may be under way', 'REFUSED_STREAM', [...times(4, i => get(id(i + 1))), get(11)]],
    ['6.9: a window that does not grow', 'PROTOCOL_ERROR', [get(1), grow(1, 0)]],
    ['6.9: more data than the stream may have', 'FLOW_CONTROL_ERROR', [post(1), data(1, 16_384), data(1, 3_617)]],
    [
      '6.9: more padding than the stream may have',
      'FLOW_CONTROL_ERROR',
      [post(1), data(1, 16_384), frame(DATA, PADDED, 1, Buffer.alloc(3_617, 255))],
    ],
    ['8.1: trailers without an end', 'PROTOCOL_ERROR', [post(1), frame(HEADERS, END_HEADERS, 1, headers('a: b'))]],
    [
      '8.1: trailers with pseudo-headers',
      'PROTOCOL_ERROR',
      [post(1), frame(HEADERS, END_STREAM | END_HEADERS, 1, headers(':path: /'))],
    ],
    ['8.1.1: no body where one was announced', 'PROTOCOL_ERROR', [get(1, 'content-length: 1')]],
    ['8.1.1: a body longer than announced', 'PROTOCOL_ERROR', [post(1, 'content-length: 3'), data(1, 4)]],
    ['8.1.1: a body shorter than announced', 'PROTOCOL_ERROR', [post(1, 'content-length: 3'), data(1, 2, END_STREAM)]],
    [
      '8.1.1: a body shorter than announced, before trailers',
      'PROTOCOL_ERROR',
      [post(1, 'content-length: 3'), data(1, 2), frame(HEADERS, END_STREAM | END_HEADERS, 1, headers('a: b'))],
    ],
    ['8.2: a malformed request', 'PROTOCOL_ERROR', [get(1, 'Accept: b')]],
  ])('%s', async (_, code, bytes) => {
    const { says, connection, notes } = await setup();
    const stream = code === 'REFUSED_STREAM' ? 11 : 1;
    expect(await says(...bytes)).toEqual([`RST_STREAM ${stream} ${code}`]);
    expect([connection.isOver, connection.open]).toEqual([false, stream === 11 ? 4 : 0]);
    // The connection goes on, and knows what its indexes mean.
    if (stream === 1) expect(await says(get(13), ping())).toEqual(['PING 0 ack']);
    expect(notes.at(-1)).toBe(stream === 1 ? 'request 13' : 'request 9');
  });

  const behind = (n: number) => frame(HEADERS, END_STREAM | END_HEADERS, n, headers('a: b'));
  test.each<[string, (n: number) => Buffer[]]>([
    ['gives up requests', n => [get(n), reset(n)]],
    ['sends data behind the end', n => [get(n), data(n, 1)]],
    ['sends headers behind the end', n => [get(n), behind(n)]],
    ['lets windows grow by nothing', n => [get(n), grow(n, 0)]],
    ['sends more than it announced', n => [post(n, 'content-length: 1'), data(n, 2)]],
    ['sends malformed trailers', n => [post(n), frame(HEADERS, END_STREAM | END_HEADERS, n, headers(':path: /'))]],
    ['sends malformed requests', n => [get(n, 'Accept: b')]],
  ])('5.4: a client that %s again and again is cut', async (_, fault) => {
    const { says, notes } = await setup();
    const heard = await says(...times(1_100, i => Buffer.concat(fault(id(i)))));
    expect(heard.at(-1)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM$/);
    expect(notes.filter(note => note.startsWith('request')).length).toBeLessThan(1_050);
  });
});

describe('the rules of RFC 9113: what is passed over', () => {
  const trailers = frame(HEADERS, END_STREAM | END_HEADERS, 1, headers('a: b'));
  test.each<[string, Buffer[]]>([
    ['4.1: unknown frames', [frame(99, 255, 0), frame(99, 255, 7, Buffer.alloc(16_384))]],
    ['4.1: unknown flags', [frame(SETTINGS, ACK | 0xfe, 0), frame(WINDOW_UPDATE, 255, 0, numbers(1))]],
    ['4.1: the first bit of a stream', [frame(WINDOW_UPDATE, 0, 2 ** 31, numbers(1))]],
    [
      '5.1: what was on its way to a stream that is over',
      [post(1), reset(1), data(1, 9), data(1, 0, END_STREAM), trailers, grow(1, 5), reset(1)],
    ],
    [
      '5.3: priorities, of idle streams too',
      [frame(FrameType.PRIORITY, 0, 9, Buffer.alloc(5)), frame(FrameType.PRIORITY, 0, 2, Buffer.alloc(5))],
    ],
    ['5.5: unknown settings', [frame(SETTINGS, ACK, 0), frame(PING, ACK, 0, Buffer.alloc(8))]],
    ['6.9: a window that grows as far as it may', [grow(0, LARGEST - 65_535)]],
  ])('%s', async (_, bytes) => {
    const { says, connection } = await setup();
    expect([await says(...bytes), connection.isOver]).toEqual([[], false]);
    expect(await says(ping())).toEqual(['PING 0 ack']);
  });

  test('6.5, 6.7: settings and pings are answered in order; unknown settings too', async () => {
    const { says } = await setup();
    expect(await says(ping(), settings([99, 5], [TABLE_SIZE, 0]), ping())).toEqual([
      ...['PING 0 ack', 'SETTINGS 0 ack', 'PING 0 ack'],
    ]);
  });
});

describe('a body', () => {
  test('that came before somebody reads is handed over at once, what comes then as it comes', async () => {
    const { says, streams, notes } = await setup();
    expect(await says(post(1), data(1, 5), data(1, 7))).toEqual([]);
    streams[0]!.read(recorder(notes));
    await says(data(1, 1), data(1, 2, END_STREAM));
    expect(notes.slice(1)).toEqual(['data 12', 'data 1', 'data 2', 'end']);
    expect(streams[0]!.bodyEnded).toBe(true);
  });

  test.each<[string, Buffer[], string[]]>([
    ['has all come', [post(1), data(1, 5, END_STREAM)], ['data 5', 'end']],
    ['is none', [get(1)], ['end']],
    ['is empty', [post(1), data(1, 0, END_STREAM)], ['end']],
    ['ends with trailers', [post(1), data(1, 5), frame(HEADERS, 5, 1, headers('a: b'))], ['data 5', 'end']],
    ['is padded', [post(1), frame(DATA, PADDED | END_STREAM, 1, Buffer.from([2, 1, 1, 0, 0]))], ['data 2', 'end']],
    [
      'has the length that was announced',
      [post(1, 'content-length: 5'), data(1, 5), data(1, 0, END_STREAM)],
      ['data 5', 'end'],
    ],
    ['has come as far as the stream was given up', [post(1), data(1, 5), reset(1)], ['gone']],
    ['had come before the stream was given up', [post(1), data(1, 5, END_STREAM), reset(1)], ['data 5', 'end']],
  ])('that %s is told once, whoever reads first', async (_, bytes, expected) => {
    for (const early of [true, false]) {
      const { says, streams, notes } = await setup();
      await says(bytes[0]!);
      notes.splice(0);
      if (early) streams[0]!.read(recorder(notes));
      await says(...bytes.slice(1));
      if (!early) streams[0]!.read(recorder(notes));
      const seen = early && expected[0] === 'gone' ? ['data 5', 'gone'] : expected;
      expect(notes.filter(note => note !== 'gone 1')).toEqual(seen);
    }
  });

  test('changes its reader amid what it is given: the first hears no more', async () => {
    const { says, streams, notes } = await setup();
    await says(post(1), data(1, 5, END_STREAM), post(3));
    for (const stream of streams) {
      const second = recorder(notes, { data: bytes => void notes.push(`second ${bytes.length}`) });
      stream.read(recorder(notes, { data: () => stream.read(second), end: () => void notes.push('wrong') }));
    }
    await says(data(3, 6), data(3, 7, END_STREAM));
    expect(notes.slice(2)).toEqual(['end', 'second 7', 'end']);
  });

  test('gives its stream up amid what it is given: it is gone once', async () => {
    for (const early of [true, false]) {
      const { says, streams, notes } = await setup();
      await says(post(1));
      const giveUp = () => streams[0]!.read(recorder(notes, { data: () => streams[0]!.reset() }));
      if (early) giveUp();
      const heard = await says(data(1, 5));
      if (!early) giveUp();
      expect([...heard, ...(await says(data(1, 5)))]).toEqual(['RST_STREAM 1 CANCEL']);
      expect(notes.slice(1)).toEqual(['gone', 'gone 1']);
    }
  });

  test('is let in as it is read, half a window at a time', async () => {
    const { says, streams, notes } = await setup({ maxStreams: 100 });
    expect(await says(post(1), data(1, 10_000))).toEqual([]);
    expect(await says(data(1, 9_999))).toEqual([]);
    streams[0]!.read(recorder(notes));
    expect(await says()).toEqual(['WINDOW_UPDATE 1 19999']);
    expect(await says(data(1, 9_999))).toEqual([]);
    expect(await says(data(1, 1))).toEqual(['WINDOW_UPDATE 1 10000']);
    expect(await says(data(1, 16_384), data(1, 3_617, END_STREAM))).toEqual(['WINDOW_UPDATE 1 16384']);
    expect(notes.at(-1)).toBe('end');
  });

  test('that its reader holds is let in as the reader says', async () => {
    const { says, streams, notes, heard } = await setup();
    await says(post(1), data(1, 15_000));
    streams[0]!.read(recorder(notes), true);
    expect(await heard()).toEqual([]);
    streams[0]!.took(9_999);
    expect(await says(data(1, 5_000))).toEqual([]);
    streams[0]!.took(1);
    expect(await heard()).toEqual(['WINDOW_UPDATE 1 10000']);
    expect(await says(data(1, 10_001))).toEqual(['RST_STREAM 1 FLOW_CONTROL_ERROR']);
  });

  test('of nothing but padding is let in unread', async () => {
    const { says } = await setup();
    const padding = frame(DATA, PADDED, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]));
    expect(await says(post(1), ...times(39, () => padding))).toEqual([]);
    expect(await says(padding)).toEqual(['WINDOW_UPDATE 1 10240']);
  });

  test('that nobody reads does not keep others from coming', async () => {
    const { says, notes } = await setup({ onRequest: stream => stream.id > 1 && stream.read(recorder(notes)) });
    await says(post(1), data(1, 16_384), data(1, 3_616), post(3));
    for (let i = 0; i < 20; i++) await says(data(3, 10_000));
    expect(notes.filter(note => note === 'data 10000')).toHaveLength(20);
  });

  test('of streams that are over counts for the connection, and is given back', async () => {
    const { says } = await setup({ onRequest: answer });
    expect(await says(post(1))).toEqual(['HEADERS 1 200 end', 'RST_STREAM 1 NO_ERROR']);
    const heard: string[] = [];
    for (let i = 0; i < 10; i++) heard.push(...(await says(...times(10, () => data(1, 16_000)))));
    expect(heard.every(each => each.startsWith('WINDOW_UPDATE 0'))).toBe(true);
    const given = heard.reduce((sum, each) => sum + Number(each.split(' ')[2]), 0);
    expect(given).toBeGreaterThan(1_600_000 - 80_000);
  });

  test('beyond the window of the connection ends it', async () => {
    const { says } = await setup({ maxStreams: 1 });
    expect(await says(get(1), reset(1), ...times(4, () => data(1, 16_384)))).toEqual(['GOAWAY 1 FLOW_CONTROL_ERROR']);
  });

  test('of a client that waits is invited', async () => {
    const { says, streams, heard } = await setup();
    await says(post(1, 'expect: 100-continue'));
    streams[0]!.continue();
    expect(await heard()).toEqual(['HEADERS 1 100']);
    echo(streams[0]!);
    expect(await says(data(1, 5, END_STREAM))).toEqual(['HEADERS 1 200', 'DATA 1 5', 'DATA 1 0 end']);
    streams[0]!.continue();
    expect(await heard()).toEqual([]);
  });
});

describe('an answer', () => {
  test('goes out in one write with others of the turn', async () => {
    const onRequest = (stream: ServerStream) => {
      stream.respond(OK);
      stream.end(Buffer.alloc(10));
    };
    const { says, client } = await setup({ onRequest });
    const before = client.writes.length;
    expect(await says(get(1), get(3))).toEqual(['HEADERS 1 200', 'DATA 1 10 end', 'HEADERS 3 200', 'DATA 3 10 end']);
    expect(client.writes.length).toBe(before + 1);
  });

  test('before the body has come lets the client stop', async () => {
    const { says, notes } = await setup({ onRequest: stream => (stream.read(recorder(notes)), answer(stream)) });
    expect(await says(post(1), data(1, 5))).toEqual(['HEADERS 1 200 end', 'RST_STREAM 1 NO_ERROR']);
    expect(notes).toEqual(['request 1', 'gone', 'gone 1']);
  });

  test('is one: what is written behind its end is not sent, nor what is written when the stream is over', async () => {
    const { says, streams, heard } = await setup();
    await says(get(1));
    const [stream] = streams as [ServerStream];
    stream.respond(OK);
    stream.end(Buffer.alloc(1));
    stream.end(Buffer.alloc(2));
    expect([stream.write(Buffer.alloc(3)), stream.closed]).toEqual([true, true]);
    stream.respond(OK);
    stream.reset();
    stream.took(100_000);
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 1 end']);
  });

  test('with a value that is none is not sent', async () => {
    const { says, streams, heard } = await setup();
    await says(get(1));
    for (const value of ['a\r\nb', 'a\0', '\u010d\u010aset-cookie: a', '\u{1f600}']) {
      expect(() => streams[0]!.respond([...OK, { name: 'a', value }])).toThrow('the header a has');
    }
    streams[0]!.respond([...OK, { name: 'a', value: '\xe9' }], true);
    expect(await heard()).toEqual(['HEADERS 1 200 end']);
  });

  test("keeps to the stream's window, and goes on when it grows", async () => {
    const { says, client, streams, heard } = await setup({}, false);
    client.greet([INITIAL_WINDOW, 10]).raw(get(1));
    await heard();
    const [stream] = streams as [ServerStream];
    let drained = 0;
    stream.drained(() => drained++);
    stream.respond(OK);
    expect([stream.write(Buffer.alloc(8)), stream.write(Buffer.alloc(8)), stream.heldBytes]).toEqual([true, false, 6]);
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 8', 'DATA 1 2']);
    expect([await says(grow(1, 5)), drained]).toEqual([['DATA 1 5'], 0]);
    expect([await says(grow(1, 5)), drained]).toEqual([['DATA 1 1'], 1]);
    stream.end(Buffer.alloc(10));
    expect([await heard(), stream.closed]).toEqual([['DATA 1 4'], false]);
    expect([await says(settings([INITIAL_WINDOW, 15])), stream.closed]).toEqual([
      ['SETTINGS 0 ack', 'DATA 1 5'],
      false,
    ]);
    // The window was 0, and is -10 now.
    expect(await says(settings([INITIAL_WINDOW, 5]), grow(1, 10))).toEqual(['SETTINGS 0 ack']);
    expect([await says(grow(1, 100)), stream.closed, drained]).toEqual([['DATA 1 1 end'], true, 1]);
  });

  test('without bytes needs no window', async () => {
    const { client, heard } = await setup({ onRequest: stream => (stream.respond(OK), stream.end()) }, false);
    await heard();
    client.greet([INITIAL_WINDOW, 0]).raw(get(1));
    expect(await heard()).toEqual(['SETTINGS 0 ack', 'HEADERS 1 200', 'DATA 1 0 end']);
  });

  test('goes on at once when its window grows by more than a turn, whatever the socket holds', async () => {
    const { says, streams, heard } = await setup({ highWaterMark: 16 * 1024 * 1024 });
    await says(get(1), grow(0, 1_000_000));
    streams[0]!.respond(OK);
    streams[0]!.end(Buffer.alloc(400_000));
    await heard();
    const sent = await says(grow(1, 1_000_000));
    expect([sent.reduce((sum, each) => sum + Number(each.split(' ')[2]), 0), streams[0]!.closed]).toEqual([
      400_000 - 65_535,
      true,
    ]);
  });

  test('takes turns with others, for the window of the connection', async () => {
    const { says, streams, heard, client } = await setup({}, false);
    client.greet([INITIAL_WINDOW, LARGEST]).raw(get(1), get(3), get(5), get(7));
    await heard();
    for (const stream of streams) {
      stream.respond(OK);
      stream.end(Buffer.alloc(200_000));
    }
    await heard();
    const sent = await says(grow(0, 4 * 65_536));
    const of = (id: number) =>
      sent.filter(each => each.startsWith(`DATA ${id} `)).reduce((sum, each) => sum + Number(each.split(' ')[2]), 0);
    expect([1, 3, 5, 7].map(of)).toEqual([65_536, 65_536, 65_536, 65_536]);
  });

  test('is not held up by others whose windows are used up', async () => {
    const { says, streams, heard, client } = await setup({}, false);
    client.greet([INITIAL_WINDOW, 1_000]).raw(get(1), get(3), get(5));
    await heard();
    for (const stream of streams) {
      stream.respond(OK);
      stream.end(Buffer.alloc(70_000));
    }
    await heard();
    expect((await says(grow(3, 100_000))).at(-1)).toMatch(/^DATA 3 \d+$/);
    expect(await says(grow(0, 10_000))).toEqual(['DATA 3 6465 end']);
    expect(await says(grow(5, 3_000))).toEqual(['DATA 5 3000']);
    expect(await says(grow(1, 1_000))).toEqual(['DATA 1 535']);
    expect(await says(grow(0, 1_000))).toEqual(['DATA 1 465']);
  });

  test('comes in larger frames where the client takes them, but not in such as keep others waiting', async () => {
    const { says, streams, heard } = await setup();
    await says(settings([MAX_FRAME, 2 ** 24 - 1], [INITIAL_WINDOW, LARGEST]), grow(0, 1_000_000), get(1));
    streams[0]!.respond(OK);
    streams[0]!.end(Buffer.alloc(100_000));
    expect(await heard()).toEqual(['HEADERS 1 200', 'DATA 1 65536', 'DATA 1 34464 end']);
  });

  test('waits for a socket that takes nothing', async () => {
    const { says, client, streams, heard } = await setup();
    await says(settings([INITIAL_WINDOW, LARGEST]), grow(0, LARGEST - 65_535), get(1));
    client.stopReading();
    streams[0]!.respond(OK);
    for (let i = 0; i < 100; i++) streams[0]!.write(Buffer.alloc(100_000));
    streams[0]!.end();
    expect(streams[0]!.heldBytes).toBeGreaterThan(8_000_000);
    await heard();
    client.read();
    const sent: string[] = [];
    for (let more = await heard(); more.length; more = await heard()) sent.push(...more);
    expect([sent.at(-1), streams[0]!.closed]).toEqual([expect.stringMatching(/^DATA 1 \d+ end$/), true]);
  });

  test('that writes more when it is drained, ends or resets then', async () => {
    const { says, streams, heard } = await setup();
    await says(settings([INITIAL_WINDOW, 10]), get(1), get(3));
    const [a, b] = streams as [ServerStream, ServerStream];
    a.respond(OK);
    b.respond(OK);
    a.drained(() => a.end(Buffer.alloc(3)));
    b.drained(() => (a.reset(), b.reset()));
    a.write(Buffer.alloc(12));
    b.write(Buffer.alloc(12));
    await heard();
    expect(await says(grow(1, 4))).toEqual(['DATA 1 2', 'DATA 1 2']);
    expect(await says(grow(3, 2))).toEqual(['DATA 3 2', 'RST_STREAM 1 CANCEL', 'RST_STREAM 3 CANCEL']);
  });
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
    ['priorities', times(1_100, i => frame(FrameType.PRIORITY, 0, id(i), Buffer.alloc(5)))],
    ['unknown frames', times(1_100, () => frame(99, 0, 0))],
    ['empty data', [post(1), ...times(1_100, () => data(1, 0))]],
    ['empty data of a stream that is over', [post(1), reset(1), ...times(1_100, () => data(1, 0))]],
    ['padding', [post(1), ...times(1_100, () => padding)]],
    ['windows that do not grow', [get(1), ...times(1_100, () => grow(1, 0))]],
    ['requests beyond what it may have under way', times(1_200, i => get(id(i)))],
  ])('who sends %s', async (_, bytes) => {
    const { says, client } = await setup();
    expect((await says(...bytes)).at(-1)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM$/);
    expect(client.ended).toBe(true);
  });

  test.each<[string, (i: number) => Buffer]>([
    ['requests', i => frame(HEADERS, 5, id(i), headers(':method: HEAD', ...ASK.slice(1)))],
    ['pings', ping],
  ])('who goes on with %s and reads no answer', async (_, ask) => {
    const long = [...OK, { name: 'a', value: 'x'.repeat(60_000) }];
    const { client, notes, connection } = await setup({ onRequest: stream => stream.respond(long, true) });
    client.stopReading().raw(...times(400, i => (i < 280 ? get(id(i)) : ask(i))));
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
      const rest = i % 2 ? reset(id(i)) : data(id(i), 0, END_STREAM);
      await says(post(id(i)), data(id(i), 100), rest);
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
