import {
  MODIFIED,
  badRequest,
  conflict,
  notFound,
  type AnyObject,
  type ApiResponse,
  type StatusError,
} from '@navarch/apimachinery';
import type { Strategy } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { decodeObject } from '../encoding/decode-body';
import { targetOf, type DecodeContext } from '../encoding/target';
import { LooseEntry } from '../encoding/loose-entry';
import { offerOf, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import { contentMedia } from '../negotiate';
import type { Endpoint } from '../registry/resource';
import { carryMetadata, finishesDeletion } from './before-update';
import { hubObject, prepareNew, refuseCreate } from './create';
import { revisionOf } from './resource-version';
import { FOR_MESSAGES } from './sent-empties';
import { trackUpdate } from './managed-fields';
import { dedupOwners } from './owner-references';
import type { Services } from './services';
import { storedForm } from './stored-form';
import { checkChange, invalid } from './validation';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

/** update replaces an object, or creates it where the kind allows that. `strategy` is the kind's, or a subresource's. */
export async function update(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  strategy: Strategy<AnyObject>,
  subresource: string,
): Promise<ApiResponse> {
  requireName(exchange);
  const shape = shapeOf(exchange, offerOf(endpoint, subresource, services.emulated));
  const options = writeOptionsOf('UpdateOptions', exchange.query, services.emulated);
  const context = new WriteContext(services, endpoint, exchange, options, strategy, subresource);
  const media = contentMedia(exchange.request.headers['content-type']);
  const body = await exchange.body(services.limits.maxBodyBytes);
  const decode = (more: Partial<DecodeContext>) =>
    decodeObject(body, media, targetOf(endpoint), {
      emulated: services.emulated,
      fieldValidation: options.fieldValidation,
      anyKind: subresource === 'status',
      mistyped: failure => {
        context.mistyped = failure;
      },
      warn: () => undefined,
      ...more,
    });
  const first = decode({ warn: text => exchange.warn(text) });
  context.reread = () => decode(FOR_MESSAGES);
  matchesPath(first, exchange.info.namespace, exchange.info.name);
  dedupOwners(first, false, text => exchange.warn(text));
  const uid = first.metadata?.uid;
  let attempts = 0;
  const { entry, created } = await updateObject(
    context,
    () => {
      // An attempt uses its object up; another one begins from the body again.
      const object = attempts++ === 0 ? first : decode({});
      dedupOwners(object, false, () => undefined);
      return hubObject(context, object);
    },
    { ...(uid && !locksLast(context) && { uid }) },
  );
  await endpoint.resource.load([entry]);
  return respondEntry(shape, endpoint, entry, created ? 201 : 200, {
    now: services.clock.now(),
    emulated: services.emulated,
  });
}

/** requireName refuses a path that names no object: custom resources are led by their verb alone. */
export function requireName({ info }: Exchange): void {
  if (!info.name) throw badRequest('name must be provided');
}

/** matchesPath refuses a body that names another object than the path does. */
export function matchesPath(object: AnyObject, namespace: string, name: string): void {
  const { name: own, namespace: ownNamespace } = object.metadata ?? {};
  if (!own) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  if (namespace && ownNamespace && ownNamespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${ownNamespace}) does not match the namespace on the request (${namespace})`,
    );
  }
}

/** checkUid refuses a write whose sender means another object, or one that is there no more. */
export function checkUid(context: WriteContext, current: Entry | undefined, given: string): void {
  const { endpoint, exchange, namespace, options } = context;
  const actual = current?.object().metadata.uid ?? '';
  if (given === actual) return;
  const { name } = exchange.info;
  const { config } = endpoint.resource.storage;
  // What is only tried does not get as far as the prefix of all keys.
  const prefix = options.dryRun ? config.prefix.replace(/^\/registry/, '') : config.prefix;
  const key = `${prefix}${config.namespaced ? `${namespace}/` : ''}${name}`;
  const why = `Precondition failed: UID in precondition: ${given}, UID in object meta: ${actual}`;
  throw conflict(
    endpoint.target,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  );
}

/** Updated is what an update came to. */
export interface Updated {
  readonly entry: Entry;
  readonly created: boolean;
}

/** Make answers the wanted object in the hub version, its caller's own; `current` is what is stored now. */
export type Make = (current: Entry | undefined) => Promise<AnyObject> | AnyObject;

/** Finished carries an object out of an update that took away the last thing that kept it from being removed. */
class Finished extends Error {
  constructor(
    readonly revision: number,
    readonly stored: AnyObject,
  ) {
    super('the deletion is finished');
  }
}

/** UpdateMode is how an update differs from a plain one. */
export interface UpdateMode {
  /** forceCreate creates a missing object whatever the kind says. */
  readonly forceCreate?: boolean;
  /** owned: the object's managedFields are right already. */
  readonly owned?: boolean;
  /** uid is that of the object which the sender means. */
  readonly uid?: string;
}

/** MAX_FINISH_TRIES bounds how often a removal is tried again because the object changed in between. */
const MAX_FINISH_TRIES = 16;

/** updateObject takes a change the whole way into storage, again from the beginning when somebody else was faster. */
export async function updateObject(context: WriteContext, make: Make, mode: UpdateMode = {}): Promise<Updated> {
  const { endpoint, options, namespace } = context;
  const { name } = context.exchange.info;
  const { storage } = endpoint.resource;
  let created = false;
  const change = async (current: Entry | undefined): Promise<object> => {
    created = current === undefined;
    return changed(context, current, make, mode);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      if (!options.dryRun) return { entry: await storage.guaranteedUpdate({ namespace, name }, change), created };
      const stored = (await change(await storage.get({ namespace, name }))) as AnyObject;
      return { entry: new LooseEntry(endpoint.resource, stored), created };
    } catch (error) {
      if (!(error instanceof Finished)) throw error;
      if (options.dryRun || (await remove(context, name, error.revision))) {
        return { entry: new LooseEntry(endpoint.resource, error.stored), created: false };
      }
      if (attempt >= MAX_FINISH_TRIES) throw conflict(endpoint.target, name, MODIFIED);
    }
  }
}

/** remove takes the object out of storage if it is still at this revision. */
async function remove({ endpoint, namespace }: WriteContext, name: string, revision: number): Promise<boolean> {
  const moved = new Error('the object has moved on');
  try {
    await endpoint.resource.storage.delete({ namespace, name }, current => {
      if (current.revision !== revision) throw moved;
    });
    return true;
  } catch (error) {
    if (error === moved) return false;
    throw error;
  }
}

async function changed(
  context: WriteContext,
  current: Entry | undefined,
  make: Make,
  mode: UpdateMode,
): Promise<AnyObject> {
  const { endpoint, services } = context;
  const { name } = context.exchange.info;
  if (mode.uid) checkUid(context, current, mode.uid);
  if (current) await endpoint.resource.load([current]);
  else if (!mode.forceCreate && !context.strategy.allowCreateOnUpdate) throw notFound(endpoint.target, name);
  else refuseCreate(endpoint);
  const object = await make(current);
  if (!mode.owned) await trackUpdate(context, current, object);
  if (!current) {
    const attributes = context.attributes('CREATE', name, object, undefined);
    await services.admission.admit(attributes);
    dedupOwners(object, true, text => context.exchange.warn(text));
    revisionOf(object.metadata?.resourceVersion ?? '');
    prepareNew(context, object);
    await services.admission.validate(attributes);
    return storedForm(endpoint, object);
  }
  const old = endpoint.resource.hubOf(current);
  const attributes = context.attributes('UPDATE', name, object, old);
  await services.admission.admit(attributes);
  context.admitted?.take(object, attributes.object as AnyObject);
  dedupOwners(object, true, text => context.exchange.warn(text));
  if (!locksLast(context)) lock(context, object, String(current.revision), name);
  if (context.mistyped) throw context.mistyped;
  carryMetadata(object, old, context.namespaced, context.namespace);
  context.strategy.prepareForUpdate?.(object, old, context.strategyContext);
  checkChange(context, object, old);
  if (locksLast(context)) lock(context, object, String(current.revision), name);
  context.strategy.canonicalize?.(object);
  await services.admission.validate(attributes);
  // What another part of the object defaults may have gone with this write: it would be there again when the object is read.
  endpoint.kind.defaults?.(object, services.emulated);
  const finished = finishesDeletion(object, old);
  const stored = await storedForm(endpoint, object);
  if (finished) throw new Finished(current.revision, stored);
  return stored;
}

/** locksLast: what the client has seen is compared with what is there only after the validation, which finds a wrong uid itself. */
function locksLast({ strategy, strategyContext }: WriteContext): boolean {
  return strategy.validatesBeforeLock?.(strategyContext) === true;
}

/** lock is the optimistic lock: a given resourceVersion has to be the present one; without one the kind decides. */
function lock({ endpoint, strategy }: WriteContext, object: AnyObject, present: string, name: string): void {
  const metadata = (object.metadata ??= {});
  const given = revisionOf(metadata.resourceVersion ?? '');
  if (given === 0) {
    if (strategy.allowUnconditionalUpdate ?? endpoint.kind.strategy.allowUnconditionalUpdate) {
      metadata.resourceVersion = present;
      return;
    }
    throw unlocked(endpoint, name);
  }
  if (String(given) !== present) throw conflict(endpoint.target, name, MODIFIED);
}

/** unlocked is the refusal of a write that does not say which state of the object it was made from. */
export function unlocked({ target }: Endpoint, name: string): StatusError {
  return invalid({ group: target.group, kind: target.resource }, name, [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0x0: must be specified for an update',
    },
  ]);
}
