import { describe, expect, test } from '@jest/globals';
import { http2Frames } from '@navarch/testing';
import {
  ASK,
  INITIAL_WINDOW,
  LARGEST,
  MAX_FRAME,
  TABLE_SIZE,
  answer,
  data,
  get,
  grow,
  nth,
  ping,
  post,
  reset,
  settings,
  setup,
  times,
} from './testkit';

const { Flag, FrameType, frame, headers, numbers } = http2Frames;
const { ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY } = Flag;
const { DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;

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
    ['5.1.2: more than may be under way', 'REFUSED_STREAM', [...times(4, i => get(nth(i + 1))), get(11)]],
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
    const heard = await says(...times(1_100, i => Buffer.concat(fault(nth(i)))));
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
