import { defNameOf } from '@navarch/api';
import { apiVersionText, type BodyType } from '../encoding/body-type';
import { notRegistered, schemeOf } from '../encoding/schemes';

/** DeleteScope is what a deletion is asked of: those who read its options know different kinds. */
export type DeleteScope = 'object' | 'collection' | 'customCollection';

/** META_SCHEME is how messages name who reads options for an object. */
const META_SCHEME = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';

/** VERSIONLESS are the kinds that are known whatever version they say; META those of the group meta.k8s.io. */
const VERSIONLESS = new Set(['CreateOptions', 'UpdateOptions']);
const UNVERSIONED = new Set(['Status', 'APIVersions', 'APIGroupList', 'APIGroup', 'APIResourceList']);
const META = new Set([
  ...['ListOptions', 'GetOptions', 'ExportOptions', 'PatchOptions', 'WatchEvent'],
  ...['Table', 'TableOptions', 'PartialObjectMetadata', 'PartialObjectMetadataList'],
]);

/** checkDeleteKind throws an Error for a body that is not DeleteOptions; those count in whatever group and version they say they are of. */
export function checkDeleteKind(type: BodyType, scope: DeleteScope): void {
  const { kind, version } = type;
  if (kind === 'DeleteOptions') return;
  if (isKnown(type, scope))
    throw new Error(`converting (${version}.${kind}) to (v1.DeleteOptions): unknown conversion`);
  const apiVersion = apiVersionText(type);
  if (scope === 'collection') throw new Error(notRegistered(kind, apiVersion));
  throw new Error(notRegistered(kind, apiVersion, scope === 'object' ? META_SCHEME : schemeOf('apiextensions.k8s.io')));
}

function isKnown({ kind, group, version }: BodyType, scope: DeleteScope): boolean {
  if (scope === 'customCollection') return false;
  if (scope === 'collection') return group !== 'meta.k8s.io' && defNameOf(group, version, kind) !== undefined;
  if (VERSIONLESS.has(kind)) return true;
  if (group === '' && version === 'v1') return UNVERSIONED.has(kind);
  return group === 'meta.k8s.io' && META.has(kind);
}
