import { resource, type ResourceToken, type metav1 } from '@navarch/api';
import { isNotFound, type KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';

/** DiscoveredResource is one resource as the server serves it now. */
export interface DiscoveredResource {
  readonly token: ResourceToken<KubeObject>;
  readonly verbs: ReadonlySet<string>;
}

/** Discovery is what the server serves, each resource in its group's preferred version, and the group versions that did not answer. */
export interface Discovery {
  readonly resources: readonly DiscoveredResource[];
  /** kinds finds the resource of an apiVersion and kind, of all versions: kindKey(apiVersion, kind). */
  readonly kinds: ReadonlyMap<string, ResourceToken<KubeObject>>;
  readonly failures: readonly { groupVersion: string; error: unknown }[];
}

/** kindKey is the key of Discovery.kinds. */
export const kindKey = (apiVersion: string, kind: string) => `${apiVersion}/${kind}`;

/** discover asks the server for all resources. A group version that fails does not hide the others. */
export async function discover(client: KubeClient): Promise<Discovery> {
  const groups = await read<metav1.APIGroupList>(client, '/apis');
  const resources = new Map<string, DiscoveredResource>();
  const kinds = new Map<string, ResourceToken<KubeObject>>();
  const failures: { groupVersion: string; error: unknown }[] = [];
  // Preferred versions first: a resource that only another version has is added after.
  const others: string[] = [];
  const preferred = ['v1'];
  for (const group of groups.groups ?? []) {
    const first = group.preferredVersion?.groupVersion ?? group.versions[0]?.groupVersion;
    if (first) preferred.push(first);
    for (const version of group.versions) if (version.groupVersion !== first) others.push(version.groupVersion);
  }
  for (const groupVersion of [...preferred, ...others]) {
    try {
      const path = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
      for (const entry of (await read<metav1.APIResourceList>(client, path)).resources ?? [])
        add(resources, kinds, groupVersion, entry);
    } catch (error) {
      // The group went away since it was listed.
      if (!isNotFound(error)) failures.push({ groupVersion, error });
    }
  }
  return { resources: [...resources.values()], kinds, failures };
}

function add(
  resources: Map<string, DiscoveredResource>,
  kinds: Map<string, ResourceToken<KubeObject>>,
  groupVersion: string,
  entry: metav1.APIResource,
): void {
  if (entry.name.includes('/')) return;
  const token = resource(groupVersion, entry.name, entry.kind, entry.namespaced);
  if (!kinds.has(kindKey(groupVersion, entry.kind))) kinds.set(kindKey(groupVersion, entry.kind), token);
  const id = `${token.group}/${token.resource}`;
  if (!resources.has(id)) resources.set(id, { token, verbs: new Set(entry.verbs) });
}

async function read<T>(client: KubeClient, path: string): Promise<T> {
  const { body } = await client.transport.send({ method: 'GET', path, headers: { accept: 'application/json' } });
  return JSON.parse(body.toString('utf8')) as T;
}
