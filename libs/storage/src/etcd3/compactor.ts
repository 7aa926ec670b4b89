import { describe, type Clock, type Logger } from '@navarch/base';
import type { Revision } from '../interface';
import type { EtcdClient } from './client';

/** COMPACT_KEY is where the apiservers of a cluster agree on who compacts; Kubernetes' own use the same. */
const COMPACT_KEY = 'compact_rev_key';

/**
 * Compactor makes etcd forget what is older than one to two intervals. All apiservers run one; in each interval the one whose
 * compare-and-swap on the key's version succeeds compacts, to the revision it saw an interval ago, so that every watcher has had
 * that long to see it.
 */
export class Compactor {
  private version = 0;
  private seen: Revision = 0;

  constructor(
    private readonly client: Pick<EtcdClient, 'swapVersion' | 'compact'>,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly intervalMs: number,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(this.intervalMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.step().catch((error: unknown) => this.log.warn('compaction failed', { err: describe(error) }));
    }
  }

  /** step is one interval's work; answers the revision compacted to, undefined if it was another's turn or the first round. */
  async step(): Promise<Revision | undefined> {
    const revision = this.seen;
    const answer = await this.client.swapVersion(COMPACT_KEY, this.version, String(revision));
    this.version = answer.version;
    this.seen = answer.revision;
    if (!answer.done || !revision) return undefined;
    await this.client.compact(revision);
    this.log.v(2, 'compacted etcd', { revision });
    return revision;
  }
}
