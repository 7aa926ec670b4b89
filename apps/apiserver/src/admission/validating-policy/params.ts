import type { ResourceToken } from '@navarch/api';
import { isNotFound, parseApiVersion, selectorFromLabelSelector, type KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import type { KindToResource } from '../owner-references';
import type { Binding, Policy } from './policy';

export interface ParamSource {
  readonly client: KubeClient;
  readonly resourceOf: KindToResource;
}

/**
 * findParams are the objects that a binding gives its policy, one evaluation for each: `null` if it needs none, nothing if there are
 * none and that is fine. It throws an Error that says why the binding cannot be put into effect.
 */
export async function findParams(
  { spec: policy }: Policy,
  { spec: binding }: Binding,
  namespace: string,
  { client, resourceOf }: ParamSource,
): Promise<readonly (KubeObject | null)[]> {
  const { paramKind } = policy ?? {};
  const { paramRef } = binding ?? {};
  if (!paramKind || !paramRef) return [null];
  const { group, version } = parseApiVersion(paramKind.apiVersion ?? '') ?? { group: '', version: '' };
  const kind = paramKind.kind ?? '';
  const found = resourceOf(group, version, kind);
  if (!found) throw new Error(`paramKind kind \`${paramKind.apiVersion}, Kind=${kind}\` not known`);
  const token: ResourceToken = { group, version, kind, ...found };
  const params = await read(client, token, placeOf(found.namespaced, paramRef.namespace, namespace), paramRef);
  if (!params.length && paramRef.parameterNotFoundAction !== 'Allow')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  return params;
}

function placeOf(namespaced: boolean, wanted: string | undefined, own: string): string {
  if (!namespaced) {
    if (wanted) throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return '';
  }
  const namespace = wanted || own;
  if (!namespace)
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return namespace;
}

async function read(
  client: KubeClient,
  token: ResourceToken,
  namespace: string,
  { name, selector }: NonNullable<NonNullable<Binding['spec']>['paramRef']>,
): Promise<KubeObject[]> {
  const resource = client.resource(token);
  const typed = (object: KubeObject) => ({
    ...object,
    kind: token.kind,
    apiVersion: token.group ? `${token.group}/${token.version}` : token.version,
  });
  if (selector) {
    const { items } = await resource.list(namespace, { labelSelector: selectorFromLabelSelector(selector).toString() });
    return items.map(typed);
  }
  try {
    return [typed(await resource.get(namespace, name ?? ''))];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
