import { compactedError, futureRevision, tooLarge } from './errors';
import type { StoredEntry } from '../entry';
import type { ListOptions, ListResult, ResourceStorageConfig, Revision } from '../interface';
import { hasSelector, matches, rangeOf, singleKey } from '../keys';
import { rangeEnd, type EtcdClient } from './client';
import type { KeyValue } from './messages';

/** PAGE is how many keys are asked of etcd at once, so that a large list is many small messages. */
const PAGE = 1_000;

/** listFromEtcd reads a list page by page, all at the revision of the first. */
export async function listFromEtcd(
  client: EtcdClient,
  config: ResourceStorageConfig,
  decode: (kv: KeyValue) => StoredEntry,
  options: ListOptions,
): Promise<ListResult> {
  const { predicate, limit = 0, continueAfter, signal } = options;
  const prefix = rangeOf(config, predicate);
  const single = singleKey(config, predicate);
  const end = single === undefined ? rangeEnd(prefix) : undefined;
  const entries: StoredEntry[] = [];
  if (single !== undefined && continueAfter && single <= continueAfter.key) {
    return { entries, revision: continueAfter.revision || (await client.revision(signal)), more: false };
  }
  let key = single ?? (continueAfter ? `${continueAfter.key}\0` : prefix);
  let revision: Revision | undefined = options.exactly ?? (continueAfter?.revision || undefined);
  if (revision !== undefined) await refuseFuture(client, revision, signal);
  for (;;) {
    const page = limit ? Math.min(PAGE, Math.max(limit - entries.length, hasSelector(predicate) ? 100 : 1)) : PAGE;
    const answer = await client.range({ key, ...(end && { end }), limit: page, ...(revision && { revision }) }, signal);
    revision ??= answer.revision;
    refuseStale(options, revision);
    for (const [i, kv] of answer.kvs.entries()) {
      const entry = decode(kv);
      if (!matches(predicate, entry)) continue;
      entries.push(entry);
      if (limit && entries.length === limit) {
        const left = answer.count - i - 1;
        return { entries, revision, more: left > 0, ...(!hasSelector(predicate) && { remaining: left }) };
      }
    }
    const last = answer.kvs.at(-1);
    if (!answer.more || !last)
      return { entries, revision, more: false, ...(!hasSelector(predicate) && { remaining: 0 }) };
    key = `${last.key}\0`;
  }
}

/** countOf is the number of keys below a prefix. */
export async function countOf(client: EtcdClient, prefix: string): Promise<number> {
  return (await client.range({ key: prefix, end: rangeEnd(prefix), countOnly: true })).count;
}

function refuseStale({ atLeast, limit }: ListOptions, revision: Revision): void {
  if (atLeast !== undefined && revision < atLeast) throw tooLarge(atLeast, revision, limit);
}

async function refuseFuture(client: EtcdClient, revision: Revision, signal?: AbortSignal): Promise<void> {
  if (revision < 1) throw compactedError();
  const current = await client.revision(signal);
  if (revision > current) throw futureRevision();
}
