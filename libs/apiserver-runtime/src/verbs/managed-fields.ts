import { completeForOutput, emptyObject, typeSchema } from '@navarch/api';
import {
  apiVersionOf,
  deepClone,
  managedFieldsForUpdate,
  type AnyObject,
  type InVersion,
  type ObjectMeta,
  type TypeSchema,
} from '@navarch/apimachinery';
import type { Entry } from '@navarch/storage';
import { fromHub, toHub, versionOf } from '../registry/conversion';
import type { Endpoint } from '../registry/resource';
import type { WriteContext } from './write-context';

/** SUBRESOURCE_SINCE is the first release that tells owners of a subresource's fields apart. */
const SUBRESOURCE_SINCE = 22;

/** structureOf is the schema by which fields of an endpoint's objects are owned and merged. */
export function structureOf(endpoint: Endpoint): TypeSchema {
  return endpoint.resource.custom?.structure ?? typeSchema(endpoint.version.schema, endpoint.resource.emulated);
}

/** emptyOf is what an object of an endpoint looks like before anything is set. */
export function emptyOf(endpoint: Endpoint, emulated: number): AnyObject {
  return endpoint.custom ? {} : (emptyObject(endpoint.version.schema, emulated) as AnyObject);
}

/** managedSubresource is how managedFields name the endpoint that was written to. */
export function managedSubresource({ subresource, services }: WriteContext): { subresource?: string } {
  return subresource && services.emulated >= SUBRESOURCE_SINCE ? { subresource } : {};
}

/** RESET_SINCE is the first release whose endpoints say which fields they take no change of. */
const RESET_SINCE = 21;

/** resetFieldsOf are the fields that an endpoint takes no change of: applying them owns nothing. */
export function resetFieldsOf({ endpoint, subresource, services }: WriteContext): readonly string[] {
  if (services.emulated < RESET_SINCE) return [];
  if (subresource === 'status') return ['spec'];
  return endpoint.kind.subresources?.status ? ['status'] : [];
}

/**
 * inVersionOf shows objects of a kind in its other versions, whose fields entries of those versions own. Structures of the core
 * group and those of named groups are known apart: an event of one has no owners in the other.
 */
export function inVersionOf(endpoint: Endpoint): InVersion {
  const { versions } = endpoint.kind;
  const { emulated, hub } = endpoint.resource;
  return (object, apiVersion) => {
    const version = versionOf(versions, apiVersion);
    const own = versionOf(versions, object.apiVersion ?? '');
    if (!version || !own || (version.group === '') !== (endpoint.version.group === '')) return undefined;
    const schema = endpoint.custom ? structureOf(endpoint) : typeSchema(version.schema, emulated);
    if (version === own) return { schema, object };
    if (endpoint.custom) return { schema, object: { ...object, apiVersion } };
    return { schema, object: fromHub(toHub(completeForOutput(own.schema, object, emulated), own, hub), version) };
  };
}

/** trackUpdate records in a hub object that is about to be written who owns which fields, in the version of the request. */
export function trackUpdate(context: WriteContext, current: Entry | undefined, object: AnyObject): void {
  const { endpoint, services, manager } = context;
  if (services.emulated < (endpoint.kind.ownedSince ?? 0)) return;
  const live = current ? endpoint.readObject(current) : emptyOf(endpoint, services.emulated);
  const updated = endpoint.isHub ? { ...object } : inOwnVersion(endpoint, object);
  // What this endpoint is going to take over from the present object is nobody's change.
  for (const name of resetFieldsOf(context)) takeOver(updated, live, name);
  const tracked = trackedAs(endpoint, live, updated);
  const managedFields = managedFieldsForUpdate({
    ...tracked,
    // Another version drops the empty list that asks for owners to be forgotten.
    updated: withManagedFields(tracked.updated, object.metadata?.managedFields),
    manager,
    ...managedSubresource(context),
    now: context.strategyContext.now,
    emulated: services.emulated,
    inVersion: inVersionOf(endpoint),
    keepsOwners: context.subresource !== '',
  });
  const metadata = (object.metadata ??= {});
  if (managedFields) metadata.managedFields = managedFields;
  else delete metadata.managedFields;
}

const withManagedFields = (object: AnyObject, managedFields: ObjectMeta['managedFields']): AnyObject =>
  managedFields ? { ...object, metadata: { ...object.metadata, managedFields } } : object;

function inOwnVersion(endpoint: Endpoint, object: AnyObject): AnyObject {
  const own = endpoint.fromHub(deepClone(object));
  return endpoint.custom ? own : completeForOutput(endpoint.version.schema, own, endpoint.resource.emulated);
}

/** trackedAs gives the objects of a write the version that their fields are owned in. */
function trackedAs(endpoint: Endpoint, live: AnyObject, updated: AnyObject) {
  const apiVersion = apiVersionOf(endpoint.tracked);
  if (endpoint.tracked === endpoint.version) return { schema: structureOf(endpoint), apiVersion, live, updated };
  const inVersion = inVersionOf(endpoint);
  const [before, after] = [live, updated].map(object =>
    inVersion({ ...object, apiVersion: endpoint.apiVersion }, apiVersion)!,
  );
  return { schema: after!.schema, apiVersion, live: before!.object, updated: after!.object };
}

function takeOver(object: AnyObject, live: AnyObject, name: string): void {
  if (live[name] === undefined) delete object[name];
  else object[name] = live[name];
}
