import { describe, expect, test } from '@jest/globals';
import { FairQueues, type QueueSettings, type Ticket } from './fair-queues';
import { ONE_SEAT, type Work } from './work-estimate';

interface Named extends Ticket {
  readonly name: string;
}
const ticket = (name: string, work: Work = ONE_SEAT): Named => ({
  ...{ name, work, queue: -1, arrivedAt: 0, startedAt: 0, arrivalR: 0 },
});
/** end finishes a request and frees its seats at once. */
function end(fair: FairQueues<Named>, one: Named, now: number): void {
  fair.finish(one, now);
  fair.free(one, now);
}
const settings = (change: Partial<QueueSettings> = {}): QueueSettings => ({
  queues: 4,
  handSize: 1,
  queueLengthLimit: 50,
  ...change,
});

describe('arrive', () => {
  test.each<[string, QueueSettings | undefined, number, number, string[]]>([
    ['a free seat is taken at once', settings(), 2, 2, ['seated', 'seated']],
    [
      'then it is waited for, up to the length of the queue',
      settings({ queueLengthLimit: 1 }),
      1,
      3,
      ['seated', 'waiting', 'queue-full'],
    ],
    ['a level without queues refuses', undefined, 1, 2, ['seated', 'concurrency-limit']],
    ['a level without seats lets wait', settings(), 0, 1, ['waiting']],
    ['an exempt level knows no bound', undefined, Infinity, 3, ['seated', 'seated', 'seated']],
  ])('%s', (_name, queues, seats, arrivals, want) => {
    const fair = new FairQueues<Named>(queues, seats, 0);
    expect(Array.from({ length: arrivals }, (_, i) => fair.arrive(ticket(String(i)), [0], 0))).toEqual(want);
  });

  test('of its hand a request takes the least loaded queue', () => {
    const fair = new FairQueues<Named>(settings({ handSize: 3 }), 1, 0);
    const tickets = Array.from({ length: 5 }, (_, i) => ticket(String(i)));
    for (const one of tickets) fair.arrive(one, [0, 1, 3], 0);
    expect(tickets.map(one => one.queue)).toEqual([0, 1, 3, 0, 1]);
  });

  test('nobody overtakes those who wait', () => {
    const fair = new FairQueues<Named>(settings(), 1, 0);
    const first = ticket('first');
    fair.arrive(first, [0], 0);
    fair.arrive(ticket('second'), [0], 0);
    end(fair, first, 1);
    expect(fair.arrive(ticket('third'), [1], 1)).toBe('waiting');
  });
});

/** serve runs requests that all arrive at the beginning; each entry is `flow:seconds`. It answers the order of service. */
function serve(seats: number, requests: readonly string[], works: Readonly<Record<string, Work>> = {}): string[] {
  const fair = new FairQueues<Named>(settings(), seats, 0);
  const order: string[] = [];
  const running: { one: Named; end: number }[] = [];
  const begin = (one: Named, now: number) => {
    order.push(one.name);
    running.push({ one, end: now + Number(one.name.split(':')[1]) });
  };
  const flows = [...new Set(requests.map(name => name.split(':')[0]!))];
  for (const name of requests) {
    const one = ticket(name, works[name.split(':')[0]!]);
    if (fair.arrive(one, [flows.indexOf(name.split(':')[0]!)], 0) === 'seated') begin(one, 0);
  }
  while (running.length) {
    running.sort((a, b) => a.end - b.end);
    const { one, end: now } = running.shift()!;
    end(fair, one, now);
    for (let next = fair.dispatch(now); next; next = fair.dispatch(now)) begin(next, now);
  }
  expect([fair.executing, fair.waiting]).toEqual([0, 0]);
  return order.map(name => name.split(':')[0]!);
}

describe('requests of several seats', () => {
  const wide = (name: string, seats: number) => ticket(name, { ...ONE_SEAT, seats });

  test('wait until all are free; smaller ones do not overtake', () => {
    const fair = new FairQueues<Named>(settings(), 3, 0);
    const small = ticket('small');
    expect([small, wide('wide', 3), ticket('later')].map(one => fair.arrive(one, [0], 0))).toEqual([
      'seated',
      'waiting',
      'waiting',
    ]);
    expect(fair.dispatch(1)).toBeUndefined();
    end(fair, small, 1);
    expect([fair.dispatch(1)?.name, fair.dispatch(1)?.name]).toEqual(['wide', undefined]);
    expect([fair.taken, fair.wanted, fair.executing, fair.waiting]).toEqual([3, 1, 1, 1]);
  });

  test('one that needs more than there are is served alone', () => {
    const fair = new FairQueues<Named>(settings(), 2, 0);
    const widest = wide('widest', 5);
    expect(fair.arrive(widest, [0], 0)).toBe('seated');
    expect(fair.arrive(ticket('other'), [1], 0)).toBe('waiting');
    end(fair, widest, 1);
    expect(fair.dispatch(1)?.name).toBe('other');
  });

  test('are charged for all of them', () => {
    expect(serve(2, ['a:1', 'a:1', 'a:1', 'b:1', 'b:1', 'b:1'], { a: { ...ONE_SEAT, seats: 2 } }).join('')).toBe(
      'abbbaa',
    );
  });

  test('seats stay taken after a request that lingers', () => {
    const fair = new FairQueues<Named>(settings(), 4, 0);
    const write = ticket('write', { seats: 1, finalSeats: 3, lingerSeconds: 0.005 });
    fair.arrive(write, [0], 0);
    expect(fair.taken).toBe(3);
    fair.finish(write, 1);
    expect([fair.executing, fair.taken]).toEqual([0, 3]);
    fair.free(write, 1.005);
    expect(fair.taken).toBe(0);
  });
});

