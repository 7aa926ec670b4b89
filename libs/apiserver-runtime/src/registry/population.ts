import type { Population, RequestInfo } from '../interfaces';
import type { Registry } from './registry';

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
