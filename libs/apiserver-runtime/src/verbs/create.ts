import {
  StatusError,
  alreadyExists,
  generateName,
  groupResourceName,
  type AnyObject,
  type ApiResponse,
} from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { decodeObject } from '../encoding/decode-body';
import { targetOf, type DecodeContext } from '../encoding/target';
import { LooseEntry } from '../encoding/loose-entry';
import { offers, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import { contentMedia } from '../negotiate';
import type { Endpoint } from '../registry/resource';
import { plainFailure } from '../status-response';
import { prepareMetadata } from './before-create';
import { trackUpdate } from './managed-fields';
import { namesRevision } from './resource-version';
import { dedupOwners } from './owner-references';
import type { Services } from './services';
import { storedForm } from './stored-form';
import { FOR_MESSAGES } from './sent-empties';
import { checkNew } from './validation';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

/** MAX_GENERATED_TRIES bounds how often another generated name is tried when one is taken. */
const MAX_GENERATED_TRIES = 8;

/** NAME_CONFLICT_SINCE is the first release that tells a taken generated name from a server that is too slow. */
const NAME_CONFLICT_SINCE: Minor = 21;

/** create stores a new object: decode, default, admit, prepare, validate, validate admission, store, answer. */
export async function create(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const offer = endpoint.custom ? offers.custom : offers.builtin;
  const shape = shapeOf(exchange, offer);
  const options = writeOptionsOf('CreateOptions', exchange.query, services.emulated);
  const context = new WriteContext(services, endpoint, exchange, options, endpoint.kind.strategy);
  const media = contentMedia(exchange.request.headers['content-type']);
  const body = await exchange.body(services.limits.maxBodyBytes);
  const decode = (more: Partial<DecodeContext>) =>
    decodeObject(body, media, targetOf(endpoint), {
      emulated: services.emulated,
      fieldValidation: options.fieldValidation,
      warn: text => exchange.warn(text),
      ...more,
    });
  const object = decode({});
  context.reread = () => decode(FOR_MESSAGES);
  const entry = await createObject(context, object);
  await endpoint.resource.load([entry]);
  return respondEntry(shape, endpoint, entry, 201, { now: services.clock.now(), emulated: services.emulated });
}

/** hubObject brings a decoded object, of the endpoint's version or another known one, into the hub version, with all defaults. Uses up its argument. */
export function hubObject(context: WriteContext, object: AnyObject): AnyObject {
  const { endpoint, services } = context;
  const hub = endpoint.toHub(object);
  endpoint.kind.defaults?.(hub, services.emulated);
  return hub;
}

/** createObject takes a decoded object of the endpoint's version the whole way into storage. */
export async function createObject(context: WriteContext, decoded: AnyObject): Promise<Entry> {
  const { endpoint, services, options } = context;
  refuseCreate(endpoint);
  const warn = (text: string) => context.exchange.warn(text);
  dedupOwners(decoded, false, warn);
  const object = hubObject(context, decoded);
  await trackUpdate(context, undefined, object);
  const { name: fixed = '', generateName: prefix = '' } = object.metadata ?? {};
  const attributes = context.attributes('CREATE', fixed, object, undefined);
  await services.admission.admit(attributes);
  dedupOwners(object, true, warn);
  prepareNew(context, object);
  if (namesRevision(object.metadata?.resourceVersion ?? '') && !options.dryRun)
    throw plainFailure('resourceVersion should not be set on objects to be created');
  const generated = !fixed && prefix !== '';
  const { name = '' } = object.metadata ?? {};
  await services.admission.validate(generated ? { ...attributes, name } : attributes);
  const stored = await storedForm(endpoint, object);
  const make = options.dryRun ? dryCreate : generated ? storeGenerated : store;
  const made = await make(context, stored, prefix);
  if (!made) throw await taken(context, name, prefix);
  return made;
}

/** refuseCreate throws if the kind takes no new objects now. */
export function refuseCreate(endpoint: Endpoint): void {
  const refused = endpoint.resource.custom?.refuseCreate();
  if (refused) throw refused;
}

/** prepareNew does what comes between admission's two rounds: system fields, name, the kind's preparation, validation. */
export function prepareNew(context: WriteContext, object: AnyObject): void {
  const { strategyContext } = context;
  // What a subresource brings into being is as new as any other object.
  const { strategy } = context.endpoint.kind;
  const metadata = prepareMetadata(object, context.namespaced, context.namespace, context.systemFields());
  const fillName = () => {
    if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName);
  };
  if (!strategy.preparesUnnamed) fillName();
  strategy.prepareForCreate?.(object, strategyContext);
  fillName();
  checkNew(context, object);
  strategy.canonicalize?.(object);
}

/** dryCreate is what would be stored, with the resourceVersion that was sent; undefined: the name is taken. */
async function dryCreate({ endpoint, namespace }: WriteContext, stored: AnyObject): Promise<Entry | undefined> {
  const taken = await endpoint.resource.storage.get({ namespace, name: stored.metadata?.name ?? '' });
  return taken ? undefined : new LooseEntry(endpoint.resource, stored);
}

/** store stores a new object; undefined: the name is taken. */
function store({ endpoint, namespace }: WriteContext, stored: AnyObject): Promise<Entry | undefined> {
  return endpoint.resource.storage.create({ namespace, name: stored.metadata?.name ?? '' }, stored);
}

/** storeGenerated is store, with other names behind the prefix while those are taken. */
async function storeGenerated(context: WriteContext, stored: AnyObject, prefix: string): Promise<Entry | undefined> {
  for (let attempt = 1; ; attempt++) {
    const entry = await store(context, stored);
    if (entry || attempt >= MAX_GENERATED_TRIES) return entry;
    stored.metadata!.name = generateName(prefix);
  }
}

/** taken is the refusal of an object whose name another one has, which may be about to go. */
async function taken(
  { endpoint, services, namespace }: WriteContext,
  name: string,
  prefix: string,
): Promise<StatusError> {
  const refusal = prefix ? unlucky(endpoint, name, services.emulated) : alreadyExists(endpoint.target, name);
  if (refusal.code !== 409) return refusal;
  const present = await endpoint.resource.storage.get({ namespace, name });
  if (!present?.object().metadata.deletionTimestamp) return refusal;
  const { code, reason, message, details } = refusal;
  return new StatusError(code, reason, `object is being deleted: ${message}`, details);
}

/** unlucky is the refusal of an object with a generateName whose name is taken: to be tried again. */
function unlucky({ target, kind }: Endpoint, name: string, emulated: Minor): StatusError {
  const group = target.group && { group: target.group };
  if (emulated < NAME_CONFLICT_SINCE) {
    const title = groupResourceName({ group: target.group, resource: kind.resource.kind });
    const message = `The POST operation against ${title} could not be completed at this time, please try again.`;
    return new StatusError(500, 'ServerTimeout', message, { name: 'POST', ...group, kind: kind.resource.kind });
  }
  const title = `${groupResourceName(target)} ${JSON.stringify(name)}`;
  const message = `${title} already exists, the server was not able to generate a unique name for the object`;
  return new StatusError(409, 'AlreadyExists', message, {
    name,
    ...group,
    kind: target.resource,
    retryAfterSeconds: 1,
  });
}
