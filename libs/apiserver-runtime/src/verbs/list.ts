import { badRequest, type ApiResponse, type ListMeta } from '@navarch/apimachinery';
import { rangeOf, type ListResult, type Storage } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { offers, shapeOf } from '../encoding/shape';
import { respondList } from '../encoding/respond';
import { respondFailure } from '../encoding/status';
import type { Endpoint } from '../registry/resource';
import { STALE_CONTINUE, decodeContinue, encodeContinue } from './continue-token';
import { isGone } from './get';
import { listQuery, type ListQuery } from './list-options';
import { askedRevision } from './resource-version';
import type { Services } from './services';
import { Turns } from './turns';

/** list answers a collection, or the page of it that was asked for. */
export async function list(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const shape = shapeOf(exchange, endpoint.custom ? offers.custom : offers.builtin);
  const query = listQuery(endpoint, exchange.info, exchange.query, services.emulated);
  let page: Page;
  try {
    page = await readPage(endpoint.resource.storage, query, exchange.request.signal);
  } catch (error) {
    if (query.continueToken && isGone(error)) return stale(exchange, query.continueToken);
    throw error;
  }
  await endpoint.resource.load(page.entries);
  if (isLong(page)) {
    await turns.take();
    // Who was cut off for what he does not read gets no more of it.
    exchange.request.signal.throwIfAborted();
  }
  return respondList(shape, endpoint, page.entries, page.metadata, {
    now: services.clock.now(),
    emulated: services.emulated,
  });
}

/** turns are those of long answers: many that are asked for at once are not made at once. */
const turns = new Turns();
const LONG_PAGE_BYTES = 1024 * 1024;

function isLong({ entries }: Page): boolean {
  let bytes = 0;
  for (let i = 0; i < entries.length && bytes <= LONG_PAGE_BYTES; i++) bytes += entries[i]!.json.length;
  return bytes > LONG_PAGE_BYTES;
}

/** Page is what a list answers: entries, and how to go on behind them. */
export interface Page {
  readonly entries: ListResult['entries'];
  readonly metadata: ListMeta;
}

/** readPage reads what a list's query asks for; 410 when its revision is gone. */
export async function readPage(stored: Storage, query: ListQuery, signal: AbortSignal): Promise<Page> {
  const storage = query.forms?.reader() ?? stored;
  const result = await read(storage, query, signal);
  const more = result.more || (await hasUnmatched(storage, query, result));
  return { entries: result.entries, metadata: listMeta(storage, query, { ...result, more }) };
}

/** Reader is what of storage a list needs. */
type Reader = Pick<Storage, 'config' | 'list' | 'revision'>;

/** isPaged tells whether a list is read from the store, in pages if it has a limit. What is cached comes whole. */
const isPaged = ({ match, continueToken, limit, resourceVersion }: ListQuery): boolean =>
  match === 'Exact' || continueToken !== '' || (limit > 0 && resourceVersion !== '0');

/** read chooses how fresh the answer has to be. */
async function read(storage: Reader, query: ListQuery, signal: AbortSignal): Promise<ListResult> {
  const { predicate, continueToken, resourceVersion, match } = query;
  const limit = query.limit > 0 ? query.limit : undefined;
  const paging = limit === undefined ? {} : { limit };
  const paged = isPaged(query);
  const asked = askedRevision(resourceVersion, paged ? 'store' : 'cache');
  if (continueToken) {
    const token = decodeContinue(continueToken);
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    const revision = token.revision > 0 ? token.revision : await storage.revision(signal);
    return storage.list({
      predicate,
      signal,
      ...paging,
      continueAfter: { key: rangeOf(storage.config, predicate) + token.key, revision },
    });
  }
  if (resourceVersion === '' || (asked === 0 && paged)) return storage.list({ predicate, signal, ...paging });
  if (match === 'Exact') return storage.list({ predicate, signal, ...paging, exactly: asked });
  // Pages begin only at a state that can be come back to.
  if (asked === 0) return storage.list({ predicate, signal, atLeast: 0 });
  // A page at a resourceVersion without a match rule is that of this very revision, as it has always been.
  if (limit !== undefined && match === '') return storage.list({ predicate, signal, limit, exactly: asked });
  return storage.list({ predicate, signal, ...paging, atLeast: asked });
}

/**
 * hasUnmatched: behind a full page that a selector chose, objects remain that may not match. The page has a token then: whether
 * anything matches is found out by asking for the next one.
 */
async function hasUnmatched(storage: Reader, query: ListQuery, { entries, revision }: ListResult): Promise<boolean> {
  const last = entries.at(-1);
  if (!last || query.predicate.name !== undefined || query.limit <= 0 || entries.length < query.limit) return false;
  if (!isPaged(query)) return false;
  if (!query.predicate.matches && !query.predicate.indexed) return false;
  const { namespace } = query.predicate;
  const behind = await storage.list({
    predicate: namespace ? { namespace } : {},
    limit: 1,
    continueAfter: { key: last.key, revision },
  });
  return behind.entries.length > 0;
}

function listMeta(storage: Reader, query: ListQuery, result: ListResult): ListMeta {
  const metadata: ListMeta = { resourceVersion: String(result.revision) };
  const last = result.entries.at(-1);
  if (result.more && last) {
    metadata.continue = encodeContinue({
      key: last.key.slice(rangeOf(storage.config, query.predicate).length),
      revision: result.revision,
    });
    if (result.remaining !== undefined && !query.selective) metadata.remainingItemCount = result.remaining;
  }
  return metadata;
}

/** stale is the 410 for a page whose revision is gone, with a token for going on in the present state. */
function stale(exchange: Exchange, token: string): ApiResponse {
  const { key } = decodeContinue(token);
  return respondFailure(exchange, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: { continue: encodeContinue({ key, revision: -1 }) },
    status: 'Failure',
    message: STALE_CONTINUE,
    reason: 'Expired',
    code: 410,
  });
}
