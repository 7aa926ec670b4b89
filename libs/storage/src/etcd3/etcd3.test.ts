import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import { Compactor } from './compactor';
import { etcdError, wasNeverSent } from './errors';
import { LeaseManager } from './lease-manager';

describe('LeaseManager', () => {
  test('grants somewhat more than asked, shares within the window, and starts anew after it', async () => {
    const clock = new FakeClock();
    const granted: number[] = [];
    const leases = new LeaseManager(async ttl => `lease${granted.push(ttl)}`, clock);
    expect([await leases.leaseFor(3600), await leases.leaseFor(3600), await leases.leaseFor(40)]).toEqual([
      'lease1',
      'lease1',
      'lease2',
    ]);
    await clock.advance(60_000);
    expect(await leases.leaseFor(3600)).toBe('lease1');
    await clock.advance(1);
    expect(await leases.leaseFor(3600)).toBe('lease3');
    expect(granted).toEqual([3660, 42, 3660]);
  });

  test('shares a lease among a thousand at most, and forgets one that was not granted', async () => {
    let calls = 0;
    const leases = new LeaseManager(async () => {
      if (++calls === 1) throw new Error('no etcd');
      return `lease${calls}`;
    }, new FakeClock());
    await expect(leases.leaseFor(60)).rejects.toThrow('no etcd');
    const ids = await Promise.all(Array.from({ length: 1001 }, () => leases.leaseFor(60)));
    expect([ids[0], ids[999], ids[1000]]).toEqual(['lease2', 'lease2', 'lease3']);
  });
});

describe('Compactor', () => {
  /** cluster is the key of several compactors, over a store that moves on by ten each interval. */
  const cluster = () => {
    const store = { version: 0, revision: 100, compacted: [] as number[] };
    return {
      store,
      async swapVersion(_key: string, version: number, value: string) {
        const done = version === store.version;
        if (done) store.version++;
        return { done, revision: store.revision, version: store.version, value };
      },
      async compact(revision: number) {
        store.compacted.push(revision);
      },
    };
  };

  test('one of several compacts an interval, to the revision of the interval before', async () => {
    const client = cluster();
    const all = [1, 2, 3].map(() => new Compactor(client, new FakeClock(), silentLogger, 1_000));
    for (let round = 0; round < 5; round++) {
      for (const compactor of all) await compactor.step();
      client.store.revision += 10;
    }
    expect(client.store.compacted.length).toBeGreaterThanOrEqual(3);
    expect(client.store.compacted).toEqual([...new Set(client.store.compacted)]);
    expect(Math.max(...client.store.compacted)).toBeLessThan(client.store.revision - 10);
  });

  test('runs each interval until the signal aborts', async () => {
    const client = cluster();
    const clock = new FakeClock();
    const abort = new AbortController();
    const running = new Compactor(client, clock, silentLogger, 300_000).run(abort.signal);
    await clock.advance(900_000);
    abort.abort(new Error('done'));
    await running;
    expect([client.store.compacted, clock.pending]).toEqual([[100, 100], 0]);
  });
});

test.each([
  ['14 UNAVAILABLE: No connection established. Last error: ECONNREFUSED', 503, true],
  ['14 UNAVAILABLE: Connection dropped', 503, false],
  ['14 UNAVAILABLE: The call was never taken: the server goes away: NO_ERROR', 503, true],
  ['14 UNAVAILABLE: etcdserver: leader changed', 503, false],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded', 504, false],
  ['14 UNAVAILABLE: etcdserver: request timed out', 504, false],
  ['11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted', 410, false],
  ['3 INVALID_ARGUMENT: etcdserver: request is too large', 500, false],
  ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 500, false],
])('etcdError of %j is %i', (message, code, neverSent) => {
  expect(etcdError(new Error(message))).toMatchObject({ code });
  expect(wasNeverSent(new Error(message))).toBe(neverSent);
});
