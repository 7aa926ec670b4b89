import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { fuzz, http2Frames, type Random } from '@navarch/testing';
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { ServerConnection } from './connection';
import type { ServerStream } from './stream';

const { Flag, FrameCollector, FrameType, PREFACE, frame, headers, numbers, settingsPayload } = http2Frames;
const { DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const LIMITS = { maxStreams: 5, streamWindow: 30_000, maxHeaderBytes: 8 * 1024 };
const LINES = [
  ':method: GET',
  ':method: POST',
  ':scheme: https',
  ':path: /',
  ':authority: x',
  'a: b',
  'content-length: 3',
  'te: x',
  'A: b',
];
const REQUEST = [':method: POST', ':scheme: https', ':path: /'];
const SIZES = [0, 1, 3, 8, 100, 16_384, 16_385, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

/** FakeSocket does what it does at once, and takes bytes when it is told to. */
class FakeSocket extends EventEmitter {
  destroyed = false;
  writableEnded = false;
  writableLength = 0;
  readonly frames: http2Frames.Frame[] = [];
  private readonly collector = new FrameCollector();
  private callbacks: ((error?: Error) => void)[] = [];

  write(bytes: Buffer, done?: (error?: Error) => void): void {
    if (this.destroyed || this.writableEnded) throw new Error('written behind the end');
    this.writableLength += bytes.length;
    this.frames.push(...this.collector.push(Buffer.from(bytes)));
    if (done) this.callbacks.push(done);
  }

  take(): void {
    if (this.destroyed) return;
    this.writableLength = 0;
    for (const done of this.callbacks.splice(0)) done();
    this.emit('drain');
  }

  cork = () => undefined;
  uncork = () => undefined;

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

/** Fuzzed is a connection, and what it has to keep to whatever comes. */
class Fuzzed {
  readonly socket = new FakeSocket();
  readonly connection: ServerConnection;
  private readonly told = new Map<ServerStream, { gone: number; ends: number }>();
  private closed = 0;
  private windows = 65_535;

  constructor(private readonly random: Random) {
    this.connection = new ServerConnection(this.socket as unknown as Duplex, LIMITS, {
      request: stream => this.request(stream),
      closed: () => this.closed++,
    });
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + this.random.below(this.random.pick([1, 30, 1_000, 70_000]));
      this.socket.emit('data', bytes.subarray(at, end));
      at = end;
      if (this.random.oneIn(4)) jest.advanceTimersByTime(0);
      if (this.random.oneIn(3)) this.socket.take();
    }
  }

  /** grown is what the client let the connection send more, right or wrong. */
  grown(by: number): void {
    this.windows += by;
  }

  close(): void {
    jest.advanceTimersByTime(0);
    this.random.pick([
      () => this.socket.emit('error', new Error('broken')),
      () => this.socket.emit('end'),
      () => this.socket.destroy(),
    ])();
    jest.advanceTimersByTime(60_000);
    expect([this.connection.isOver, this.connection.open, this.closed, this.socket.destroyed]).toEqual([
      true,
      0,
      1,
      true,
    ]);
    expect(jest.getTimerCount()).toBe(0);
    for (const [stream, { gone, ends }] of this.told) {
      expect([stream.closed, stream.heldBytes, gone, ends <= 1]).toEqual([true, 0, 1, true]);
    }
  }

  /** check looks at what was sent: within windows, nothing behind an end. */
  check(): void {
    const over = new Set<number>();
    let sent = 0;
    for (const { type, flags, id, payload } of this.socket.frames) {
      if (type === DATA) sent += payload.length;
      if (type === DATA || type === HEADERS) expect(over.has(id)).toBe(false);
      if ((type === DATA || type === HEADERS) && flags & Flag.END_STREAM) over.add(id);
      if (type === RST_STREAM) over.add(id);
    }
    expect(sent).toBeLessThanOrEqual(this.windows);
  }

  private request(stream: ServerStream): void {
    const seen = { gone: 0, ends: 0 };
    this.told.set(stream, seen);
    stream.gone(() => {
      seen.gone++;
      if (this.random.oneIn(4)) this.random.pick([...this.told.keys()]).reset();
    });
    stream.drained(() => this.act(stream, false));
    const act = () => this.random.oneIn(2) && this.act(stream, true);
    const over = () => void (seen.ends++, act());
    const holds = this.random.oneIn(3);
    const read = () =>
      stream.read({ data: bytes => (holds && stream.took(bytes.length), act()), end: over, gone: over }, holds);
    if (this.random.oneIn(2)) read();
    else setTimeout(() => this.random.oneIn(2) && read(), 0);
    act();
  }

  private act(stream: ServerStream, mayRespond: boolean): void {
    const sizes = [0, 1, 500, 20_000, 200_000];
    switch (this.random.below(mayRespond ? 8 : 4)) {
      case 0:
        return stream.end(Buffer.alloc(this.random.pick(sizes)));
      case 1:
        return void stream.write(Buffer.alloc(this.random.pick(sizes)));
      case 2:
        return void (this.random.oneIn(4) && stream.reset());
      case 3:
        if (this.random.oneIn(20)) this.connection.cutOff('NO_ERROR', 'enough');
        if (this.random.oneIn(10)) void this.connection.leave(this.random.below(2));
        return;
      default:
        return stream.ending || stream.closed
          ? undefined
          : stream.respond([{ name: ':status', value: '200' }], this.random.oneIn(3));
    }
  }
}

/** anyFrame is one that a client might send, mostly of a stream that there is. */
function anyFrame(random: Random, next: () => number, fuzzed: Fuzzed): Buffer {
  const recent = () => (random.oneIn(12) ? random.below(40) : Math.max(1, next() - 2 * random.below(6)));
  const flags = random.oneIn(10) ? random.below(256) : random.pick([0, 1, 4, 5]);
  const block = random.oneIn(8) ? headers(...random.list(8, () => random.pick(LINES))) : headers(...REQUEST);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return frame(HEADERS, Flag.END_HEADERS | (flags & 1), next() + 2, random.oneIn(10) ? random.bytes(30) : block);
    case 3:
      return frame(HEADERS, flags, recent(), random.oneIn(2) ? headers('a: b') : block);
    case 4:
    case 5:
      return frame(DATA, flags & 9, recent(), Buffer.alloc(random.pick([0, 1, 3, 1_000, 16_384]), random.below(3)));
    case 6:
      return frame(WINDOW_UPDATE, 0, recent(), numbers(random.pick(SIZES)));
    case 7: {
      const by = random.pick([1, 1_000, 100_000]);
      fuzzed.grown(by);
      return frame(WINDOW_UPDATE, 0, 0, numbers(by));
    }
    case 8:
      return frame(
        SETTINGS,
        random.oneIn(4) ? 1 : 0,
        0,
        random.oneIn(3) ? Buffer.alloc(0) : settingsPayload([[1 + random.below(7), random.pick(SIZES)]]),
      );
    case 9:
      return random.oneIn(2) ? frame(RST_STREAM, 0, recent(), numbers(8)) : frame(PING, flags & 1, 0, Buffer.alloc(8));
    case 10:
      return random.oneIn(6)
        ? frame(GOAWAY, 0, 0, Buffer.alloc(8 + random.below(9)))
        : frame(CONTINUATION, flags, recent(), random.bytes(9));
    default:
      return frame(random.below(14), flags, random.oneIn(2) ? 0 : recent(), random.bytes(20));
  }
}

test('whatever frames come, nothing is thrown, kept, or sent that may not be', () => {
  let most = 0;
  fuzz(
    random => {
      const fuzzed = new Fuzzed(random);
      let id = -1;
      fuzzed.push(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0)]));
      for (let i = random.below(60); i >= 0 && !fuzzed.connection.isOver; i--) {
        const made = anyFrame(random, () => id, fuzzed);
        if (made[3] === HEADERS) id = Math.max(id, made.readUInt32BE(5) & 0x7fffffff);
        fuzzed.push(made);
        most = Math.max(most, i);
      }
      fuzzed.close();
      fuzzed.check();
    },
    { ms: 900 },
  );
  expect(most).toBeGreaterThan(30);
});

test('whatever bytes come, nothing is thrown or kept', () => {
  fuzz(
    random => {
      const fuzzed = new Fuzzed(random);
      let id = -1;
      const made = random.list(20, () => anyFrame(random, () => (id += 2), fuzzed));
      fuzzed.push(random.mutate(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0), ...made])));
      fuzzed.close();
    },
    { ms: 600 },
  );
});
