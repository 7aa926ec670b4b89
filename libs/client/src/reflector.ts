import { isExpired, StatusError, type KubeObject, type WatchEvent } from '@navarch/apimachinery';
import { Backoff, type Clock, type Logger } from '@navarch/base';
import type { InformerOptions, ResourceClient } from './interfaces';

/** ReflectorTarget is kept equal to the server's state. */
export interface ReflectorTarget<T> {
  /** replace takes the whole state, after each list. */
  replace(items: readonly T[]): void;
  /** apply takes one change: ADDED, MODIFIED or DELETED. */
  apply(event: WatchEvent<T>): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly resource: ResourceClient<T>;
  readonly selection: InformerOptions;
  readonly target: ReflectorTarget<T>;
  readonly clock: Clock;
  readonly log: Logger;
  /** name of what is reflected, for the log. */
  readonly name: string;
}

const PAGE = 500;
/** A watch that lived this long, in milliseconds, was healthy. */
const HEALTHY_MS = 10_000;

/**
 * Reflector lists, then watches from there, for ever: a watch that ends is resumed at the last resourceVersion seen (bookmarks
 * count), one that is too old (410) starts over with a list. Failures wait 0.8 s to 30 s, doubling, with jitter.
 */
export class Reflector<T extends KubeObject> {
  private readonly backoff = new Backoff({ initialMs: 800, maxMs: 30_000, jitter: 1 });
  /** version is where the next watch begins; undefined: list first. */
  private version: string | undefined;
  /** atLeast is what the next list asks for: '0' any, then not older than what we have seen, '' the newest. */
  private atLeast = '0';

  constructor(private readonly options: ReflectorOptions<T>) {}

  /** run resolves when signal aborts; it never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, name } = this.options;
    while (!signal.aborted) {
      const failure = await this.once(signal).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (signal.aborted) return;
      if (failure === undefined) continue;
      if (isExpired(failure) || isTooNew(failure)) {
        this.version = undefined;
        this.atLeast = '';
      }
      const ms = this.backoff.next();
      log.v(2, 'list or watch ended, will resume', { resource: name, inMs: Math.round(ms), err: String(failure) });
      await clock.sleep(ms, signal).catch(() => undefined);
    }
  }

  private async once(signal: AbortSignal): Promise<void> {
    if (this.version === undefined) await this.list(signal);
    const began = this.options.clock.now();
    const seen = await this.watch(signal);
    // A server that ends watches at once must not be asked in a tight loop.
    if (!seen && this.options.clock.now() - began < 1_000) throw new Error('the watch ended at once');
    if (this.options.clock.now() - began > HEALTHY_MS) this.backoff.reset();
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { resource, selection, target } = this.options;
    const { namespace = '', ...selectors } = selection;
    const items: T[] = [];
    let page: string | undefined;
    let version: string | undefined;
    do {
      const list = await resource.list(namespace, {
        ...selectors,
        limit: PAGE,
        ...(page ? { continue: page } : { resourceVersion: this.atLeast }),
      });
      signal.throwIfAborted();
      for (const item of list.items) items.push(item);
      page = list.metadata.continue || undefined;
      version = list.metadata.resourceVersion;
    } while (page);
    this.version = this.atLeast = version ?? '';
    target.replace(items);
  }

  /** watch answers whether any event came. */
  private async watch(signal: AbortSignal): Promise<boolean> {
    const { resource, selection, target } = this.options;
    const { namespace = '', ...selectors } = selection;
    // Between five and ten minutes, so that the watches of a cluster do not end together.
    const timeoutSeconds = Math.round(300 * (1 + Math.random()));
    const options = { ...selectors, resourceVersion: this.version, allowWatchBookmarks: true, timeoutSeconds, signal };
    let seen = false;
    for await (const event of resource.watch(namespace, options)) {
      if (event.type !== 'BOOKMARK') target.apply(event);
      this.version = this.atLeast = event.object.metadata?.resourceVersion ?? this.version ?? '';
      if (!seen) this.backoff.reset();
      seen = true;
    }
    return seen;
  }
}

/** isTooNew: this master has not reached the resourceVersion that another one gave us. */
function isTooNew(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    error.code === 504 &&
    (error.details?.causes ?? []).some(cause => cause.reason === 'ResourceVersionTooLarge')
  );
}
