import { Backoff, describe, type Clock, type Logger } from '@navarch/base';
import type { StoredEntry } from '../entry';
import { rangeEnd, type EtcdClient } from '../etcd3/client';
import type { EtcdStore } from '../etcd3/store';
import type { Revision } from '../interface';
import type { ResourceCache } from './resource-cache';

const PAGE = 500;

/** loadResource reads a resource from etcd into its cache, again until it succeeds; rejects only with the signal's reason. */
export async function loadResource(
  { cache, store }: { readonly cache: ResourceCache; readonly store: EtcdStore },
  { client, clock, log }: { readonly client: EtcdClient; readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ initialMs: 50, maxMs: 5_000, jitter: 0.5 });
  const { prefix } = cache.config;
  for (;;) {
    signal.throwIfAborted();
    cache.startLoading();
    try {
      const { entries, revision } = await readAll(prefix, store, client, log, signal);
      if (cache.load(entries, revision)) return;
      log.warn('too much changed while a resource was read, reading it again', { prefix });
    } catch (error) {
      signal.throwIfAborted();
      log.warn('cannot read a resource', { prefix, err: describe(error) });
    }
    await clock.sleep(backoff.next(), signal);
  }
}

async function readAll(
  prefix: string,
  store: EtcdStore,
  client: EtcdClient,
  log: Logger,
  signal: AbortSignal,
): Promise<{ entries: StoredEntry[]; revision: Revision }> {
  const entries: StoredEntry[] = [];
  const end = rangeEnd(prefix);
  let key = prefix;
  let revision: Revision | undefined;
  for (;;) {
    const page = await client.range({ key, end, limit: PAGE, ...(revision && { revision }) }, signal);
    revision ??= page.revision;
    for (const kv of page.kvs) {
      try {
        const entry = store.decode(kv);
        entry.loadAttrs();
        entries.push(entry);
      } catch (error) {
        log.error('a stored object cannot be read', undefined, { key: kv.key, err: describe(error) });
      }
    }
    const last = page.kvs.at(-1);
    if (!page.more || !last) return { entries, revision };
    key = `${last.key}\0`;
  }
}
