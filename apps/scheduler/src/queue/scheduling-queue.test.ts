import { describe, expect, test } from '@jest/globals';
import { Framework, type Plugin } from '@navarch/scheduler-framework';
import { FakeClock } from '@navarch/testing';
import { prioritySort } from '../plugins/priority-sort/priority-sort';
import { pod } from '../testkit';
import { Heap } from './heap';
import { SchedulingQueue } from './scheduling-queue';

const fit: Plugin = { name: 'Fit', events: ['NodeAdd'] };
function queue() {
  const clock = new FakeClock();
  const framework = new Framework([prioritySort, fit]);
  return { clock, queue: new SchedulingQueue({ framework, clock, initialBackoffMs: 1000, maxBackoffMs: 10_000 }) };
}
const names = (...pods: ({ info: { pod: { metadata?: { name?: string } } } } | undefined)[]) =>
  pods.map(p => p?.info.pod.metadata?.name);
const rejected = new Set(['Fit']);

describe('SchedulingQueue', () => {
  test('hands out the higher priority first, then the older', async () => {
    const { queue: q, clock } = queue();
    q.add(pod({ name: 'first' }).pod);
    await clock.advance(1);
    q.add(pod({ name: 'second' }).pod);
    q.add(pod({ name: 'urgent', spec: { priority: 10 } }).pod);
    expect(names(await q.pop(), await q.pop(), await q.pop())).toEqual(['urgent', 'first', 'second']);
  });

  test('pop waits for a pod, and ends at close', async () => {
    const { queue: q } = queue();
    const waiting = q.pop();
    q.add(pod({ name: 'late' }).pod);
    expect(names(await waiting)).toEqual(['late']);
    const ending = q.pop();
    q.close();
    expect(await ending).toBeUndefined();
  });

  test('an unschedulable pod waits for an event that may cure it, and for its backoff', async () => {
    const { queue: q, clock } = queue();
    q.add(pod({ name: 'big' }).pod);
    q.requeue((await q.pop())!, rejected);
    q.moveOn('AssignedPodDelete');
    expect(q.counts).toEqual({ active: 0, backoff: 0, unschedulable: 1 });
    q.moveOn('NodeAdd');
    expect(q.counts).toEqual({ active: 0, backoff: 1, unschedulable: 0 });
    await clock.advance(999);
    expect(q.counts.active).toBe(0);
    await clock.advance(1);
    expect(q.counts.active).toBe(1);
  });

  test('an event that comes while the pod is tried is not lost', async () => {
    const { queue: q } = queue();
    q.add(pod({ name: 'big' }).pod);
    const trying = (await q.pop())!;
    q.moveOn('NodeAdd');
    q.requeue(trying, rejected);
    expect(q.counts).toEqual({ active: 0, backoff: 1, unschedulable: 0 });
  });

  test('backoff doubles up to its bound', async () => {
    const { queue: q, clock } = queue();
    q.add(pod({ name: 'big' }).pod);
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const trying = (await q.pop())!;
      q.requeue(trying, rejected);
      q.moveOn('NodeAdd');
      let waited = 0;
      while (!q.counts.active) {
        await clock.advance(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('without any event it is tried again after five minutes', async () => {
    const { queue: q, clock } = queue();
    q.add(pod({ name: 'big' }).pod);
    q.requeue((await q.pop())!, rejected);
    await clock.advance(5 * 60_000);
    expect(q.counts.active).toBe(1);
  });

  test('a pod deleted while it waits or is tried does not come back', async () => {
    const { queue: q } = queue();
    const one = pod({ name: 'one' }).pod;
    q.add(one);
    q.delete(one);
    expect(q.counts.active).toBe(0);
    q.add(one);
    const trying = (await q.pop())!;
    q.delete(one);
    q.requeue(trying, rejected);
    expect(q.counts).toEqual({ active: 0, backoff: 0, unschedulable: 0 });
  });
});

test('Heap stays in order under changes and removals', () => {
  const heap = new Heap<{ key: string; value: number }>(
    i => i.key,
    (a, b) => a.value < b.value,
  );
  const values = [5, 3, 8, 1, 9, 2, 7];
  values.forEach((value, i) => heap.set({ key: `k${i}`, value }));
  heap.set({ key: 'k4', value: 0 });
  heap.delete('k1');
  const out: number[] = [];
  for (let item = heap.pop(); item; item = heap.pop()) out.push(item.value);
  expect(out).toEqual([0, 1, 2, 5, 7, 8]);
});
