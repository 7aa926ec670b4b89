import { describe, expect, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { Sender } from '../sender';
import { Outbox } from '../outbox';
import { FrameType } from '../protocol';
import { Http2Stream } from './stream';
import { Streams } from './streams';

const NAMES = Object.fromEntries(Object.entries(FrameType).map(([name, type]) => [type, name]));
const MEGABYTE = 1024 * 1024;

/** framesOf are whole frames, as `TYPE id length flags`. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    frames.push(`${NAMES[bytes[at + 3]!]} ${bytes.readUInt32BE(at + 5)} ${length} ${bytes[at + 4]}`);
    at += 9 + length;
  }
  return frames;
}

/** setup is a connection's sending side, on a socket that takes what it is given only when the test says so. */
function setup(firstId?: number) {
  const writes: number[] = [];
  const frames: string[] = [];
  let taken: (() => void) | undefined;
  const take = (bytes: Buffer, done: () => void) => {
    writes.push(bytes.length);
    frames.push(...framesOf(bytes));
    taken = done;
  };
  const socket = new Writable({
    write: (chunk: Buffer, _, done) => take(chunk, done),
    writev: (chunks, done) => take(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
  });
  const outbox = new Outbox(socket);
  const sender = new Sender(outbox);
  const closed: string[] = [];
  let idle = 0;
  const streams = new Streams(outbox, sender, () => idle++, firstId);
  socket.on('drain', () => sender.resume());
  return {
    ...{ outbox, sender, streams, writes, closed },
    idle: () => idle,
    add(name: string, size = 1, last = true): Http2Stream {
      const handler = {
        headers: () => undefined,
        data: () => undefined,
        close: (error?: Error) => void closed.push(`${name}: ${error ? `${error.name}: ${error.message}` : 'end'}`),
      };
      const stream = new Http2Stream(Buffer.alloc(10), Buffer.alloc(size), last, handler);
      streams.add(stream);
      return stream;
    },
    /** sent are the frames since it was last asked, once the socket has taken all. */
    async sent(): Promise<string[]> {
      outbox.flush();
      while (taken) {
        const done = taken;
        taken = undefined;
        done();
        await new Promise(setImmediate);
        outbox.flush();
      }
      return frames.splice(0);
    },
  };
}

describe('Outbox', () => {
  test('what is written in one turn goes out in one write, in order, whatever its size', async () => {
    const { outbox, add, sent, writes } = setup();
    add('small', 100);
    add('large', 12_000);
    outbox.number(FrameType.WINDOW_UPDATE, 0, 1);
    expect(writes).toEqual([]);
    expect(await sent()).toEqual([
      'HEADERS 1 10 4',
      'DATA 1 100 1',
      'HEADERS 3 10 4',
      'DATA 3 12000 1',
      'WINDOW_UPDATE 0 4 0',
    ]);
    add('next', 5);
    expect(await sent()).toEqual(['HEADERS 5 10 4', 'DATA 5 5 1']);
    expect(writes.length).toBe(2);
  });

  test('more than a batch arrives whole', async () => {
    const { add, sent } = setup();
    const expected = Array.from({ length: 30 }, (_, i) => {
      add(`s${i}`, 2_000 + i);
      return [`HEADERS ${2 * i + 1} 10 4`, `DATA ${2 * i + 1} ${2_000 + i} 1`];
    });
    expect(await sent()).toEqual(expected.flat());
  });
});

describe('Sender', () => {
  test("keeps to the connection's window, in turns", async () => {
    const { sender, add, sent } = setup();
    add('a', 40_000);
    add('b', 40_000);
    add('c', 10);
    const data = async () => (await sent()).filter(line => line.startsWith('DATA'));
    expect(await data()).toEqual([
      'DATA 1 16384 0',
      'DATA 1 16384 0',
      'DATA 1 7232 1',
      'DATA 3 16384 0',
      'DATA 3 9151 0',
    ]);
    sender.grow(undefined, 5);
    expect(await data()).toEqual(['DATA 3 5 0']);
    sender.grow(undefined, 100_000);
    expect(await data()).toEqual(['DATA 5 10 1', 'DATA 3 14460 1']);
  });

  test("takes the peer's settings, also for streams that are open; a window may become negative", async () => {
    const { sender, streams, add, sent } = setup();
    sender.apply({ initialWindowSize: 100 }, streams.all());
    const stream = add('a', 300);
    sender.apply({ initialWindowSize: 20 }, streams.all());
    expect([stream.sendWindow, (await sent()).at(-1)]).toEqual([-80, 'DATA 1 100 0']);
    sender.grow(stream, 80);
    expect(await sent()).toEqual([]);
    sender.grow(stream, 1);
    sender.apply({ initialWindowSize: 1_000, maxFrameSize: 20_000 }, streams.all());
    expect(await sent()).toEqual(['DATA 1 1 0', 'DATA 1 199 1']);
    sender.apply({ initialWindowSize: 50_000 }, []);
    add('b', 20_000);
    expect((await sent()).at(-1)).toBe('DATA 3 20000 1');
    expect(() => sender.grow(undefined, 2 ** 31 - 1)).toThrow('a window is too large');
  });

  test('a socket that takes nothing holds the sender up', async () => {
    const { sender, outbox, streams, add, sent } = setup();
    sender.apply({ initialWindowSize: 8 * MEGABYTE, maxFrameSize: MEGABYTE / 4 }, streams.all());
    sender.grow(undefined, 8 * MEGABYTE);
    add('a', 3 * MEGABYTE);
    expect(outbox.unsent).toBeLessThan(1.3 * MEGABYTE);
    const sizes = (await sent()).filter(line => line.startsWith('DATA')).map(line => Number(line.split(' ')[2]));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(3 * MEGABYTE);
  });

  test('a stream that always holds something keeps nothing of what is out', async () => {
    const { sender, streams, add, sent } = setup();
    sender.apply({ initialWindowSize: 10 }, streams.all());
    const stream = add('a', 20, false);
    await sent();
    const sizes: number[] = [];
    for (let i = 0; i < 6_000; i++) {
      sender.write(stream, Buffer.alloc(10), false);
      sender.grow(stream, 10);
      sizes.push(stream.held.length);
    }
    expect([stream.heldBytes, Math.max(...sizes)]).toEqual([10, 1_024]);
    expect((await sent()).length).toBe(6_000);
    sender.write(stream, Buffer.alloc(5), true);
    sender.grow(stream, 100);
    expect(await sent()).toEqual(['DATA 1 10 0', 'DATA 1 5 1']);
  });

  test('the body of a stream that is given up is not sent on', async () => {
    const { sender, streams, add, sent } = setup();
    const a = add('a', 70_000);
    add('b', 10);
    await sent();
    streams.cancel(a);
    sender.grow(undefined, 100_000);
    expect(await sent()).toEqual(['RST_STREAM 1 4 0', 'DATA 3 10 1']);
  });
});

describe('Streams', () => {
  test('queued streams follow as others end, unless they were cancelled', async () => {
    const { streams, add, sent, closed } = setup();
    streams.allow(1);
    const a = add('a');
    const b = add('b');
    const c = add('c');
    streams.cancel(b);
    expect(await sent()).toEqual(['HEADERS 1 10 4', 'DATA 1 1 1']);
    streams.finish(a);
    streams.finish(a);
    expect([await sent(), b.id, c.id, closed]).toEqual([['HEADERS 3 10 4', 'DATA 3 1 1'], 0, 3, ['a: end']]);
  });

  test('too many queued streams are refused', () => {
    const { streams, add } = setup();
    streams.allow(0);
    for (let i = 0; i < 10_000; i++) add('a');
    expect(() => add('b')).toThrow('10000 calls wait already');
  });

  test('a peer that leaves: what it did not get to was never sent, and the last that ends is told', () => {
    const { streams, add, closed, idle } = setup();
    streams.allow(2);
    const a = add('a');
    add('b');
    add('c');
    streams.leave(1, 'bye');
    expect([closed, streams.accepting, idle()]).toEqual([['c: NeverSent: bye', 'b: NeverSent: bye'], false, 0]);
    expect(() => add('d')).toThrow(expect.objectContaining({ name: 'NeverSent', message: 'bye' }));
    streams.finish(a);
    expect([closed.at(-1), idle()]).toEqual(['a: end', 1]);
  });

  test('the last stream id ends the connection when its stream ends', async () => {
    const { streams, add, sent, closed, idle } = setup(2 ** 31 - 3);
    const before = add('before');
    const last = add('last');
    expect([before.id, last.id, streams.accepting]).toEqual([2 ** 31 - 3, 2 ** 31 - 1, false]);
    expect((await sent()).at(-1)).toBe(`DATA ${2 ** 31 - 1} 1 1`);
    streams.finish(before);
    expect(idle()).toBe(0);
    streams.finish(last);
    expect([closed, idle()]).toEqual([['before: end', 'last: end'], 1]);
  });

  test('the end fails what was sent, and what was not as such', () => {
    const { streams, add, closed } = setup();
    streams.allow(1);
    add('a');
    add('b');
    streams.end(new Error('broken'));
    expect(closed).toEqual(['b: NeverSent: broken', 'a: Error: broken']);
    expect(() => add('c')).toThrow('broken');
  });

  test.each([0, 2, 5])('a frame of stream %i, which was not opened, is a violation', id => {
    const { streams, add } = setup();
    add('a');
    streams.finish(add('b'));
    expect([streams.find(1)?.id, streams.find(3)]).toEqual([1, undefined]);
    expect(() => streams.find(id)).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }));
  });
});
