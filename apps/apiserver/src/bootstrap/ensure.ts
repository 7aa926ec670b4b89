import { isAlreadyExists, type KubeObject } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';

/** ensure creates an object unless it is there; answers what is there then. Another apiserver may be doing the same. */
export async function ensure<T extends KubeObject>(store: Store<T>, object: T): Promise<T> {
  const { namespace = '', name = '' } = object.metadata ?? {};
  const there = await store.get(namespace, name);
  if (there) return there;
  try {
    return await store.create(object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return (await store.get(namespace, name)) ?? object;
  }
}
