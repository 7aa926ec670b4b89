import { fieldsOf, type OpenApiFlavour } from '@navarch/api';
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
    if (endpoint.custom) continue;
    const { schema } = endpoint.version;
    names.add(schema);
    names.add(schema.replace(/[^.]+$/, name => `${name}List`));
    if (endpoint.kind.subresources?.scale) names.add('io.k8s.api.autoscaling.v1.Scale');
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

function customDefinitions(endpoint: Endpoint, flavour: OpenApiFlavour): Record<string, Record<string, unknown>> {
  const name = schemaNameOf(endpoint);
  const { group, version } = endpoint.version;
  const ref = (to: string) => (flavour === 'v2' ? `#/definitions/${to}` : `#/components/schemas/${to}`);
  const own = (endpoint.resource.options.schemas?.get(version) ?? {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  }) as Record<string, unknown>;
  const text = { type: 'string' };
  const typeMeta = { apiVersion: text, kind: text };
  const kindOf = (kind: string) => ({ 'x-kubernetes-group-version-kind': [{ group, version, kind }] });
  const properties = {
    ...(own['properties'] as object | undefined),
    ...typeMeta,
    metadata: { $ref: ref(`${META}.ObjectMeta`) },
  };
  const listKind = endpoint.kind.listKind ?? `${endpoint.kindName}List`;
  return {
    [name]: { ...own, type: 'object', properties, ...kindOf(endpoint.kindName) },
    [`${name}List`]: {
      type: 'object',
      required: ['items'],
      properties: {
        ...typeMeta,
        items: { type: 'array', items: { $ref: ref(name) } },
        metadata: { $ref: ref(`${META}.ListMeta`) },
      },
      ...kindOf(listKind),
    },
  };
}
