import { describe, expect, test } from '@jest/globals';
import { StatusError, type ByteSink } from '@navarch/apimachinery';
import { silentLogger, systemClock } from '@navarch/base';
import type { WatchNotice, WatchSink } from '@navarch/storage';
import { WatchStream } from './watch-stream';

class TestSink implements ByteSink {
  readonly chunks: string[] = [];
  readonly controller = new AbortController();
  ended = false;
  full = false;
  private drain: (() => void) | undefined;
  get closed(): AbortSignal {
    return this.controller.signal;
  }
  bufferedBytes = 0;
  write(chunk: Buffer): boolean {
    this.chunks.push(chunk.toString());
    return !this.full;
  }
  onDrain(listener: () => void): void {
    this.drain = listener;
  }
  end(): void {
    this.ended = true;
  }
  drained(): void {
    this.full = false;
    this.drain?.();
  }
}

const notice = (revision: number): WatchNotice => ({ type: 'BOOKMARK', revision });

function started(maxBufferBytes = 100, encode = (n: WatchNotice) => Buffer.from(`${n.revision};`)) {
  const sink = new TestSink();
  const stop = new AbortController();
  let source!: WatchSink;
  let stopped = 0;
  const stream = new WatchStream({
    encoder: { encode, error: s => Buffer.from(`error ${s.code};`) },
    open: s => {
      source = s;
      return Promise.resolve({ stop: () => void stopped++, bookmark: () => undefined });
    },
    timeoutMs: 3_600_000,
    maxBufferBytes,
    stops: [stop.signal],
    clock: systemClock,
    log: silentLogger,
    onOpened: () => undefined,
    sizes: { add: () => undefined },
  });
  stream.start(sink);
  return { sink, stop, source, stopped: () => stopped };
}

describe('WatchStream', () => {
  test('the events of one batch are written together', async () => {
    const { sink, source, stop } = started();
    await Promise.resolve();
    source.notices([notice(1), notice(2)]);
    source.notices([notice(3)]);
    expect(sink.chunks).toEqual(['1;2;', '3;']);
    stop.abort();
  });

  test('events wait while the client is slow, and the stop waits for them', async () => {
    const { sink, source, stop, stopped } = started();
    await Promise.resolve();
    sink.full = true;
    source.notices([notice(1)]);
    source.notices([notice(2)]);
    source.notices([notice(3)]);
    stop.abort();
    expect([sink.chunks, sink.ended]).toEqual([['1;'], false]);
    sink.drained();
    expect([sink.chunks, sink.ended]).toEqual([['1;', '2;3;'], true]);
    expect(stopped()).toBeGreaterThan(0);
  });

  test('a client that falls too far behind is cut off', async () => {
    const { sink, source, stopped } = started(4);
    await Promise.resolve();
    sink.full = true;
    source.notices([notice(1)]);
    source.notices([notice(2), notice(3)]);
    expect(sink.ended).toBe(false);
    source.notices([notice(4)]);
    expect([sink.ended, stopped() > 0]).toEqual([true, true]);
  });

  test('the present state may be larger than the bound', () => {
    const { sink, source, stop } = started(4);
    sink.full = true;
    source.notices([1, 2, 3, 4, 5, 6].map(notice));
    source.notices([notice(7)]);
    expect(sink.ended).toBe(false);
    stop.abort();
    sink.drained();
  });

  test('the present state is made as it is read, before what comes later', async () => {
    const made: number[] = [];
    const { sink, source, stop } = started(100, ({ revision }) => {
      made.push(revision);
      return Buffer.alloc(200_000, String(revision));
    });
    sink.full = true;
    source.notices([1, 2, 3, 4].map(notice));
    expect(made).toEqual([1, 2]);
    await Promise.resolve();
    stop.abort();
    expect(sink.ended).toBe(false);
    sink.drained();
    expect([made, sink.ended]).toEqual([[1, 2, 3, 4], true]);
    expect(sink.chunks.map(chunk => chunk.length)).toEqual([400_000, 400_000]);
  });

  test('an event that cannot be made ends the watch', async () => {
    const { sink, source, stopped } = started(100, ({ revision }) => {
      if (revision > 1) throw new StatusError(500, 'InternalError', 'odd');
      return Buffer.from('1;');
    });
    source.notices([notice(1), notice(2)]);
    await Promise.resolve();
    await Promise.resolve();
    expect([sink.chunks, sink.ended, stopped() > 0]).toEqual([['error 500;'], true, true]);
  });

  test('a failure is the last event', async () => {
    const { sink, source } = started();
    await Promise.resolve();
    source.notices([notice(1)]);
    source.end(new StatusError(410, 'Expired', 'too old'));
    source.notices([notice(2)]);
    expect([sink.chunks, sink.ended]).toEqual([['1;', 'error 410;'], true]);
  });

  test('a client that goes away stops the watch', async () => {
    const { sink, stopped } = started();
    await Promise.resolve();
    await Promise.resolve();
    sink.controller.abort();
    expect(stopped()).toBe(1);
  });
});
