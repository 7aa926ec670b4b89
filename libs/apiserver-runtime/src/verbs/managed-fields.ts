import { decodeTyped, emptyObject } from '@navarch/api';
import {
  StatusError,
  apiVersionOf,
  deepClone,
  isRecord,
  managedFieldsForUpdate,
  type AnyObject,
  type ObjectMeta,
} from '@navarch/apimachinery';
import { merged } from '@navarch/base';
import type { StrategyContext } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Endpoint } from '../registry/resource';
import { inVersionOf, structureOf, withVersions } from './field-versions';
import type { Services } from './services';
import type { WriteContext } from './write-context';

/** SUBRESOURCE_SINCE is the first release that tells owners of a subresource's fields apart. */
const SUBRESOURCE_SINCE = 22;

/** emptyOf is what an object of an endpoint looks like before anything is set. */
export function emptyOf(endpoint: Endpoint, emulated: number): AnyObject {
  return endpoint.custom ? {} : (emptyObject(endpoint.version.schema, emulated) as AnyObject);
}

/** Tracked is what ownership needs to know of a write. */
export type Tracked = Pick<WriteContext, 'endpoint' | 'services' | 'manager' | 'strategy' | 'subresource'> & {
  readonly strategyContext: Pick<StrategyContext, 'now'>;
};

type Written = Pick<Tracked, 'subresource'> & { readonly services: Pick<Services, 'emulated'> };

/** managedSubresource is how managedFields name the endpoint that was written to. */
export function managedSubresource({ subresource, services: { emulated } }: Written): { subresource?: string } {
  return subresource && emulated >= SUBRESOURCE_SINCE ? { subresource } : {};
}

/** RESET_SINCE is the first release whose endpoints say which fields they take no change of. */
const RESET_SINCE = 21;

/** resetFieldsOf are the fields that an endpoint takes no change of: applying them owns nothing. */
export function resetFieldsOf({ endpoint, strategy, subresource, services }: Tracked): readonly string[] {
  if (services.emulated < RESET_SINCE) return [];
  if (subresource === 'status') return strategy.resets ?? ['spec'];
  return endpoint.kind.subresources?.status ? ['status'] : [];
}

/** trackUpdate records in a hub object that is about to be written who owns which fields, in the version of the request. */
export async function trackUpdate(context: Tracked, current: Entry | undefined, object: AnyObject): Promise<void> {
  const { endpoint, services, manager } = context;
  if (services.emulated < (endpoint.kind.ownedSince ?? 0)) return;
  const live = current ? endpoint.readObject(current) : emptyOf(endpoint, services.emulated);
  const updated = endpoint.isHub ? { ...object } : inOwnVersion(endpoint, object);
  // What this endpoint is going to take over from the present object is nobody's change.
  for (const path of resetFieldsOf(context)) takeOver(updated, live, path.split('.'));
  const tracked = trackedAs(endpoint, live, updated);
  const update = {
    schema: tracked.schema,
    apiVersion: tracked.apiVersion,
    live: tracked.live,
    // Another version drops the empty list that asks for owners to be forgotten.
    updated: withManagedFields(tracked.updated, object.metadata?.managedFields),
    manager,
    now: context.strategyContext.now,
    emulated: services.emulated,
    keepsOwners: context.subresource !== '',
    ...managedSubresource(context),
  };
  const managedFields = await withVersions(endpoint, inVersion =>
    managedFieldsForUpdate({ inVersion, ...update }),
  ).catch(unlessBuiltin(endpoint));
  const metadata = (object.metadata ??= {});
  if (managedFields) metadata.managedFields = managedFields;
  else delete metadata.managedFields;
}

const withManagedFields = (object: AnyObject, managedFields: ObjectMeta['managedFields']): AnyObject =>
  managedFields ? { ...object, metadata: merged(object.metadata ?? {}, { managedFields }) } : object;

function inOwnVersion(endpoint: Endpoint, object: AnyObject): AnyObject {
  const own = endpoint.fromHub(deepClone(object));
  if (endpoint.custom) return own;
  // An empty list that was sent is a change, where there was none.
  return decodeTyped(endpoint.version.schema, own, { emulated: endpoint.resource.emulated }).object as AnyObject;
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

/** takeOver brings a field of the live object into another one, whose parts above it are copied: they may be shared. */
function takeOver(object: Fields, live: Fields, [name, ...below]: readonly string[]): void {
  const theirs = live[name!];
  if (!below.length || !isRecord(object[name!])) {
    if (theirs === undefined) delete object[name!];
    else object[name!] = theirs;
    return;
  }
  const copy = { ...(object[name!] as Fields) };
  takeOver(copy, isRecord(theirs) ? theirs : {}, below);
  object[name!] = copy;
}

type Fields = Record<string, unknown>;

/** unlessBuiltin: where no webhook tells who owns what, nobody does. */
const unlessBuiltin = (endpoint: Endpoint) => (error: unknown) => {
  if (!endpoint.custom || !(error instanceof StatusError)) throw error;
  return undefined;
};
