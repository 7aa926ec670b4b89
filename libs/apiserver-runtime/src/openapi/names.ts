import { fieldsOf, openApiDefinitions, type OpenApiFlavour } from '@navarch/api';
import type { Endpoint } from '../registry/resource';
import { schemaNameOf } from './operations';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const always = ['DeleteOptions', 'Status', 'ObjectMeta', 'ListMeta', 'Patch'].map(kind => `${META}.${kind}`);

/** Definitions of custom resources, by flavour. */
export type CustomDefinitions = (flavour: OpenApiFlavour) => Record<string, Record<string, unknown>>;

/** definitionNames are the built-in definitions that endpoints need, and a maker of the custom ones. */
export function definitionNames(endpoints: readonly Endpoint[]): { names: string[]; custom: CustomDefinitions } {
  const names = new Set(always);
  for (const endpoint of endpoints) {
    if (endpoint.kind.subresources?.scale) names.add('io.k8s.api.autoscaling.v1.Scale');
    if (endpoint.custom) continue;
    const { schema } = endpoint.version;
    names.add(schema);
    names.add(schema.replace(/[^.]+$/, name => `${name}List`));
    for (const { kind, group, version } of Object.values(endpoint.kind.subresources?.connects ?? {})) {
      if (group && version) names.add(`io.k8s.api.${group.split('.')[0]}.${version}.${kind}`);
    }
  }
  return {
    names: [...names].filter(name => fieldsOf(name) !== undefined),
    custom: flavour =>
      Object.assign({}, ...endpoints.filter(e => e.custom).map(e => customDefinitions(e, flavour))) as Record<
        string,
        Record<string, unknown>
      >,
  };
}

/** commonFields are apiVersion, kind and metadata of objects and lists, as built-in kinds have them. */
function commonFields(flavour: OpenApiFlavour): Record<'object' | 'list', Record<string, unknown>> {
  const name = 'io.k8s.api.core.v1.ConfigMap';
  const definitions = openApiDefinitions([name, `${name}List`], flavour);
  const pick = (of: string) => {
    const { apiVersion, kind, metadata } = definitions[of]!['properties'] as Record<string, unknown>;
    return { apiVersion, kind, metadata };
  };
  return { object: pick(name), list: pick(`${name}List`) };
}

function customDefinitions(endpoint: Endpoint, flavour: OpenApiFlavour): Record<string, Record<string, unknown>> {
  const name = schemaNameOf(endpoint);
  const { group, version } = endpoint.version;
  const ref = (to: string) => (flavour === 'v2' ? `#/definitions/${to}` : `#/components/schemas/${to}`);
  const own = endpoint.resource.custom?.openapi(flavour) ?? {};
  const { object, list } = commonFields(flavour);
  const kindOf = (kind: string) => ({ 'x-kubernetes-group-version-kind': [{ group, version, kind }] });
  const properties = {
    ...(own['properties'] as object | undefined),
    ...object,
  };
  const listKind = endpoint.kind.listKind ?? `${endpoint.kindName}List`;
  return {
    [name]: { ...own, type: 'object', properties, ...kindOf(endpoint.kindName) },
    [`${name}List`]: {
      description: `${listKind} is a list of ${endpoint.kindName}`,
      type: 'object',
      required: ['items'],
      properties: {
        ...list,
        items: {
          type: 'array',
          items: { $ref: ref(name) },
          description: `List of ${endpoint.kind.resource.resource}.`,
        },
      },
      ...kindOf(listKind),
    },
  };
}
