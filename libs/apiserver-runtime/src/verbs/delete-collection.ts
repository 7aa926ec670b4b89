import { isNotFound, type ApiResponse } from '@navarch/apimachinery';
import type { Exchange } from '../chain/exchange';
import { offers, shapeOf } from '../encoding/shape';
import { respondList } from '../encoding/respond';
import type { Endpoint } from '../registry/resource';
import { deleteObject, readDeleteOptions } from './delete';
import { listQuery } from './list-options';
import { readPage } from './list';
import type { Services } from './services';

/** deleteCollection deletes what a list would answer, as many objects at a time as there are workers, and answers that list. */
export async function deleteCollection(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
): Promise<ApiResponse> {
  const shape = shapeOf(exchange, endpoint.custom ? offers.custom : offers.builtin);
  const query = listQuery(endpoint, exchange.info, exchange.query, services.emulated);
  const options = await readDeleteOptions(services, endpoint, exchange);
  const { signal } = exchange.request;
  const { entries, metadata } = await readPage(endpoint.resource.storage, query, signal);
  await endpoint.resource.load(entries);
  // What all workers take from, each as it gets to it; the first failure ends them all.
  const waiting = entries.values();
  let failed = false;
  const work = async () => {
    for (const entry of waiting) {
      if (failed) return;
      signal.throwIfAborted();
      try {
        await deleteObject(services, endpoint, exchange, options, entry.namespace, entry.name);
      } catch (error) {
        // Somebody else was faster: that is what was wanted.
        if (isNotFound(error)) continue;
        failed = true;
        throw error;
      }
    }
  };
  const workers = Math.max(1, services.limits.deleteCollectionWorkers);
  await Promise.all(Array.from({ length: workers }, work));
  return respondList(shape, endpoint, entries, metadata, { now: services.clock.now(), emulated: services.emulated });
}
