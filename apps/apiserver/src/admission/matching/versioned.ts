import { apiVersionOf, type AnyObject, type GroupVersion, type KubeObject } from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';
import type { KindDefinition, Minor, ServedVersion } from '@navarch/kinds';

/** Versioned is a write as somebody sees it who asked for it in a certain version. */
export interface Versioned {
  readonly attributes: AdmissionAttributes;
  readonly version: GroupVersion;
  readonly object: KubeObject | null;
  readonly oldObject: KubeObject | null;
}

/** inVersion shows a write in one of the versions of its kind. What it answers is not to be changed: it may share with the write. */
export async function inVersion(
  attributes: AdmissionAttributes,
  version: GroupVersion | ServedVersion,
): Promise<Versioned> {
  const [object, oldObject] = await Promise.all([
    shown(attributes.object, attributes, version),
    shown(attributes.oldObject, attributes, version),
  ]);
  return { attributes, version, object, oldObject };
}

/** isOfOwnKind: what is sent to some subresources is of a kind in a group and version of its own, whatever those of the resource are. */
const isOfOwnKind = ({ kind, resource }: AdmissionAttributes): boolean => apiVersionOf(kind) !== apiVersionOf(resource);

/** shown is an object as it is in a version. */
async function shown(
  object: KubeObject | undefined,
  attributes: AdmissionAttributes,
  version: GroupVersion & Partial<ServedVersion>,
): Promise<KubeObject | null> {
  if (!object) return null;
  const apiVersion = apiVersionOf(isOfOwnKind(attributes) ? attributes.kind : version);
  const kind = object.kind ?? attributes.kind.kind;
  if (isOfOwnKind(attributes)) return { ...object, kind, apiVersion };
  const { fromHub, convert } = version;
  const own = apiVersionOf(attributes.kind);
  if (convert && apiVersion !== own) return convert({ ...structuredClone(object), kind, apiVersion: own } as AnyObject);
  if (!fromHub) return { ...object, kind, apiVersion };
  const copy = structuredClone(object) as Record<string, unknown>;
  fromHub(copy);
  return { ...copy, kind, apiVersion };
}

/** KindLookup finds a kind by the group and the plural of one of its versions. */
export type KindLookup = (group: string, resource: string) => KindDefinition | undefined;

/** toHub brings a changed object of a version back into the version that admission works in, with its defaults. Uses up its argument. */
export async function toHub(
  object: KubeObject,
  { attributes, version }: Versioned,
  kind: KindDefinition | undefined,
  emulated: Minor,
): Promise<KubeObject> {
  if (isOfOwnKind(attributes)) return object;
  const hub = kind?.versions.find(v => v.group === attributes.kind.group && v.version === attributes.kind.version);
  if (hub?.convert) return hub.convert(object as AnyObject);
  const conversion: Partial<ServedVersion> = version;
  conversion.defaults?.(object as AnyObject);
  conversion.toHub?.(object as AnyObject);
  object.apiVersion = apiVersionOf(attributes.kind);
  kind?.defaults?.(object, emulated);
  return object;
}

/** describeRequest is the AdmissionRequest of a write, without its identifier and its objects. */
export function describeRequest({ attributes, version }: Versioned): Record<string, unknown> {
  const { kind, resource, requested, subresource, user } = attributes;
  const { group, version: name } = version;
  const own = isOfOwnKind(attributes);
  return {
    kind: own ? kind : { group, version: name, kind: kind.kind },
    resource: { group, version: name, resource: resource.resource },
    ...(subresource && { subResource: subresource, requestSubResource: subresource }),
    requestKind: own ? kind : { group: requested.group, version: requested.version, kind: kind.kind },
    requestResource: { group: requested.group, version: requested.version, resource: resource.resource },
    ...(attributes.name && { name: attributes.name }),
    ...(attributes.namespace && { namespace: attributes.namespace }),
    operation: attributes.operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && { extra: user.extra }),
    },
    dryRun: attributes.dryRun,
    options: Object.keys(attributes.options).length ? attributes.options : null,
  };
}
