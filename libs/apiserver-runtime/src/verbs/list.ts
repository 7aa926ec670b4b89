import { badRequest, type ApiResponse, type ListMeta } from '@navarch/apimachinery';
import type { ListResult, Storage } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { offers, shapeOf } from '../encoding/shape';
import { respondList } from '../encoding/respond';
import { respondFailure } from '../encoding/status';
import type { Endpoint } from '../registry/resource';
import { STALE_CONTINUE, decodeContinue, encodeContinue } from './continue-token';
import { isGone } from './get';
import { listQuery, revisionOf, type ListQuery } from './list-options';
import type { Services } from './services';

/** list answers a collection, or the page of it that was asked for. */
export async function list(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const shape = shapeOf(exchange, endpoint.custom ? offers.custom : offers.builtin);
  const query = listQuery(endpoint, exchange.info, exchange.query, services.emulated);
  const { storage } = endpoint.resource;
  let result: ListResult;
  try {
    result = await read(storage, query, exchange.request.signal);
    if (await hasUnmatched(storage, query, result)) result = { ...result, more: true };
  } catch (error) {
    if (query.continueToken && isGone(error)) return stale(exchange, query.continueToken);
    throw error;
  }
  await endpoint.resource.load(result.entries);
  return respondList(shape, endpoint, result.entries, listMeta(storage, query, result), {
    now: services.clock.now(),
    emulated: services.emulated,
  });
}

/** read chooses how fresh the answer has to be. */
export async function read(storage: Storage, query: ListQuery, signal: AbortSignal): Promise<ListResult> {
  const { predicate, continueToken, resourceVersion, match } = query;
  const limit = query.limit > 0 ? query.limit : undefined;
  const paging = limit === undefined ? {} : { limit };
  if (continueToken) {
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const token = decodeContinue(continueToken);
    const revision = token.revision > 0 ? token.revision : await storage.revision(signal);
    return storage.list({
      predicate,
      signal,
      ...paging,
      continueAfter: { key: storage.config.prefix + token.key, revision },
    });
  }
  const revision = revisionOf(resourceVersion, 'invalid');
  if (match === 'Exact') return storage.list({ predicate, signal, ...paging, exactly: revision });
  if (resourceVersion === '') return storage.list({ predicate, signal, ...paging });
  // What is cached comes whole: pages begin only at a state that can be come back to.
  if (revision === 0) return storage.list({ predicate, signal, atLeast: 0 });
  // A page at a resourceVersion without a match rule is that of this very revision, as it has always been.
  if (limit !== undefined && match === '') return storage.list({ predicate, signal, limit, exactly: revision });
  return storage.list({ predicate, signal, ...paging, atLeast: revision });
}

/**
 * hasUnmatched: behind a full page that a selector chose, objects remain that may not match. The page has a token then: whether
 * anything matches is found out by asking for the next one.
 */
async function hasUnmatched(
  storage: Storage,
  query: ListQuery,
  { entries, more, revision }: ListResult,
): Promise<boolean> {
  const last = entries.at(-1);
  if (more || !last || query.predicate.name !== undefined || query.limit <= 0 || entries.length < query.limit)
    return false;
  if (!query.predicate.matches && !query.predicate.indexed) return false;
  const { namespace } = query.predicate;
  const behind = await storage.list({
    predicate: namespace ? { namespace } : {},
    limit: 1,
    continueAfter: { key: last.key, revision },
  });
  return behind.entries.length > 0;
}

function listMeta(storage: Storage, query: ListQuery, result: ListResult): ListMeta {
  const metadata: ListMeta = { resourceVersion: String(result.revision) };
  const last = result.entries.at(-1);
  if (result.more && last) {
    metadata.continue = encodeContinue({
      key: last.key.slice(storage.config.prefix.length),
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
