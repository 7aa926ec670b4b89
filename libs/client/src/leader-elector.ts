import { Leases, type coordinationv1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { rfc3339Micro, silentLogger, systemClock, type Clock, type Logger } from '@navarch/base';
import type { EventRecorder, KubeClient, LeaderElector } from './interfaces';

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  /** leaseNamespace is kube-system unless given. */
  readonly leaseNamespace?: string;
  readonly leaseName: string;
  /** identity is unique to this process: `<host>_<uuid>`. */
  readonly identity: string;
  /** leaseDurationMs: how long others wait after the last renewal they saw; 15 s. */
  readonly leaseDurationMs?: number;
  /** renewDeadlineMs: how long a leader tries to renew before it gives up; 10 s. */
  readonly renewDeadlineMs?: number;
  /** retryPeriodMs is the pause between tries; 2 s. */
  readonly retryPeriodMs?: number;
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly events?: EventRecorder;
}

/** createLeaderElector makes an elector over a Lease, by client-go's rules: clocks are compared only with themselves. */
export function createLeaderElector(options: LeaderElectionOptions): LeaderElector {
  return new LeaseElector(options);
}

class LeaseElector implements LeaderElector {
  isLeader = false;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly namespace: string;
  private readonly durationMs: number;
  private readonly retryMs: number;
  /** observed is the lease as last read or written, and when (by our clock) it last changed. */
  private observed: { lease: coordinationv1.Lease; at: number } | undefined;

  constructor(private readonly options: LeaderElectionOptions) {
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLogger;
    this.namespace = options.leaseNamespace ?? 'kube-system';
    this.durationMs = options.leaseDurationMs ?? 15_000;
    this.retryMs = options.retryPeriodMs ?? 2_000;
  }

  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.acquire(signal);
    if (signal.aborted) return;
    const { leaseName, identity } = this.options;
    this.isLeader = true;
    this.log.info('successfully acquired lease', { lease: `${this.namespace}/${leaseName}` });
    if (this.observed)
      this.options.events?.event(this.observed.lease, 'Normal', 'LeaderElection', `${identity} became leader`);
    const leading = new AbortController();
    const forward = () => leading.abort(signal.reason);
    signal.addEventListener('abort', forward, { once: true });
    try {
      // A lead that ends by itself (or fails) gives leadership back.
      const work = lead(leading.signal).finally(() => leading.abort());
      const [outcome] = await Promise.allSettled([work, this.renew(leading)]);
      if (outcome.status === 'rejected') throw outcome.reason;
    } finally {
      leading.abort();
      signal.removeEventListener('abort', forward);
      this.isLeader = false;
      await this.release();
    }
  }

  private async acquire(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.tryAcquireOrRenew())) {
      await this.clock.sleep(this.retryMs * (1 + 1.2 * Math.random()), signal).catch(() => undefined);
    }
  }

  /** renew keeps the lease until leading aborts, or aborts it when the deadline has passed without a renewal. */
  private async renew(leading: AbortController): Promise<void> {
    const deadlineMs = this.options.renewDeadlineMs ?? 10_000;
    let renewed = this.clock.now();
    const guard = { timer: undefined as Disposable | undefined };
    // A timer of its own: a renewal that hangs must not keep us leading past the deadline.
    const arm = () => {
      guard.timer?.[Symbol.dispose]();
      guard.timer = this.clock.after(Math.max(0, renewed + deadlineMs - this.clock.now()), () => {
        this.isLeader = false;
        leading.abort(new Error('the lease could not be renewed in time'));
      });
    };
    arm();
    while (!leading.signal.aborted) {
      const began = this.clock.now();
      if (await this.tryAcquireOrRenew()) {
        renewed = began;
        arm();
      }
      await this.clock.sleep(this.retryMs, leading.signal).catch(() => undefined);
    }
    guard.timer?.[Symbol.dispose]();
  }

  private async tryAcquireOrRenew(): Promise<boolean> {
    const { client, leaseName, identity } = this.options;
    const leases = client.resource(Leases);
    const now = rfc3339Micro(this.clock.now());
    const leaseDurationSeconds = Math.round(this.durationMs / 1000);
    try {
      const lease = await leases.get(this.namespace, leaseName).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      if (!lease) {
        const metadata = { namespace: this.namespace, name: leaseName };
        const spec = {
          holderIdentity: identity,
          leaseDurationSeconds,
          acquireTime: now,
          renewTime: now,
          leaseTransitions: 0,
        };
        this.observe(await leases.create({ metadata, spec }));
        return true;
      }
      if (lease.metadata?.resourceVersion !== this.observed?.lease.metadata?.resourceVersion) this.observe(lease);
      const holder = lease.spec?.holderIdentity ?? '';
      const mine = holder === identity;
      if (holder && !mine && this.observed!.at + (lease.spec?.leaseDurationSeconds ?? 0) * 1000 > this.clock.now())
        return false;
      const spec = {
        ...lease.spec,
        holderIdentity: identity,
        leaseDurationSeconds,
        renewTime: now,
        acquireTime: mine ? lease.spec?.acquireTime : now,
        leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + (mine ? 0 : 1),
      };
      this.observe(await leases.update({ ...lease, spec }));
      return true;
    } catch (error) {
      this.log.v(2, 'could not acquire or renew the lease', { lease: leaseName, err: String(error) });
      return false;
    }
  }

  /** release lets others lead at once. */
  private async release(): Promise<void> {
    const lease = this.observed?.lease;
    if (!lease || lease.spec?.holderIdentity !== this.options.identity) return;
    const now = rfc3339Micro(this.clock.now());
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
    await this.options.client
      .resource(Leases)
      .update({ ...lease, spec })
      .catch((error: unknown) => {
        this.log.v(2, 'could not release the lease', { err: String(error) });
      });
  }

  private observe(lease: coordinationv1.Lease): void {
    this.observed = { lease, at: this.clock.now() };
  }
}
