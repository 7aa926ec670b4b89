import { isNotFound, type ApiResponse } from '@navarch/apimachinery';
import type { Exchange } from '../chain/exchange';
import { offers, shapeOf } from '../encoding/shape';
import { respondList } from '../encoding/respond';
import type { Endpoint } from '../registry/resource';
import { deleteObject, readDeleteOptions } from './delete';
import { listQuery } from './list-options';
import { readPage } from './list';
import type { Services } from './services';

/** deleteCollection deletes what a list would answer, one object after the other, and answers that list. */
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
  for (const entry of entries) {
    signal.throwIfAborted();
    try {
      await deleteObject(services, endpoint, exchange, options, entry.namespace, entry.name);
    } catch (error) {
      // Somebody else was faster: that is what was wanted.
      if (!isNotFound(error)) throw error;
    }
  }
  return respondList(shape, endpoint, entries, metadata, { now: services.clock.now(), emulated: services.emulated });
}
