import { describe, expect, test } from '@jest/globals';
import type { coordinationv1 } from '@navarch/api';
import { MODIFIED, conflict, notFound } from '@navarch/apimachinery';
import { FakeClock } from '@navarch/testing';
import type { KubeClient } from './interfaces';
import { createLeaderElector } from './leader-elector';

const LEASES = { group: 'coordination.k8s.io', resource: 'leases' };

/** FakeLeases holds one lease with compare-and-swap. */
class FakeLeases {
  lease: coordinationv1.Lease | undefined;
  down = false;
  private version = 0;

  readonly client = {
    resource: () => ({
      get: () => {
        if (this.down) return Promise.reject(new Error('down'));
        return this.lease ? Promise.resolve(this.lease) : Promise.reject(notFound(LEASES, 'l'));
      },
      create: (lease: coordinationv1.Lease) => this.store(lease),
      update: (lease: coordinationv1.Lease) => {
        if (this.down) return Promise.reject(new Error('down'));
        const fresh = lease.metadata?.resourceVersion === this.lease?.metadata?.resourceVersion;
        return fresh ? this.store(lease) : Promise.reject(conflict(LEASES, 'l', MODIFIED));
      },
    }),
  } as unknown as KubeClient;

  private store(lease: coordinationv1.Lease) {
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(++this.version) } };
    return Promise.resolve(this.lease);
  }
}

describe('LeaderElector', () => {
  function contender(leases: FakeLeases, clock: FakeClock, identity: string) {
    const elector = createLeaderElector({ client: leases.client, leaseName: 'l', identity, clock });
    const abort = new AbortController();
    const log: string[] = [];
    const done = elector.run(abort.signal, async signal => {
      log.push('leads');
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
      log.push('stops');
    });
    return { elector, abort, log, done };
  }

  test('one leads; the other takes over at once when it steps down in order', async () => {
    const [leases, clock] = [new FakeLeases(), new FakeClock()];
    const a = contender(leases, clock, 'a');
    await clock.advance(10);
    const b = contender(leases, clock, 'b');
    await clock.advance(60_000);
    expect([a.elector.isLeader, b.elector.isLeader]).toEqual([true, false]);
    a.abort.abort();
    await a.done;
    expect(a.log).toEqual(['leads', 'stops']);
    expect(leases.lease?.spec?.holderIdentity).toBe('');
    await clock.advance(5_000);
    expect(b.elector.isLeader).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 15 });
    b.abort.abort();
    await b.done;
  });

  test('a leader that cannot renew stops leading before the lease runs out; another then leads', async () => {
    const [leases, clock] = [new FakeLeases(), new FakeClock()];
    const a = contender(leases, clock, 'a');
    await clock.advance(3_000);
    leases.down = true;
    await clock.advance(10_100);
    expect(a.elector.isLeader).toBe(false);
    expect(a.log).toEqual(['leads', 'stops']);
    await a.done;
    leases.down = false;
    const b = contender(leases, clock, 'b');
    await clock.advance(14_000);
    expect(b.elector.isLeader).toBe(false);
    await clock.advance(7_000);
    expect(b.elector.isLeader).toBe(true);
    b.abort.abort();
    await b.done;
  });
});
