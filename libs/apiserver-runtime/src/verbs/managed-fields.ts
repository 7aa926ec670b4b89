import { completeForOutput, emptyObject, typeSchema } from '@navarch/api';
import {
  deepClone,
  managedFieldsForUpdate,
  type AnyObject,
  type InVersion,
  type TypeSchema,
} from '@navarch/apimachinery';
import type { Entry } from '@navarch/storage';
import { fromHub, versionOf } from '../registry/conversion';
import type { Endpoint } from '../registry/resource';
import type { WriteContext } from './write-context';

/** SUBRESOURCE_SINCE is the first release that tells owners of a subresource's fields apart. */
const SUBRESOURCE_SINCE = 22;

/** structureOf is the schema by which fields of an endpoint's objects are owned and merged. */
export function structureOf(endpoint: Endpoint): TypeSchema {
  return endpoint.resource.custom?.structure ?? typeSchema(endpoint.version.schema);
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

/** inVersionOf shows objects of an endpoint in the other versions of their kind, whose fields entries of those versions own. */
export function inVersionOf(endpoint: Endpoint): InVersion | undefined {
  const { versions } = endpoint.kind;
  if (endpoint.custom || versions.length === 1) return undefined;
  return (object, apiVersion) => {
    const version = versionOf(versions, apiVersion);
    if (!version) return undefined;
    const hub = endpoint.toHub(completeForOutput(endpoint.version.schema, object, endpoint.resource.emulated));
    return { schema: typeSchema(version.schema), object: fromHub(hub, version) };
  };
}

/** trackUpdate records in a hub object that is about to be written who owns which fields, in the version of the request. */
export function trackUpdate(context: WriteContext, current: Entry | undefined, object: AnyObject): void {
  const { endpoint, services, manager } = context;
  const live = current ? endpoint.objectOf(current) : emptyOf(endpoint, services.emulated);
  const updated = endpoint.isHub ? { ...object } : endpoint.fromHub(deepClone(object));
  // What this endpoint is going to take over from the present object is nobody's change.
  if (context.subresource === 'status') takeOver(updated, live, 'spec');
  else if (endpoint.kind.subresources?.status) takeOver(updated, live, 'status');
  const managedFields = managedFieldsForUpdate({
    schema: structureOf(endpoint),
    live,
    updated,
    manager,
    apiVersion: endpoint.apiVersion,
    ...managedSubresource(context),
    now: context.strategyContext.now,
    inVersion: inVersionOf(endpoint),
  });
  const metadata = (object.metadata ??= {});
  if (managedFields) metadata.managedFields = managedFields;
  else delete metadata.managedFields;
}

function takeOver(object: AnyObject, live: AnyObject, name: string): void {
  if (live[name] === undefined) delete object[name];
  else object[name] = live[name];
}
