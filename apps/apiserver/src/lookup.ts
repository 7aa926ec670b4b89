import type { ResourceToken } from '@navarch/api';
import { isNotFound, type KubeObject } from '@navarch/apimachinery';
import type { KubeClient, Lister } from '@navarch/client';
import type { Storage } from '@navarch/storage';

/** Lookup finds one object, in a cache first and then, since caches lag, by asking. */
export type Lookup<T extends KubeObject> = (namespace: string, name: string) => Promise<T | undefined>;

/** cachedLookup asks the API only for what the cache does not have. */
export function cachedLookup<T extends KubeObject>(
  cache: Pick<Lister<T>, 'get'>,
  client: KubeClient,
  token: ResourceToken<T>,
): Lookup<T> {
  const live = liveLookup(client, token);
  return async (namespace, name) => cache.get(namespace, name) ?? live(namespace, name);
}

/** liveLookup always asks the API. */
export function liveLookup<T extends KubeObject>(client: KubeClient, token: ResourceToken<T>): Lookup<T> {
  return async (namespace, name) => {
    try {
      return await client.resource(token).get(namespace, name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
}

/** storedLookup reads the watch cache, and waits for it to be as fresh as etcd for what it does not have. For kinds that are stored in their hub version. */
export function storedLookup<T extends KubeObject>(storage: () => Storage): Lookup<T> {
  return async (namespace, name) => {
    const path = { namespace, name };
    const entry = (await storage().get(path, { atLeast: 0 })) ?? (await storage().get(path));
    return entry?.object() as T | undefined;
  };
}
