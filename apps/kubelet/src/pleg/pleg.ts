import type { Clock, Logger } from '@navarch/base';
import type { CriRuntime } from '@navarch/cri';
import { noMetrics, type KubeletMetrics } from '../metrics';
import type { RuntimeInspector } from '../runtime/inspector';

/** PlegListener hears of pods whose containers changed. */
export interface PlegListener {
  changed(uid: string): void;
  /** listed gets all pods of the runtime after each relist. */
  listed(pods: readonly { readonly uid: string; readonly namespace: string; readonly name: string }[]): void;
}

/**
 * Pleg generates pod lifecycle events: from the runtime's exit events as they come, and from a relist now and then, which finds what
 * the events missed. It is healthy while the last relist is recent.
 */
export class Pleg {
  private seen = new Map<string, string>();
  private listedAt: number | undefined;
  private relisting: Promise<void> | undefined;
  private relistAgain = false;

  constructor(
    private readonly runtime: CriRuntime,
    private readonly inspector: RuntimeInspector,
    private readonly listener: PlegListener,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly relistMs: number,
    private readonly metrics: Pick<KubeletMetrics, 'relisted'> = noMetrics,
  ) {}

  /** run goes on until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.follow(signal), this.relistNowAndThen(signal)]);
  }

  /** running counts what runs, as last listed. */
  running(): { readonly sandboxes: number; readonly containers: number } {
    const states = [...this.seen.values()].join('\n');
    const count = (state: string) => states.split(` ${state}`).length - 1;
    return { sandboxes: count('SANDBOX_READY'), containers: count('CONTAINER_RUNNING') };
  }

  /** unhealthy says for how long there was no relist, if that is too long (three minutes); undefined if all is well. */
  unhealthy(): string | undefined {
    const age = this.clock.now() - (this.listedAt ?? this.clock.now());
    return age > UNHEALTHY_MS
      ? `pleg was last seen active ${Math.round(age / 1000)}s ago; threshold is 3m0s`
      : undefined;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for await (const event of this.runtime.watchExits(signal)) {
      const uid = event.type === 'exit' ? this.inspector.noteExit(event.id) : undefined;
      if (uid !== undefined) this.listener.changed(uid);
      // After a reconnection, and for an exit of something unknown, the list tells whose it was.
      else await this.relist();
    }
  }

  private async relistNowAndThen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.relist();
      await this.clock.sleep(this.relistMs, signal).catch(() => undefined);
    }
  }

  /** relist lists now; once more after a listing that was already under way. It never rejects. */
  relist(): Promise<void> {
    if (this.relisting) {
      this.relistAgain = true;
      return this.relisting;
    }
    this.relisting = this.relistUntilCurrent().finally(() => (this.relisting = undefined));
    return this.relisting;
  }

  private async relistUntilCurrent(): Promise<void> {
    do {
      this.relistAgain = false;
      await this.relistOnce().catch((error: unknown) =>
        this.log.warn('Cannot list the pods of the runtime', { err: String(error) }),
      );
    } while (this.relistAgain);
  }

  private async relistOnce(): Promise<void> {
    const begun = this.clock.now();
    const pods = await this.inspector.pods();
    this.metrics.relisted((this.clock.now() - begun) / 1000);
    const now = new Map([...pods].map(([uid, { ids }]) => [uid, [...ids].sort().join('\n')]));
    const before = this.seen;
    this.seen = now;
    this.listedAt = this.clock.now();
    for (const uid of new Set([...before.keys(), ...now.keys()]))
      if (before.get(uid) !== now.get(uid)) this.listener.changed(uid);
    this.listener.listed([...pods.values()]);
  }
}

const UNHEALTHY_MS = 180_000;
