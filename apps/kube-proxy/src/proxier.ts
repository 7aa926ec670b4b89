import { EndpointSlices, Services, type corev1, type discoveryv1 } from '@navarch/api';
import {
  Backoff,
  Counter,
  Gauge,
  Histogram,
  exponentialBuckets,
  type Clock,
  type Logger,
  type Registry,
} from '@navarch/base';
import type { Informer, InformerFactory } from '@navarch/client';
import { flushFlows, staleFlows } from './conntrack';
import type { Iptables } from './iptables/iptables';
import { restoreInput } from './iptables/restore';
import { rulesFor, type RuleOptions, type RuleSet } from './iptables/rules';
import { servicePorts, type ServicePort } from './services/service-port';

export interface ProxierOptions {
  readonly nodeName: string;
  readonly informers: InformerFactory;
  readonly iptables: Iptables;
  readonly rules: RuleOptions;
  /** minSyncPeriodMs gathers changes: after a sync, the next one comes at the earliest this much later. */
  readonly minSyncPeriodMs: number;
  /** syncPeriodMs is how often everything is written anew, in case somebody else changed the kernel's rules. */
  readonly syncPeriodMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** Proxier keeps the kernel's service rules equal to the services and endpoints of the API. One sync at a time. */
export class Proxier {
  private readonly services: Informer<corev1.Service>;
  private readonly slices: Informer<discoveryv1.EndpointSlice>;
  private readonly durations: Histogram;
  private readonly failures: Counter;
  private readonly lastSync: Gauge;
  /** applied is what the kernel has; undefined when that is not known for sure. */
  private applied: RuleSet | undefined;
  private appliedPorts: readonly ServicePort[] = [];
  private wake: (() => void) | undefined;
  private dirty = true;
  private failing = false;

  constructor(private readonly options: ProxierOptions) {
    const { informers, metrics } = options;
    this.services = informers.informer(Services);
    this.slices = informers.informer(EndpointSlices);
    const registers = [metrics];
    this.durations = new Histogram({
      name: 'kubeproxy_sync_proxy_rules_duration_seconds',
      help: 'SyncProxyRules latency in seconds',
      buckets: exponentialBuckets(0.001, 2, 15),
      registers,
    });
    this.failures = new Counter({
      name: 'kubeproxy_sync_proxy_rules_iptables_restore_failures_total',
      help: 'Failures of iptables-restore',
      registers,
    });
    this.lastSync = new Gauge({
      name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds',
      help: 'When the rules were synced last',
      registers,
    });
  }

  /** healthy: the rules follow the API. */
  get healthy(): boolean {
    return this.applied !== undefined && !this.failing;
  }

  /** run syncs at each change until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, minSyncPeriodMs } = this.options;
    const onChange = { added: () => this.changed(), updated: () => this.changed(), deleted: () => this.changed() };
    using _services = this.services.addHandler(onChange);
    using _slices = this.slices.addHandler(onChange);
    signal.addEventListener('abort', () => this.wake?.(), { once: true });
    const backoff = new Backoff({ initialMs: 500, maxMs: 30_000 });
    await Promise.all([this.services.synced(signal), this.slices.synced(signal)]);
    while (!signal.aborted) {
      const delay = await this.sync().then(
        () => (backoff.reset(), minSyncPeriodMs),
        (error: unknown) => {
          log.error('Sync failed', error);
          return backoff.next();
        },
      );
      if (!this.failing) await this.change(signal);
      await clock.sleep(delay, signal).catch(() => undefined);
    }
  }

  private changed(): void {
    this.dirty = true;
    this.wake?.();
  }

  /** change resolves at the next change, or when a full sync is due. */
  private async change(signal: AbortSignal): Promise<void> {
    if (this.dirty || signal.aborted) return;
    await new Promise<void>(resolve => {
      const due = this.options.clock.after(this.options.syncPeriodMs, () => {
        this.applied = undefined;
        resolve();
      });
      this.wake = () => {
        due[Symbol.dispose]();
        resolve();
      };
    });
    this.wake = undefined;
  }

  private async sync(): Promise<void> {
    const { iptables, nodeName, rules, clock, log } = this.options;
    const done = this.durations.startTimer();
    this.dirty = false;
    this.failing = true;
    const ports = servicePorts(this.services.list(), this.slices.list(), nodeName);
    const wanted = rulesFor(ports, rules);
    const before = this.applied;
    this.applied = undefined;
    if (!before) await iptables.ensureFrame();
    const input = restoreInput(before, wanted, before ? undefined : { nat: await iptables.chains('nat') });
    if (input) {
      await iptables.restore(input).catch((error: unknown) => {
        this.failures.inc();
        throw error;
      });
    }
    this.applied = wanted;
    this.failing = false;
    await flushFlows(staleFlows(this.appliedPorts, ports)).catch((error: unknown) =>
      log.warn('Stale UDP flows were not flushed', { err: String(error) }),
    );
    this.appliedPorts = ports;
    this.lastSync.set(clock.now() / 1000);
    done();
    log.v(2, 'Synced', { ports: ports.length, bytes: input.length });
  }
}
