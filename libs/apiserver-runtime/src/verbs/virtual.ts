import { completeForOutput } from '@navarch/api';
import type { AnyObject, ApiResponse, KubeObject } from '@navarch/apimachinery';
import { matches } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { decodeObject } from '../encoding/decode-body';
import { targetOf } from '../encoding/target';
import { LooseEntry } from '../encoding/loose-entry';
import { respondPlain } from '../encoding/plain';
import { offers, shapeOf } from '../encoding/shape';
import { respondEntry, respondList } from '../encoding/respond';
import { contentMedia } from '../negotiate';
import type { VirtualHandler } from '../options';
import type { Endpoint } from '../registry/resource';
import { methodNotAllowed } from '../status-response';
import { fitNamespace } from './before-create';
import { hubObject } from './create';
import { wantsExport } from './export';
import { listQuery } from './list-options';
import { trackUpdate } from './managed-fields';
import type { Services } from './services';
import { invalid } from './validation';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

/** virtual serves a resource whose objects are made by a handler instead of being stored. */
export async function virtual(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  handler: VirtualHandler,
): Promise<ApiResponse> {
  const context = { now: services.clock.now(), emulated: services.emulated };
  switch (exchange.info.verb) {
    case 'create':
      if (handler.create) return create(services, endpoint, exchange, handler);
      break;
    case 'get':
      if (handler.get) {
        wantsExport(endpoint, exchange, services.emulated);
        const shape = shapeOf(exchange, offers.builtin);
        const object = await handler.get(exchange, exchange.info.name);
        return respondEntry(shape, endpoint, entryOf(endpoint, object), 200, context);
      }
      break;
    case 'list':
      if (handler.list) {
        const shape = shapeOf(exchange, offers.builtin);
        const { predicate } = listQuery(endpoint, exchange.info, exchange.query, services.emulated);
        const entries = (await handler.list(exchange)).map(object => entryOf(endpoint, object));
        const chosen = entries.filter(entry => matches(predicate, entry));
        return respondList(shape, endpoint, chosen, {}, context);
      }
      break;
  }
  throw methodNotAllowed();
}

function entryOf(endpoint: Endpoint, object: KubeObject): LooseEntry {
  const { resource } = endpoint;
  const complete = completeForOutput(
    resource.hubVersion.schema,
    { kind: endpoint.kindName, apiVersion: resource.hub, ...object },
    resource.emulated,
  );
  return new LooseEntry(resource, complete as AnyObject);
}

async function create(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  handler: VirtualHandler,
): Promise<ApiResponse> {
  const shape = shapeOf(exchange, offers.made);
  const options = writeOptionsOf('CreateOptions', exchange.query, services.emulated);
  const context = new WriteContext(services, endpoint, exchange, options, endpoint.kind.strategy);
  const media = contentMedia(exchange.request.headers['content-type']);
  const body = await exchange.body(services.limits.maxBodyBytes);
  const decoded = decodeObject(body, media, targetOf(endpoint), {
    emulated: services.emulated,
    fieldValidation: options.fieldValidation,
    warn: text => exchange.warn(text),
  });
  const object = hubObject(context, decoded);
  await trackUpdate(context, undefined, object);
  // Before 1.22 only storage looked at the namespace, and nothing is stored here.
  if (services.emulated >= 22) fitNamespace((object.metadata ??= {}), context.namespaced, context.namespace);
  await services.admission.both(context.attributes('CREATE', object.metadata?.name ?? '', object, undefined));
  const errors = endpoint.kind.strategy.validate?.(object, context.strategyContext) ?? [];
  // Reviews have never named their kind in such answers, nor themselves.
  if (errors.length) throw invalid({ group: endpoint.kind.resource.group, kind: '' }, '', errors);
  const answered = endpoint.fromHub((await handler.create!(exchange, object)) as AnyObject);
  // A handler may answer something else than its kind: a binding answers a Status.
  const own = answered.kind === undefined || answered.kind === endpoint.kindName;
  if (!own) return respondPlain(shape, answered, 201, undefined, services.emulated);
  const complete = completeForOutput(
    endpoint.version.schema,
    { kind: endpoint.kindName, apiVersion: endpoint.apiVersion, ...answered },
    services.emulated,
  );
  return respondPlain(shape, complete as AnyObject, 201, endpoint.version.schema, services.emulated);
}
