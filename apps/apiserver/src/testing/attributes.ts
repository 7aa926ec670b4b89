import type { KubeObject, UserInfo } from '@navarch/apimachinery';
import type { AdmissionAttributes, AuthorizationAttributes } from '@navarch/apiserver-runtime';

/** attributes makes admission attributes for tests of plugins: the creation of a pod by nobody in particular, unless said otherwise. */
export function attributes(
  object: object | undefined,
  change: Partial<AdmissionAttributes> = {},
): AdmissionAttributes & { readonly warnings: string[]; readonly annotations: Record<string, string> } {
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  return {
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    requested: { group: '', version: 'v1' },
    subresource: '',
    namespace: 'ns',
    name: 'x',
    object: object as KubeObject | undefined,
    oldObject: undefined,
    options: {},
    user: { name: 'alice', groups: [] },
    dryRun: false,
    warn: text => void warnings.push(text),
    annotate: (key, value) => void (annotations[key] ??= value),
    ...change,
    warnings,
    annotations,
  };
}

/** onResource is the change that makes attributes be about another resource. */
export function onResource(resource: string, kind: string, group = ''): Partial<AdmissionAttributes> {
  return {
    kind: { group, version: 'v1', kind },
    resource: { group, version: 'v1', resource },
    requested: { group, version: 'v1' },
  };
}

/** found is a Lookup that knows these objects. */
export function found<T extends KubeObject>(
  ...objects: T[]
): (namespace: string, name: string) => Promise<T | undefined> {
  return (namespace, name) =>
    Promise.resolve(objects.find(one => (one.metadata?.namespace ?? '') === namespace && one.metadata?.name === name));
}

/** authorizationAttributes are about pods in the namespace `ns`, unless said otherwise. */
export function authorizationAttributes(
  user: UserInfo,
  verb: string,
  change: Partial<AuthorizationAttributes> = {},
): AuthorizationAttributes {
  return {
    ...{ user, verb, isResourceRequest: true, group: '', version: 'v1', resource: 'pods', subresource: '' },
    ...{ namespace: 'ns', name: '', path: '' },
    ...change,
  };
}