describe('dispatch', () => {
  test.each<[string, number, string[], string]>([
    ['one flow is served in order', 1, ['a:1', 'a:1', 'a:1'], 'aaa'],
    ['equal flows take turns, however many wait in one', 1, ['a:1', 'a:1', 'a:1', 'a:1', 'b:1', 'b:1'], 'ababaa'],
    [
      'a flow of long requests gets no more time than one of short ones',
      1,
      ['a:4', 'a:4', 'b:1', 'b:1', 'b:1', 'b:1', 'b:1'],
      'abbbbab',
    ],
    [
      'a flow with a single request does not wait behind a flood',
      1,
      [...Array<string>(20).fill('a:1'), 'b:1'],
      'ab' + 'a'.repeat(19),
    ],
    ['with several seats too', 2, ['a:1', 'a:1', 'a:1', 'a:1', 'b:1', 'b:1'], 'aabbaa'],
  ])('%s', (_name, seats, requests, want) => {
    expect(serve(seats, requests).join('')).toBe(want);
  });

  test('a flow that was idle has not saved up', () => {
    const fair = new FairQueues<Named>(settings(), 1, 0);
    const first = ticket('a');
    fair.arrive(first, [0], 0);
    end(fair, first, 100);
    const running = ticket('a');
    fair.arrive(running, [0], 100);
    for (const name of ['a1', 'a2']) fair.arrive(ticket(name), [0], 100);
    for (const name of ['b1', 'b2']) fair.arrive(ticket(name), [1], 100);
    end(fair, running, 101);
    const order: string[] = [];
    let now = 101;
    for (let next = fair.dispatch(now); next; next = fair.dispatch(now)) {
      order.push(next.name);
      end(fair, next, ++now);
    }
    expect(order).toEqual(['b1', 'a1', 'b2', 'a2']);
  });

  test('who leaves is not served, and its place is free', () => {
    const fair = new FairQueues<Named>(settings({ queueLengthLimit: 1 }), 1, 0);
    const [first, second, third] = [ticket('1'), ticket('2'), ticket('3')];
    fair.arrive(first, [0], 0);
    fair.arrive(second, [0], 0);
    expect([fair.leave(second, 1), fair.leave(second, 1), fair.leave(first, 1)]).toEqual([true, false, false]);
    expect(fair.arrive(third, [0], 1)).toBe('waiting');
    end(fair, first, 2);
    expect(fair.dispatch(2)).toBe(third);
    expect(fair.dispatch(2)).toBeUndefined();
  });

  test('more seats are handed out, fewer are waited for', () => {
    const fair = new FairQueues<Named>(settings(), 1, 0);
    const all = Array.from({ length: 4 }, (_, i) => ticket(String(i)));
    for (const one of all) fair.arrive(one, [0], 0);
    fair.setLimit(3, 1);
    expect([fair.dispatch(1), fair.dispatch(1), fair.dispatch(1)]).toEqual([all[1], all[2], undefined]);
    fair.setLimit(1, 2);
    end(fair, all[0]!, 2);
    expect(fair.dispatch(2)).toBeUndefined();
  });

  test('queues that are taken away drain, new ones are used', () => {
    const fair = new FairQueues<Named>(settings({ queues: 2 }), 1, 0);
    const [running, old, young] = [ticket('running'), ticket('old'), ticket('young')];
    fair.arrive(running, [0], 0);
    fair.arrive(old, [1], 0);
    fair.reshape(settings({ queues: 1 }), 1, 1);
    end(fair, running, 1);
    expect(fair.dispatch(1)).toBe(old);
    fair.reshape(settings({ queues: 9 }), 1, 2);
    fair.arrive(young, [8], 2);
    end(fair, old, 3);
    expect(fair.dispatch(3)).toBe(young);
  });
});

test('random traffic: no seat too many, none idle while somebody waits, nobody lost', () => {
  let seed = 12345;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  const fair = new FairQueues<Named>(settings({ queues: 8, queueLengthLimit: 5 }), 3, 0);
  const running: Named[] = [];
  const waiting = new Set<Named>();
  const dispatch = (now: number) => {
    for (let next = fair.dispatch(now); next; next = fair.dispatch(now)) {
      expect(waiting.delete(next)).toBe(true);
      running.push(next);
    }
  };
  for (let step = 0; step < 20_000; step++) {
    const now = step / 100;
    const what = random(10);
    if (what < 5) {
      const one = ticket(String(step));
      const arrival = fair.arrive(one, [random(8), random(8)], now);
      if (arrival === 'seated') running.push(one);
      if (arrival === 'waiting') waiting.add(one);
    } else if (what < 9 && running.length) {
      end(fair, running.splice(random(running.length), 1)[0]!, now);
      dispatch(now);
    } else if (waiting.size) {
      const one = [...waiting][random(waiting.size)]!;
      expect(fair.leave(one, now)).toBe(waiting.delete(one));
    }
    expect([fair.executing, fair.waiting]).toEqual([running.length, waiting.size]);
    expect(fair.executing <= 3 && (fair.executing === 3 || !fair.waiting)).toBe(true);
  }
});
