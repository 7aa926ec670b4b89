import { isTrue } from '../request-info';
import type { Population, RequestContext } from '../interfaces';

/** Work is what a request is expected to cost. */
export interface Work {
  /** seats it takes while it is served. */
  readonly seats: number;
  /** finalSeats are taken for lingerSeconds after it was served, while watchers are told. */
  readonly finalSeats: number;
  readonly lingerSeconds: number;
}

/** ONE_SEAT is the work of most requests. */
export const ONE_SEAT: Work = { seats: 1, finalSeats: 0, lingerSeconds: 0 };

const OBJECTS_PER_SEAT = 100;
const WATCHERS_PER_SEAT = 10;
const EVENT_SECONDS = 0.005;
/** MAX_SEATS bounds what one request may take, and MAX_SHARE what it may take of its level. */
const MAX_SEATS = 10;
const MAX_SHARE = 0.15;

/** maxSeatsOf is how many seats one request may take of a level with that many. Pure. */
export function maxSeatsOf(nominal: number): number {
  return Math.max(1, Math.min(MAX_SEATS, Math.ceil(nominal * MAX_SHARE)));
}

/** estimateWork looks at a request before it is served: lists cost by what they read, writes by who watches. */
export function estimateWork({ info, query }: RequestContext, population: Population, nominalSeats: number): Work {
  switch (info.verb) {
    case 'watch':
      if (!isTrue(query.get('sendInitialEvents'))) return ONE_SEAT;
      break;
    case 'list':
      break;
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      if (query.has('dryRun')) return ONE_SEAT;
      return writeWork(population.watchers(info), maxSeatsOf(nominalSeats));
    default:
      return ONE_SEAT;
  }
  if (info.name) return ONE_SEAT;
  const objects = population.objects(info);
  if (objects === undefined || objects <= OBJECTS_PER_SEAT / 2) return ONE_SEAT;
  const limit = Number(query.get('limit')) || 0;
  const asked = {
    ...{ objects, limit },
    fromCache: info.verb === 'watch' || isFromCache(query, limit),
    selective: query.has('labelSelector') || query.has('fieldSelector'),
  };
  return listWork(asked, maxSeatsOf(nominalSeats));
}

/** listWork is the work of a list: what is looked at to find a page, and the page again where it comes from storage. Pure. */
export function listWork(
  asked: { readonly objects: number; readonly limit: number; readonly fromCache: boolean; readonly selective: boolean },
  maxSeats: number,
): Work {
  const { objects, limit, fromCache, selective } = asked;
  const page = limit > 0 ? Math.min(limit, objects) : objects;
  const found = selective ? objects : page;
  const read = fromCache ? found : found + page;
  const seats = Math.min(maxSeats, Math.max(1, Math.ceil(read / OBJECTS_PER_SEAT)));
  return seats === 1 ? ONE_SEAT : { seats, finalSeats: 0, lingerSeconds: 0 };
}

/** writeWork is the work of a write: some time for each watcher, on as many seats as it may take. Few watchers are not counted. Pure. */
export function writeWork(watchers: number, maxSeats: number): Work {
  if (watchers < WATCHERS_PER_SEAT) return ONE_SEAT;
  const wanted = Math.ceil(watchers / WATCHERS_PER_SEAT);
  const finalSeats = Math.min(wanted, maxSeats);
  return { seats: 1, finalSeats, lingerSeconds: (wanted * EVENT_SECONDS) / finalSeats };
}

/** isFromCache: only the page of a past state and the rest of a list have to come from storage. */
function isFromCache(query: URLSearchParams, limit: number): boolean {
  const version = query.get('resourceVersion') ?? '';
  if (query.get('continue') || query.get('resourceVersionMatch') === 'Exact') return false;
  return !(limit > 0 && version !== '0' && version !== '');
}
