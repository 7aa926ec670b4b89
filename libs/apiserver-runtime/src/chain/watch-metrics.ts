import { exposeCounts, type Registry } from '@navarch/base';

/** WatchedKind is what watches are counted by. */
export interface WatchedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Sent is what watchers of a kind were sent together. */
export interface Sent {
  events: number;
  bytes: number;
}

/** WatchMetrics counts what is sent to watchers: a watch finds its kind's numbers once, and adds to them. */
export class WatchMetrics {
  private readonly kinds = new Map<string, readonly [Readonly<Record<string, string>>, Sent]>();

  constructor(registry: Registry) {
    const expose = (name: string, help: string, of: keyof Sent) =>
      exposeCounts(registry, { name, help }, () =>
        Array.from(this.kinds.values(), ([labels, sent]) => [labels, sent[of]] as const),
      );
    expose('apiserver_watch_events_total', 'Number of events sent in watch clients.', 'events');
    expose('apiserver_watch_events_bytes_total', 'Bytes of events sent to watch clients.', 'bytes');
  }

  /** sentOf are the numbers of a kind, to be added to. */
  sentOf({ group, version, kind }: WatchedKind): Sent {
    const key = `${group} ${version} ${kind}`;
    let known = this.kinds.get(key);
    if (!known)
      this.kinds.set(
        key,
        (known = [
          { group, version, kind },
          { events: 0, bytes: 0 },
        ]),
      );
    return known[1];
  }
}
