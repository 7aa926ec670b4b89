import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@navarch/testing';
import { createWorkQueue } from './work-queue';

describe('WorkQueue', () => {
  test('a key is handed out once, also when added twice, and again when added while worked on', async () => {
    const queue = createWorkQueue({ clock: new FakeClock() });
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(queue.length).toBe(2);
    expect(await queue.get()).toBe('a');
    queue.add('a');
    expect(await queue.get()).toBe('b');
    const next = queue.get();
    queue.done('a');
    expect(await next).toBe('a');
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  test('addAfter waits; the earlier of two times counts', async () => {
    const clock = new FakeClock();
    const queue = createWorkQueue({ clock });
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    await clock.advance(99);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(await queue.get()).toBe('a');
    queue.done('a');
    await clock.advance(1000);
    expect(queue.length).toBe(0);
  });

  test('rate limited adds double from 5 ms, per key, until forgotten', async () => {
    const clock = new FakeClock();
    const queue = createWorkQueue({ clock });
    const delays: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (i === 3) queue.forget('a');
      queue.addRateLimited('a');
      const began = clock.now();
      while (!queue.length) await clock.advance(1);
      delays.push(clock.now() - began);
      queue.done((await queue.get())!);
    }
    expect(delays).toEqual([5, 10, 20, 5]);
  });

  test('shutDown drains what is ready, then ends', async () => {
    const queue = createWorkQueue({ clock: new FakeClock() });
    queue.add('a');
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('b');
    expect(await queue.get()).toBe('a');
    expect(await queue.get()).toBeUndefined();
  });
});
