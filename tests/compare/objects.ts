import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Server } from './server';

/** Kind is one version of a resource that can be created, as discovery shows it. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
}

/** KubeObject is a whole object, as it is sent. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name?: string };
  [field: string]: unknown;
}

interface ResourceList {
  kind: string;
  groupVersion: string;
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

interface GroupList {
  groups: { versions: { groupVersion: string }[] }[];
}

/**
 * kindsOf asks the reference what it serves of our groups: every version of every resource whose objects can be created. Which groups there are
 * is asked of ours: a server of extensions alone keeps no list.
 */
export async function kindsOf(reference: Server, ours: Server): Promise<Kind[]> {
  const get = async <T>(server: Server, path: string) => (await server.ask({ method: 'GET', path })).body as T;
  const { groups } = await get<GroupList>(ours, '/apis');
  const versions = groups.flatMap(group => group.versions.map(version => `/apis/${version.groupVersion}`));
  const lists = await Promise.all(['/api/v1', ...versions].map(root => get<ResourceList>(reference, root)));
  // A group may be out of reach, or not be there.
  const served = lists.filter(list => list.kind === 'APIResourceList');
  return served.flatMap(({ groupVersion, resources }) => {
    const [version, group = ''] = groupVersion.split('/').reverse() as [string, string?];
    return resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('create') && verbs.includes('get'))
      .map(({ name, kind, namespaced }): Kind => {
        const hasStatus = resources.some(other => other.name === `${name}/status`);
        return { group, version, resource: name, kind, namespaced, hasStatus };
      });
  });
}

/** apiVersionOf is `v1` or `apps/v1`. */
export const apiVersionOf = ({ group, version }: Kind): string => (group ? `${group}/${version}` : version);

/** pathOf is where the objects of a kind are, in a namespace if they have one. */
export function pathOf(kind: Kind, namespace: string): string {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  return `${root}${kind.namespaced ? `/namespaces/${namespace}` : ''}/${kind.resource}`;
}

/** readObjects reads the valid objects (lists in JSON files) of a folder, by `apiVersion/kind`. */
export function readObjects(folder: string): Map<string, KubeObject[]> {
  const byKind = new Map<string, KubeObject[]>();
  const files = readdirSync(folder).filter(file => file.endsWith('.json'));
  for (const file of files.sort()) {
    for (const object of JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as KubeObject[]) {
      const key = `${object.apiVersion}/${object.kind}`;
      byKind.set(key, [...(byKind.get(key) ?? []), object]);
    }
  }
  return byKind;
}
