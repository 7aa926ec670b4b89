import type { Clock } from '@navarch/base';

/** REUSE_SECONDS and REUSE_SHARE bound how much longer than asked an object may live, so that one lease serves many. */
const REUSE_SECONDS = 60;
const REUSE_SHARE = 0.05;
/** MAX_OBJECTS is how many objects share a lease: their deletion at its end is one transaction. */
const MAX_OBJECTS = 1_000;

interface Shared {
  readonly id: Promise<string>;
  readonly expires: number;
  objects: number;
}

/**
 * LeaseManager hands out leases for objects with a time to live. A lease is granted for somewhat longer than asked (a minute, or
 * 5 % if that is less) and shared by the objects of that window: as Kubernetes does, an Event of one hour has a lease of 3660 s.
 */
export class LeaseManager {
  private readonly shared = new Map<number, Shared>();

  constructor(
    private readonly grant: (ttlSeconds: number) => Promise<string>,
    private readonly clock: Clock,
  ) {}

  /** leaseFor answers the id of a lease that lasts at least ttlSeconds from now. */
  leaseFor(ttlSeconds: number): Promise<string> {
    const now = this.clock.now();
    const known = this.shared.get(ttlSeconds);
    if (known && known.objects < MAX_OBJECTS && known.expires >= now + ttlSeconds * 1000) {
      known.objects++;
      return known.id;
    }
    const granted = ttlSeconds + reuseSeconds(ttlSeconds);
    const fresh = { id: this.grant(granted), expires: now + granted * 1000, objects: 1 };
    this.forgetExpired(now);
    this.shared.set(ttlSeconds, fresh);
    fresh.id.catch(() => {
      if (this.shared.get(ttlSeconds) === fresh) this.shared.delete(ttlSeconds);
    });
    return fresh.id;
  }

  private forgetExpired(now: number): void {
    for (const [ttl, lease] of this.shared) if (lease.expires < now) this.shared.delete(ttl);
  }
}

/** reuseSeconds is how long a lease of that time to live goes on being handed out. */
export function reuseSeconds(ttlSeconds: number): number {
  return Math.min(REUSE_SECONDS, Math.floor(ttlSeconds * REUSE_SHARE));
}
