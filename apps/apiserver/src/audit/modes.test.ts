import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import type { AuditEvent } from './event';
import { Batching, Blocking, type AuditWriter } from './modes';

const event = (n: number) => ({ n }) as unknown as AuditEvent;

/** Kept is a writer that keeps batches in memory, or fails. */
class Kept implements AuditWriter {
  readonly batches: object[][] = [];
  stopped = false;
  constructor(private readonly failure?: Error) {}
  write(events: readonly object[]): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.batches.push([...events]);
    return Promise.resolve();
  }
  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

const BATCH = { bufferSize: 4, maxSize: 2, maxWaitMs: 1_000 };
const batching = (options: Partial<ConstructorParameters<typeof Batching>[1]> = {}) => {
  const writer = new Kept();
  const clock = new FakeClock();
  return { writer, clock, backend: new Batching(writer, { ...BATCH, ...options }, clock, silentLogger) };
};
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('Batching', () => {
  test('writes a full batch at once, another after a while; requests do not wait', async () => {
    const { writer, clock, backend } = batching();
    for (let n = 1; n <= 3; n++) expect(backend.take(event(n))).toBeUndefined();
    await settled();
    expect(writer.batches[0]).toEqual([{ n: 1 }, { n: 2 }]);
    await clock.advance(1_000);
    await settled();
    expect(writer.batches.slice(1)).toEqual([[{ n: 3 }]]);
  });
  test('drops what the buffer does not hold', async () => {
    const { writer, backend } = batching({ maxSize: 10 });
    for (let n = 1; n <= 6; n++) backend.take(event(n));
    await backend.stop();
    expect(writer.batches).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]]);
    expect(writer.stopped).toBe(true);
  });
  test('writes as often as the throttle lets it', async () => {
    const { writer, clock, backend } = batching({ maxSize: 1, throttle: { qps: 1, burst: 1 } });
    for (let n = 1; n <= 3; n++) backend.take(event(n));
    await settled();
    expect(writer.batches).toHaveLength(1);
    await clock.advance(1_000);
    await settled();
    expect(writer.batches).toHaveLength(2);
    await backend.stop();
    expect(writer.batches).toHaveLength(3);
  });
});

test.each([
  ['blocking', undefined, true],
  ['blocking', new Error('no disk'), true],
  ['blocking-strict', undefined, true],
  ['blocking-strict', new Error('no disk'), false],
])('%s, writing fails with %s: served %s', async (mode, failure, want) => {
  const backend = new Blocking(new Kept(failure), mode === 'blocking-strict', silentLogger);
  expect(await backend.take(event(1))).toBe(want);
});
