import {
  StatusError,
  alreadyExists,
  generateName,
  groupResourceName,
  type AnyObject,
  type ApiResponse,
} from '@navarch/apimachinery';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { decodeObject, targetOf } from '../encoding/decode-body';
import { LooseEntry } from '../encoding/loose-entry';
import { offers, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import { contentMedia } from '../negotiate';
import type { Endpoint } from '../registry/resource';
import { plainFailure } from '../status-response';
import { prepareMetadata } from './before-create';
import { trackUpdate } from './managed-fields';
import type { Services } from './services';
import { storedForm } from './stored-form';
import { checkNew } from './validation';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

/** MAX_GENERATED_TRIES bounds how often another generated name is tried when one is taken. */
const MAX_GENERATED_TRIES = 8;

/** create stores a new object: decode, default, admit, prepare, validate, validate admission, store, answer. */
export async function create(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const offer = endpoint.custom ? offers.custom : offers.builtin;
  const shape = shapeOf(exchange, offer);
  const options = writeOptionsOf('CreateOptions', exchange.query, services.emulated);
  const context = new WriteContext(services, endpoint, exchange, options, endpoint.kind.strategy);
  const media = contentMedia(exchange.request.headers['content-type'], offer.media);
  const body = await exchange.body(services.limits.maxBodyBytes);
  const object = decodeObject(body, media, targetOf(endpoint), {
    emulated: services.emulated,
    fieldValidation: options.fieldValidation,
    warn: text => exchange.warn(text),
  });
  const entry = await createObject(context, object);
  await endpoint.resource.load([entry]);
  return respondEntry(shape, endpoint, entry, 201, { now: services.clock.now(), emulated: services.emulated });
}

/** hubObject brings a decoded object into the hub version, with all defaults. Uses up its argument. */
export function hubObject(context: WriteContext, object: AnyObject): AnyObject {
  const { endpoint, services } = context;
  endpoint.version.defaults?.(object);
  const hub = endpoint.toHub(object);
  endpoint.kind.defaults?.(hub, services.emulated);
  return hub;
}

/** createObject takes a decoded object of the endpoint's version the whole way into storage. */
export async function createObject(context: WriteContext, decoded: AnyObject): Promise<Entry> {
  const { endpoint, services, options } = context;
  refuseCreate(endpoint);
  const object = hubObject(context, decoded);
  trackUpdate(context, undefined, object);
  const { name: fixed = '', generateName: prefix = '' } = object.metadata ?? {};
  const attributes = context.attributes('CREATE', fixed, object, undefined);
  await services.admission.admit(attributes);
  prepareNew(context, object);
  const given = object.metadata?.resourceVersion;
  if (given && given !== '0') throw plainFailure('resourceVersion should not be set on objects to be created');
  await services.admission.validate(attributes);
  const generated = !fixed && prefix !== '';
  const { name = '' } = object.metadata ?? {};
  const stored = await storedForm(endpoint, object);
  if (options.dryRun) return dryCreate(endpoint, stored, context.namespace, name);
  return store(context, stored, generated ? prefix : '');
}

/** refuseCreate throws if the kind takes no new objects now. */
export function refuseCreate(endpoint: Endpoint): void {
  const refused = endpoint.resource.custom?.refuseCreate();
  if (refused) throw refused;
}

/** prepareNew does what comes between admission's two rounds: system fields, name, the kind's preparation, validation. */
export function prepareNew(context: WriteContext, object: AnyObject): void {
  const { strategy, strategyContext } = context;
  const metadata = prepareMetadata(object, context.namespaced, context.namespace, context.systemFields());
  if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName);
  strategy.prepareForCreate?.(object, strategyContext);
  checkNew(context, object);
  strategy.canonicalize?.(object);
}

async function dryCreate(endpoint: Endpoint, stored: AnyObject, namespace: string, name: string): Promise<Entry> {
  if (await endpoint.resource.storage.get({ namespace, name })) throw alreadyExists(endpoint.target, name);
  delete stored.metadata?.resourceVersion;
  return new LooseEntry(endpoint.resource, stored);
}

async function store({ endpoint, namespace }: WriteContext, stored: AnyObject, prefix: string): Promise<Entry> {
  const metadata = stored.metadata!;
  const { storage } = endpoint.resource;
  for (let attempt = 1; ; attempt++) {
    const name = metadata.name ?? '';
    const entry = await storage.create({ namespace, name }, stored);
    if (entry) return entry;
    if (!prefix) throw alreadyExists(endpoint.target, name);
    if (attempt >= MAX_GENERATED_TRIES) throw exhausted(endpoint, name);
    metadata.name = generateName(prefix);
  }
}

function exhausted({ target }: Endpoint, name: string): StatusError {
  const title = `${groupResourceName(target)} ${JSON.stringify(name)}`;
  const message = `${title} already exists, the server was not able to generate a unique name for the object`;
  const details = { name, ...(target.group && { group: target.group }), kind: target.resource, retryAfterSeconds: 1 };
  return new StatusError(409, 'AlreadyExists', message, details);
}
