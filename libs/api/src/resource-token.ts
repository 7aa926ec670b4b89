import type { KubeObject } from '@navarch/apimachinery';

/** ResourceToken names a resource and carries, in its type only, what its objects look like. */
export interface ResourceToken<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** resource is the plural, as in paths. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** __object exists in the type only. */
  readonly __object?: T;
}

/** resource makes a token. */
export function resource<T extends KubeObject>(
  apiVersion: string,
  plural: string,
  kind: string,
  namespaced: boolean,
): ResourceToken<T> {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    resource: plural,
    kind,
    namespaced,
  };
}
