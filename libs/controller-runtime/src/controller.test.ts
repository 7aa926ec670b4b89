import { describe, expect, test } from '@jest/globals';
import { createRegistry } from '@navarch/base';
import { FakeClock, settle } from '@navarch/testing';
import { Controller } from './controller';

describe('Controller', () => {
  test('a failure is retried with backoff, a result comes again later, a success is done', async () => {
    const clock = new FakeClock();
    const calls: string[] = [];
    const registry = createRegistry();
    const controller = new Controller({
      name: 'test',
      clock,
      metrics: registry,
      reconcile: ({ namespace, name }) => {
        calls.push(`${namespace}/${name}`);
        if (calls.length < 3) return Promise.reject(new Error('not yet'));
        return Promise.resolve(calls.length === 3 ? { requeueAfterMs: 60_000 } : undefined);
      },
    });
    const abort = new AbortController();
    const running = controller.run(abort.signal);
    controller.queue.add('ns/a');
    await settle();
    expect(calls).toHaveLength(1);
    await clock.advance(20);
    expect(calls).toEqual(['ns/a', 'ns/a', 'ns/a']);
    await clock.advance(60_000);
    expect(calls).toHaveLength(4);
    const text = await registry.metrics();
    expect(text).toContain('workqueue_adds_total{name="test"} 4');
    expect(text).toContain('workqueue_retries_total{name="test"} 2');
    expect(text).toContain('workqueue_depth{name="test"} 0');
    abort.abort();
    await running;
  });

  test('keys are worked on side by side, one key never twice; the end waits for what runs', async () => {
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const controller = new Controller({
      name: 'test',
      clock: new FakeClock(),
      concurrency: 2,
      reconcile: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>(resolve => release.push(resolve));
        running--;
      },
    });
    const abort = new AbortController();
    const done = controller.run(abort.signal);
    for (const key of ['a', 'b', 'c']) controller.queue.add(key);
    await settle();
    controller.queue.add('a');
    await settle();
    expect([running, most]).toEqual([2, 2]);
    abort.abort();
    let ended = false;
    void done.then(() => (ended = true));
    await settle();
    expect(ended).toBe(false);
    for (const go of release) go();
    await done;
    expect(running).toBe(0);
  });
});
