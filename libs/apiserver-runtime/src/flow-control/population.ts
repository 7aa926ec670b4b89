import type { RequestInfo } from '../interfaces';
import type { Registry } from '../registry/registry';

/** Population is how much there is of what a request is about, as the caches know without asking anybody. */
export interface Population {
  /** objects of its resource; undefined where that is not known. */
  objects(info: RequestInfo): number | undefined;
  /** watchers that a write to its object concerns. */
  watchers(info: RequestInfo): number;
}

/** populationOf looks at the resources of a registry; what is not stored here is not known. */
export function populationOf(registry: Registry): Population {
  const storageOf = ({ group, resource }: RequestInfo) => {
    const found = registry.resource(group, resource);
    return found && !found.isVirtual ? found.storage : undefined;
  };
  return {
    objects(info) {
      const count = storageOf(info)?.count();
      return typeof count === 'number' ? count : undefined;
    },
    watchers: info => storageOf(info)?.watchers(info) ?? 0,
  };
}
