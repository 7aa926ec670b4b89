import { badRequest, fieldSelector, type FieldSelector } from '@navarch/apimachinery';
import type { Endpoint } from '../registry/resource';

/** checkFieldLabels refuses what the kind cannot select by, and answers the selector in the hub's field names. */
export function checkFieldLabels(endpoint: Endpoint, selector: FieldSelector): FieldSelector {
  if (selector.empty) return selector;
  const { fieldLabels = [] } = endpoint.kind;
  const own = endpoint.version.fieldLabels;
  const requirements = selector.requirements.map(requirement => {
    const { field } = requirement;
    if (field === 'metadata.name' || (field === 'metadata.namespace' && knowsNamespace(endpoint))) return requirement;
    const hub = own
      ? Object.hasOwn(own, field)
        ? own[field]
        : undefined
      : fieldLabels.includes(field)
        ? field
        : undefined;
    if (hub === undefined) throw badRequest(unsupported(endpoint, field));
    return hub === field ? requirement : { ...requirement, field: hub };
  });
  return own ? fieldSelector(requirements) : selector;
}

/** knowsNamespace: neither custom resources outside namespaces nor cluster-scoped kinds with labels of their own go by a namespace. */
function knowsNamespace({ kind, resource, custom }: Endpoint): boolean {
  return resource.namespaced || !(custom || kind.fieldLabels?.length);
}

function unsupported({ kind, version, custom }: Endpoint, field: string): string {
  if (version.unknownFieldLabel) return version.unknownFieldLabel(field);
  if (kind.unknownFieldLabel) return kind.unknownFieldLabel(field);
  if (custom || kind.fieldLabels?.length) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
