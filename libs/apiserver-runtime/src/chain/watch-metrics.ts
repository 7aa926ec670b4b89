import { Distributions, exponentialBuckets, exposeCounts, type Distribution, type Registry } from '@navarch/base';

/** WatchedKind is what watches are counted by. */
export interface WatchedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** WatchMetrics counts what is sent to watchers: a watch finds its kind's sizes once, and adds to them. */
export class WatchMetrics {
  private readonly sizes: Distributions<'group' | 'version' | 'kind'>;

  constructor(registry: Registry) {
    this.sizes = new Distributions(registry, {
      name: 'apiserver_watch_events_sizes',
      help: 'Watch event size distribution in bytes.',
      labelNames: ['group', 'version', 'kind'],
      buckets: exponentialBuckets(1024, 2, 8),
    });
    const about = { name: 'apiserver_watch_events_total', help: 'Number of events sent in watch clients.' };
    exposeCounts(registry, about, () =>
      Array.from(this.sizes.parts(), ([labels, { count }]) => [labels, count] as const),
    );
  }

  /** sizesOf are the sizes of the events of a kind, to be added to. */
  sizesOf({ group, version, kind }: WatchedKind): Distribution {
    return this.sizes.of(group, version, kind);
  }
}
