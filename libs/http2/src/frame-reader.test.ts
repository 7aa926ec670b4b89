import { expect, test } from '@jest/globals';
import { http2Frames } from '@navarch/testing';
import { FrameReader, unpadded } from './frame-reader';
import { HeaderBlock } from './header-block';

const { frame } = http2Frames;
const text = (...frames: string[]) => frames.map(each => Buffer.from(each));

test.each([1, 2, 3, 8, 9, 10, 13, 1_000, 16_393, 100_000])('frames split each %i bytes are read whole', size => {
  const sent = [
    frame(0, 9, 3, Buffer.from('abc')),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, 0xff, 2 ** 32 - 1, Buffer.alloc(16_384, 'x')),
    frame(200, 0, 1, Buffer.alloc(300, 'y')),
    frame(6, 0, 0, Buffer.alloc(0)),
  ];
  const read: unknown[] = [];
  const reader = new FrameReader((type, flags, id, payload) => read.push([type, flags, id, payload]));
  const all = Buffer.concat(sent);
  for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size));
  expect(read).toEqual([
    [0, 9, 3, Buffer.from('abc')],
    [4, 0, 0, Buffer.alloc(0)],
    [1, 0xff, 2 ** 31 - 1, Buffer.alloc(16_384, 'x')],
    [200, 0, 1, Buffer.alloc(300, 'y')],
    [6, 0, 0, Buffer.alloc(0)],
  ]);
});

test.each([1, 5, 12, 100])('a body is handed over as it comes, split each %i bytes', size => {
  const sent = [
    frame(0, 0, 1, Buffer.from('one ')),
    frame(0, 1, 3, Buffer.alloc(0)),
    frame(0, 1, 1, Buffer.from('two')),
  ];
  const bodies = new Map<number, string>();
  const ended: number[] = [];
  const reader = new FrameReader((type, flags, id, payload) => {
    expect([type, ended.includes(id)]).toEqual([0, false]);
    bodies.set(id, (bodies.get(id) ?? '') + payload.toString());
    if (flags & 1) ended.push(id);
  });
  const all = Buffer.concat(sent);
  for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size));
  expect(Object.fromEntries(bodies)).toEqual({ 1: 'one two', 3: '' });
  expect(ended).toEqual([3, 1]);
});

test.each([1, 5, 20_000])('a frame that is too large is refused when its head is in, split each %i bytes', size => {
  const reader = new FrameReader(() => undefined);
  const all = frame(0, 0, 1, Buffer.alloc(16_385));
  const push = () => {
    for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size));
  };
  expect(push).toThrow(expect.objectContaining({ code: 'FRAME_SIZE_ERROR', message: 'a frame of 16385 bytes' }));
});

test.each([
  ['none', Buffer.from([0, 1, 2]), Buffer.from([1, 2])],
  ['some', Buffer.from([2, 1, 0, 0]), Buffer.from([1])],
  ['nothing else', Buffer.from([2, 0, 0]), Buffer.alloc(0)],
  ['too much', Buffer.from([3, 0, 0]), undefined],
  ['no length', Buffer.alloc(0), undefined],
])('padding: %s', (_, payload, rest) => {
  if (rest) expect(unpadded(payload)).toEqual(rest);
  else expect(() => unpadded(payload)).toThrow('padding longer than its frame');
});

test('a header block is joined of its frames, without padding and priority', () => {
  const [END_STREAM, END_HEADERS, PADDED, PRIORITY] = [1, 4, 8, 32];
  const [ab, c, d] = text('ab', 'c', 'd') as [Buffer, Buffer, Buffer];
  const block = new HeaderBlock();
  expect([block.begin(1, END_HEADERS, ab), block.id, block.endStream]).toEqual([ab, 0, false]);
  const dressed = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 7]), ab, Buffer.from([0])]);
  expect([block.begin(3, PADDED | PRIORITY | END_STREAM, dressed), block.id]).toEqual([undefined, 3]);
  expect([block.proceed(3, 0, c), block.id]).toEqual([undefined, 3]);
  expect([block.proceed(3, END_HEADERS, d)?.toString(), block.id, block.endStream]).toEqual(['abcd', 0, true]);
  expect(() => block.proceed(3, 0, d)).toThrow('a continuation of nothing');
  expect(() => block.begin(5, PRIORITY, c)).toThrow('headers without their priority');
});

test.each([
  ['of another stream', 3, Buffer.alloc(1), 1, 'a continuation of nothing'],
  ['without an end', 1, Buffer.alloc(16_384), 5, 'headers without an end'],
  ['of nothing without an end', 1, Buffer.alloc(0), 100, 'headers without an end'],
])('continuations %s are refused', (_, id, payload, times, message) => {
  const block = new HeaderBlock();
  block.begin(1, 0, Buffer.alloc(1));
  const proceed = () => {
    for (let i = 0; i < times; i++) block.proceed(id, 0, payload);
  };
  expect(proceed).toThrow(message);
});
