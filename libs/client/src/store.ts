import { keyString, objectKey, type KubeObject } from '@navarch/apimachinery';
import type { IndexFunction, Lister } from './interfaces';

const NAMESPACE_INDEX = 'namespace';

/** Store keeps objects by namespace/name, with indexes. It is what an informer's lister reads. */
export class Store<T extends KubeObject> implements Lister<T> {
  private readonly objects = new Map<string, T>();
  /** indexes map a value to the keys of the objects that have it; always in step with `objects`. */
  private readonly indexes = new Map<string, { fn: IndexFunction<T>; keys: Map<string, Set<string>> }>();

  constructor() {
    this.addIndex(NAMESPACE_INDEX, object => [object.metadata?.namespace ?? '']);
  }

  get(namespace: string, name: string): T | undefined {
    return this.objects.get(keyString({ namespace, name }));
  }

  getByKey(key: string): T | undefined {
    return this.objects.get(key);
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined || namespace === ''
      ? [...this.objects.values()]
      : this.byIndex(NAMESPACE_INDEX, namespace);
  }

  /** byIndex throws for an index that was never added: a typing error, not an empty answer. */
  byIndex(index: string, value: string): readonly T[] {
    const found = this.indexes.get(index);
    if (!found) throw new Error(`there is no index ${JSON.stringify(index)}`);
    return [...(found.keys.get(value) ?? [])].map(key => this.objects.get(key)!);
  }

  /** addIndex adds an index over what is and what comes; a no-op if the name is taken. */
  addIndex(name: string, fn: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const index = { fn, keys: new Map<string, Set<string>>() };
    this.indexes.set(name, index);
    for (const [key, object] of this.objects) addTo(index, key, object);
  }

  /** set stores an object and answers the one it replaces. */
  set(object: T): T | undefined {
    const key = keyString(objectKey(object));
    const old = this.objects.get(key);
    if (old) this.unindex(key, old);
    this.objects.set(key, object);
    for (const index of this.indexes.values()) addTo(index, key, object);
    return old;
  }

  /** remove deletes by key and answers what was there. */
  remove(key: string): T | undefined {
    const old = this.objects.get(key);
    if (!old) return undefined;
    this.unindex(key, old);
    this.objects.delete(key);
    return old;
  }

  keys(): IterableIterator<string> {
    return this.objects.keys();
  }

  private unindex(key: string, object: T): void {
    for (const { fn, keys } of this.indexes.values()) {
      for (const value of fn(object)) {
        const set = keys.get(value);
        if (set?.delete(key) && !set.size) keys.delete(value);
      }
    }
  }
}

function addTo<T>(index: { fn: IndexFunction<T>; keys: Map<string, Set<string>> }, key: string, object: T): void {
  for (const value of index.fn(object)) {
    const set = index.keys.get(value);
    if (set) set.add(key);
    else index.keys.set(value, new Set([key]));
  }
}
