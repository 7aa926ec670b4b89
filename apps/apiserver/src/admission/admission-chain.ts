import type { KubeObject } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin, Operation, RequestContext } from '@navarch/apiserver-runtime';

/** AdmissionChain runs the plugins for what does not go through a plain write: bindings, evictions, tokens, connections. */
export class AdmissionChain {
  constructor(private readonly plugins: () => readonly AdmissionPlugin[]) {}

  /** run lets every plugin that handles the write admit, then validate it; the first refusal is thrown. `check` comes between the two. */
  async run(attributes: AdmissionAttributes, check?: () => void): Promise<void> {
    const plugins = this.plugins().filter(plugin => plugin.handles(attributes));
    for (const plugin of plugins) await plugin.admit?.(attributes);
    check?.();
    for (const plugin of plugins) await plugin.validate?.(attributes);
  }
}

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
    options: {},
    user,
    dryRun: query.getAll('dryRun').includes('All'),
    warn: text => context.warn(text),
    annotate: (key, value) => context.annotate(key, value),
  };
}
