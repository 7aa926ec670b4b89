import type { KubeObject } from '@navarch/apimachinery';
import type { AdmissionAttributes, Operation, RequestContext } from '@navarch/apiserver-runtime';

/** subresourceAttributes describes a request to a subresource whose body is `object`. */
export function subresourceAttributes(
  context: RequestContext,
  operation: Operation,
  kind: { readonly group: string; readonly version: string; readonly kind: string },
  object: KubeObject | undefined,
): AdmissionAttributes {
  const { info, user, query } = context;
  return {
    operation,
    kind,
    resource: { group: info.group, version: info.version, resource: info.resource },
    requested: { group: info.group, version: info.version },
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    object,
    oldObject: undefined,
    options: operation === 'CREATE' ? createOptions(query) : {},
    user,
    dryRun: query.getAll('dryRun').includes('All'),
    warn: text => context.warn(text),
    annotate: (key, value) => context.annotate(key, value),
  };
}

/** createOptions are the options of a request as webhooks and policies see them. */
function createOptions(query: URLSearchParams): Readonly<Record<string, unknown>> {
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager');
  return {
    kind: 'CreateOptions',
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun.length && { dryRun }),
    ...(fieldManager && { fieldManager }),
  };
}
