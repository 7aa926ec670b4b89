import { TokenBucket } from '@navarch/base';

/** EventFacts is what tells events apart. */
export interface EventFacts {
  /** about identifies the object: kind, namespace, name, uid, apiVersion, fieldPath. */
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** Correlation is what to do with an event: nothing, write a new one, or count up one that was written. */
export type Correlation =
  { readonly do: 'drop' } | { readonly do: 'create' | 'count'; readonly key: string; readonly message: string };

const AGGREGATE_AFTER = 10;
const AGGREGATE_WINDOW_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_PER_SECOND = 1 / 300;
const MAX_ENTRIES = 4096;

/**
 * EventCorrelator applies the documented limits: per object a burst of 25 events and then one in five minutes; more than ten
 * different messages of one reason within ten minutes become one, `(combined from similar events): …`; a repeated event is
 * counted, not written again. It remembers the 4096 latest of each.
 */
export class EventCorrelator {
  private readonly buckets = new Recent<TokenBucket>();
  private readonly groups = new Recent<{ messages: Set<string>; last: number }>();
  private readonly written = new Recent<true>();

  correlate(event: EventFacts, now: number): Correlation {
    const bucket = this.buckets.touch(event.about, () => new TokenBucket(SPAM_PER_SECOND, SPAM_BURST, now));
    const group = JSON.stringify([event.about, event.type, event.reason]);
    const combined = this.aggregate(group, event.message, now);
    const key = JSON.stringify([group, combined ? '' : event.message]);
    const message = combined ? `(combined from similar events): ${event.message}` : event.message;
    const known = this.written.has(key);
    this.written.touch(key, () => true);
    if (!bucket.take(now)) return { do: 'drop' };
    return { do: known ? 'count' : 'create', key, message };
  }

  private aggregate(group: string, message: string, now: number): boolean {
    const entry = this.groups.touch(group, () => ({ messages: new Set<string>(), last: now }));
    if (now - entry.last > AGGREGATE_WINDOW_MS) entry.messages.clear();
    entry.last = now;
    entry.messages.add(message);
    if (entry.messages.size < AGGREGATE_AFTER) return false;
    // One message is forgotten, so that the set stays bounded and the group stays combined.
    for (const oldest of entry.messages) {
      entry.messages.delete(oldest);
      break;
    }
    return true;
  }
}

/** Recent is a map that keeps the MAX_ENTRIES latest touched entries. */
export class Recent<V> {
  private readonly entries = new Map<string, V>();

  has(key: string): boolean {
    return this.entries.has(key);
  }
  get(key: string): V | undefined {
    return this.entries.get(key);
  }
  delete(key: string): void {
    this.entries.delete(key);
  }
  touch(key: string, make: () => V): V {
    const value = this.entries.get(key) ?? make();
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > MAX_ENTRIES) this.entries.delete(this.entries.keys().next().value!);
    return value;
  }
  set(key: string, value: V): void {
    this.entries.delete(key);
    this.touch(key, () => value);
  }
}
