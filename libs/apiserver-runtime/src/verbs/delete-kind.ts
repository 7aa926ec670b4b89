import { parseApiVersion } from '@navarch/apimachinery';
import { apiVersionText, type BodyType } from '../encoding/body-type';
import { UNVERSIONED, knownType, notRegistered, schemeOf } from '../encoding/schemes';

/** DeleteScope is what a deletion is asked of: those who read its options know different kinds. */
export interface DeleteScope {
  /** assumed is the type of a body that does not say so. */
  readonly assumed: BodyType;
  readonly scheme: string;
  /** needsKind: a body of another version than the assumed one has to say of what kind it is. */
  readonly needsKind?: boolean;
  /** versionOf answers the version of the type that a kind is in the scheme; undefined: it has no such kind. */
  versionOf(type: BodyType): string | undefined;
}

/** VERSIONLESS are the kinds that are known whatever version they say; META those of the group meta.k8s.io. */
const VERSIONLESS = new Set(['DeleteOptions', 'CreateOptions', 'UpdateOptions']);
const META = new Set([
  ...['ListOptions', 'GetOptions', 'ExportOptions', 'PatchOptions', 'WatchEvent'],
  ...['Table', 'TableOptions', 'PartialObjectMetadata', 'PartialObjectMetadataList'],
]);

/** ofObject is the scope of a single object: its options count in whatever group and version they say they are of. */
export const ofObject: DeleteScope = {
  assumed: { kind: 'DeleteOptions', group: 'meta.k8s.io', version: 'v1' },
  scheme: 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27',
  versionOf({ kind, group, version }) {
    const isKnown =
      VERSIONLESS.has(kind) ||
      (group === '' && version === 'v1' && UNVERSIONED.has(kind)) ||
      (group === 'meta.k8s.io' && META.has(kind));
    return isKnown ? version : undefined;
  },
};

const CUSTOM = 'apiextensions.k8s.io';
/** READ_ONLY are versions in which nothing is served, and which are read all the same. */
const READ_ONLY = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1', 'imagepolicy.k8s.io/v1alpha1'];

/**
 * ofCollection is the scope of all objects of an endpoint's version: their options are of one that the scheme of its group knows. The
 * registry has the apiVersions of all built-in kinds.
 */
export function ofCollection(
  { group, version, custom }: { readonly group: string; readonly version: string; readonly custom: boolean },
  registry: { readonly knownVersions: ReadonlySet<string> },
): DeleteScope {
  const reader = custom ? CUSTOM : group;
  const own = apiVersionText({ group, version });
  const scheme = schemeOf(reader);
  const isKnown = (apiVersion: string) =>
    apiVersion === 'v1' ||
    apiVersion === own ||
    ((registry.knownVersions.has(apiVersion) || READ_ONLY.includes(apiVersion)) &&
      schemeOf(parseApiVersion(apiVersion)!.group) === scheme);
  return {
    assumed: { kind: 'DeleteOptions', group, version },
    scheme,
    needsKind: custom,
    versionOf(type) {
      if (UNVERSIONED.has(type.kind)) return 'v1';
      if (!isKnown(apiVersionText(type))) return undefined;
      return type.kind === 'DeleteOptions' ? 'v1' : knownType(reader, type, type.kind);
    },
  };
}

/** checkDeleteKind throws an Error for a body that is not DeleteOptions. */
export function checkDeleteKind(type: BodyType, scope: DeleteScope): void {
  const { kind } = type;
  const version = scope.versionOf(type);
  if (version === undefined) throw new Error(notRegistered(kind, apiVersionText(type), scope.scheme));
  if (kind !== 'DeleteOptions')
    throw new Error(`converting (${version}.${kind}) to (v1.DeleteOptions): unknown conversion`);
}
