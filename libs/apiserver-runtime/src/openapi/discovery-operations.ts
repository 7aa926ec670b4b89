import type { ServedGroup } from '../discovery/served-groups';
import { clientName, tagOf, type OpenApiOperation } from './operation';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const operation = (path: string, id: string, tag: string, description: string, kind: string): OpenApiOperation => ({
  ...{ path, method: 'get', id, tag, description, parameters: [] },
  ...{ consumes: MEDIA, produces: MEDIA, answers: { 200: `${META}.${kind}` } },
});

/** allVersions and allGroups are the operations of /api and /apis. */
export const allVersions = (): OpenApiOperation =>
  operation('/api/', 'getCoreAPIVersions', 'core', 'get available API versions', 'APIVersions');
export const allGroups = (): OpenApiOperation =>
  operation('/apis/', 'getAPIVersions', 'apis', 'get available API versions', 'APIGroupList');

/** aboutGroup is the operation that tells of one group; the core has none. */
export function aboutGroup({ group }: ServedGroup): OpenApiOperation {
  return operation(
    `/apis/${group}/`,
    `get${clientName(group, true)}APIGroup`,
    tagOf(group),
    'get information of a group',
    'APIGroup',
  );
}

/** aboutVersion is the operation that lists the resources of one version. */
export function aboutVersion(group: string, version: string): OpenApiOperation {
  return operation(
    group ? `/apis/${group}/${version}/` : `/api/${version}/`,
    `get${clientName(group || 'core', true)}${clientName(version, true)}APIResources`,
    tagOf(group, version),
    'get available resources',
    'APIResourceList',
  );
}
