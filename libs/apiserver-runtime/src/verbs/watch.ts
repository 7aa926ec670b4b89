import type { ApiResponse } from '@navarch/apimachinery';
import type { Revision, Storage, WatchOptions, WatchSink } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { includeOf, offers, shapeOf } from '../encoding/shape';
import { checkStreamed, mediaTypes } from '../negotiate';
import type { Endpoint } from '../registry/resource';
import { convertedWatch } from './converted-watch';
import { EventEncoder } from './event-encoder';
import { listQuery, type ListQuery } from './list-options';
import { askedRevision } from './resource-version';
import type { Services } from './services';
import { WatchStream } from './watch-stream';

/** watch answers a stream of events. It lasts timeoutSeconds, or between one and two times the server's minimum. */
export function watch(services: Services, endpoint: Endpoint, exchange: Exchange): ApiResponse {
  const shape = shapeOf(exchange, endpoint.custom ? offers.custom : offers.builtin);
  const query = listQuery(endpoint, exchange.info, exchange.query, services.emulated);
  // What is no resourceVersion is refused before the stream begins, and that before its form.
  const after = query.resourceVersion === '' ? undefined : askedRevision(query.resourceVersion, 'cache');
  includeOf(shape);
  checkStreamed(shape.media, endpoint.custom);
  const encoder = new EventEncoder(shape, endpoint, services);
  const { group, version } = endpoint.version;
  const lasts = timeoutMs(query, services.limits.minRequestTimeoutSeconds);
  const stream = new WatchStream({
    encoder,
    open: sink => {
      const { resource } = endpoint;
      const open = async (to: WatchSink) =>
        resource.storage.watch(await watchOptions(query, after, lasts, resource.storage), to);
      return resource.custom ? convertedWatch(resource, open, sink, query.forms) : open(sink);
    },
    onOpened: () => exchange.releaseSeat(),
    timeoutMs: lasts,
    maxBufferBytes: services.limits.maxWatchBufferBytes,
    stops: [services.stopping, endpoint.resource.stop.signal],
    clock: services.clock,
    log: services.log,
    sizes: services.metrics.watches.sizesOf({ group, version, kind: endpoint.kindName }),
  });
  const contentType = shape.media === 'json' ? mediaTypes.json : `${mediaTypes[shape.media]};stream=watch`;
  return { status: 200, headers: { 'content-type': contentType, 'cache-control': 'no-cache, private' }, body: stream };
}

async function watchOptions(
  { predicate, bookmarks, sendInitialEvents }: ListQuery,
  after: Revision | undefined,
  timeoutMs: number,
  storage: Storage,
): Promise<WatchOptions> {
  // Without a place to begin at, a watch begins with the present state, unless that is not wanted.
  const from = !after && sendInitialEvents === false ? await storage.revision() : after;
  return {
    predicate,
    bookmarks,
    timeoutMs,
    ...(from !== undefined && { after: from }),
    ...(sendInitialEvents && { sendInitialEvents }),
  };
}

function timeoutMs({ timeoutSeconds }: ListQuery, minimumSeconds: number): number {
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) return timeoutSeconds * 1000;
  return minimumSeconds * (1 + Math.random()) * 1000;
}
