import { beforeEach, describe, expect, test } from '@jest/globals';
import type { flowcontrolv1 } from '@navarch/api';
import { Registry } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import type { RequestContext, Seat } from '../interfaces';
import { requestInfo } from '../request-info';
import { dumpRoutes } from './dumps';
import { PriorityAndFairness } from './priority-and-fairness';

const level = (name: string, shares: number, queueLengthLimit?: number): flowcontrolv1.PriorityLevelConfiguration => ({
  metadata: { name, uid: `${name}-uid` },
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      lendablePercent: 50,
      limitResponse: queueLengthLimit
        ? { type: 'Queue', queuing: { queues: 8, handSize: 2, queueLengthLimit } }
        : { type: 'Reject' },
    },
  },
});
const schema = (name: string, to: string, user: string): flowcontrolv1.FlowSchema => ({
  metadata: { name, uid: `${name}-uid` },
  spec: {
    priorityLevelConfiguration: { name: to },
    matchingPrecedence: 100,
    distinguisherMethod: { type: 'ByNamespace' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: user } }],
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
      },
    ],
  },
});

describe('PriorityAndFairness', () => {
  let clock: FakeClock;
  let metrics: Registry;
  let flow: PriorityAndFairness;
  beforeEach(() => {
    clock = new FakeClock();
    metrics = new Registry();
    flow = make({ seatsWatches: true });
    // catch-all has 5 shares of its own.
    flow.configure([schema('robots', 'low', 'robot'), schema('lost', 'nowhere', 'lost')], [level('low', 5, 2)]);
  });
  const make = (options: { seatsWatches: boolean }) =>
    new PriorityAndFairness({ seats: 10, waitLimitMs: 15_000, lends: true, clock, metrics, ...options });
  const ask = (user: string, path = '/api/v1/namespaces/a/pods', more: Partial<UserOptions> = {}) => {
    const { groups = ['system:authenticated'], signal = new AbortController().signal } = more;
    const info = requestInfo('GET', path.split('?')[0]!, new URLSearchParams(path.split('?')[1]));
    return flow.enter({ info, user: { name: user, groups }, request: { signal } } as unknown as RequestContext);
  };
  interface UserOptions {
    groups: string[];
    signal: AbortSignal;
  }

  test('a free seat is there at once, and says by which objects', () => {
    const seat = ask('robot') as Seat;
    expect(seat.headers).toEqual({
      'x-kubernetes-pf-flowschema-uid': 'robots-uid',
      'x-kubernetes-pf-prioritylevel-uid': 'low-uid',
    });
    expect(flow.current).toEqual({ mutating: 0, readOnly: 1 });
    seat.release();
    seat.release();
    expect(flow.current).toEqual({ mutating: 0, readOnly: 0 });
  });

  test('what is long-running needs none, a watch does until it has begun', () => {
    expect(ask('robot', '/api/v1/namespaces/a/pods/p/log')).toBeUndefined();
    expect(ask('robot', '/api/v1/pods?watch=1')).toBeDefined();
    metrics = new Registry();
    flow = make({ seatsWatches: false });
    expect(ask('robot', '/api/v1/pods?watch=1')).toBeUndefined();
  });

  test('administrators are exempt, whoever matches nothing is caught', () => {
    for (let i = 0; i < 50; i++) expect(ask('admin', '/x', { groups: ['system:masters'] })).not.toBeInstanceOf(Promise);
    for (let i = 0; i < 5; i++) expect((ask('lost') as Seat).headers).toEqual({});
    expect(() => ask('somebody')).toThrow('Too many requests, please try again later.');
  });

  test('who finds no seat waits, for a while', async () => {
    const seats = Array.from({ length: 5 }, () => ask('robot') as Seat);
    const next = ask('robot') as Promise<Seat>;
    const late = ask('robot') as Promise<Seat>;
    expect([next, late].every(one => one instanceof Promise)).toBe(true);
    seats[0]!.release();
    await expect(next).resolves.toMatchObject({ headers: { 'x-kubernetes-pf-flowschema-uid': 'robots-uid' } });
    const refused = expect(late).rejects.toMatchObject({ code: 429 });
    await clock.advance(15_000);
    await refused;
    expect(clock.pending).toBe(0);
  });

  test('a client that goes away waits no more', async () => {
    for (let i = 0; i < 5; i++) void ask('robot');
    const gone = new AbortController();
    const waiting = ask('robot', undefined, { signal: gone.signal }) as Promise<Seat>;
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 429 });
    expect(await metrics.metrics()).toContain(
      'apiserver_flowcontrol_rejected_requests_total{flow_schema="robots",priority_level="low",reason="cancelled"} 1',
    );
  });

  test('a flood of one flow leaves room for others', async () => {
    for (let i = 0; i < 5; i++) void ask('robot');
    const flood = Array.from({ length: 4 }, () => ask('robot') as Promise<Seat>);
    expect(() => ask('robot')).toThrow('Too many requests');
    const other = ask('robot', '/api/v1/namespaces/b/pods') as Promise<Seat>;
    expect(other).toBeInstanceOf(Promise);
    for (const one of [...flood, other]) one.catch(() => undefined);
    await clock.advance(15_000);
  });

  test('a changed configuration counts at once, for those who wait too', async () => {
    for (let i = 0; i < 5; i++) void ask('robot');
    const waiting = ask('robot') as Promise<Seat>;
    flow.configure([schema('robots', 'low', 'robot')], [level('low', 95, 2)]);
    const seat = await waiting;
    flow.configure([], []);
    seat.release();
    expect(() => Array.from({ length: 11 }, () => ask('robot'))).toThrow('Too many requests');
  });

  test('levels lend what they do not need', async () => {
    flow.configure([schema('robots', 'low', 'robot')], [level('low', 5, 2), level('idle', 10, 2)]);
    const limit = async () => /current_limit_seats\{priority_level="low"\} (\d+)/.exec(await metrics.metrics())![1];
    expect(await limit()).toBe('3');
    for (let i = 0; i < 3; i++) void ask('robot');
    const waiting = ask('robot') as Promise<Seat>;
    await clock.advance(10_000);
    flow.adjust();
    await expect(waiting).resolves.toBeDefined();
    expect(await limit()).toBe('5');
  });

  test('watches are told from other requests, but of releases whose flow control has none', async () => {
    const labels = async (seatsWatches: boolean) => {
      const registry = new Registry();
      const told = new PriorityAndFairness({
        ...{ seats: 10, waitLimitMs: 15_000, lends: true, seatsWatches, clock },
        metrics: registry,
      });
      const seat = (await told.enter({
        info: requestInfo('GET', '/api/v1/pods', new URLSearchParams()),
        user: { name: 'x', groups: ['system:authenticated'] },
        request: { signal: new AbortController().signal },
      } as unknown as RequestContext)) as Seat;
      seat.release();
      return /request_execution_seconds_count\{flow_schema="catch-all",(.*)\} 1/.exec(await registry.metrics())![1];
    };
    expect(await labels(true)).toBe('priority_level="catch-all",type="regular"');
    expect(await labels(false)).toBe('priority_level="catch-all"');
  });

  test('metrics and dumps tell what goes on', async () => {
    for (let i = 0; i < 5; i++) void ask('robot');
    (ask('robot') as Promise<Seat>).catch(() => undefined);
    const text = await metrics.metrics();
    for (const line of [
      'apiserver_flowcontrol_dispatched_requests_total{flow_schema="robots",priority_level="low"} 5',
      'apiserver_flowcontrol_current_inqueue_requests{flow_schema="robots",priority_level="low"} 1',
      'apiserver_flowcontrol_nominal_limit_seats{priority_level="low"} 5',
      'apiserver_flowcontrol_request_concurrency_in_use{priority_level="low"} 5',
    ])
      expect(text).toContain(line);
    const dump = async (name: string) => {
      const route = dumpRoutes(flow).find(one => one.path.endsWith(name))!;
      return ((await route.handle({} as never)).body as Buffer).toString();
    };
    expect(await dump('dump_priority_levels')).toMatch(/^low, +2, +false, +false, +1, +5, +5, +0, +0, +0$/m);
    expect(await dump('dump_queues')).toMatch(/^low, +\d, +1, +\d, +\d, /m);
    expect(await dump('dump_requests')).toMatch(/^low, +robots, +\d, +0, +a, +2024-01-02T03:04:05.000000Z$/m);
  });
});
