import { StatusError, notFound, type ApiResponse } from '@navarch/apimachinery';
import type { Exchange } from '../chain/exchange';
import { offerOf, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import type { Endpoint } from '../registry/resource';
import { exported, wantsExport } from './export';
import { askedRevision } from './resource-version';
import type { Services } from './services';

/** get answers one object. With resourceVersion it may come from the cache: at least that fresh, or as it is for 0. */
export async function get(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const shape = shapeOf(exchange, offerOf(endpoint, exchange.info.subresource, services.emulated));
  const exports = wantsExport(endpoint, exchange, services.emulated);
  const { namespace, name } = exchange.info;
  const resourceVersion = exchange.query.get('resourceVersion') ?? '';
  // A read of one object is over soon, whoever still waits for it: listening to that would cost more than the rest of the read.
  const options = resourceVersion ? { atLeast: askedRevision(resourceVersion, 'cache') } : {};
  let entry = await endpoint.resource.storage.get({ namespace, name }, options);
  if (!entry) throw notFound(endpoint.target, name);
  await endpoint.resource.load([entry]);
  if (exports) {
    entry = await exported(services, endpoint, exchange, entry);
    await endpoint.resource.load([entry]);
  }
  return respondEntry(shape, endpoint, entry, 200, { now: services.clock.now(), emulated: services.emulated });
}

/** isGone tells the 410 of a revision that is no longer known. */
export function isGone(error: unknown): error is StatusError {
  return error instanceof StatusError && error.code === 410;
}
