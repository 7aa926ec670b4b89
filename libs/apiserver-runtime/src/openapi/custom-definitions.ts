import { openApiDefinitions, type OpenApiFlavour } from '@navarch/api';
import { isRecord } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Endpoint } from '../registry/resource';
import { listSchemaNameOf, schemaNameOf } from './operations';

/** customDefinitions are the definitions of custom resources and of their lists. */
export function customDefinitions(
  endpoints: readonly Endpoint[],
  flavour: OpenApiFlavour,
  emulated: Minor,
): Record<string, Schema> {
  const custom = endpoints.filter(endpoint => endpoint.custom);
  if (!custom.length) return {};
  const common = commonFields(flavour);
  const all = custom.map(endpoint => definitionsOf(endpoint, flavour, common, emulated));
  return Object.assign({}, ...all) as Record<string, Schema>;
}

type Schema = Record<string, unknown>;
type CommonFields = Record<'object' | 'list', Schema>;

/** commonFields are apiVersion, kind and metadata of objects and lists, as built-in kinds have them but for the default of the metadata. */
function commonFields(flavour: OpenApiFlavour): CommonFields {
  const name = 'io.k8s.api.core.v1.ConfigMap';
  const definitions = openApiDefinitions([name, `${name}List`], flavour);
  const pick = (of: string) => {
    const { apiVersion, kind, metadata } = definitions[of]!['properties'] as Record<string, Schema>;
    const { default: _, ...plain } = metadata!;
    return { apiVersion, kind, metadata: plain };
  };
  return { object: pick(name), list: pick(`${name}List`) };
}

/** LIST_TYPE_SINCE is the first release that says that a list of custom resources is an object. */
const LIST_TYPE_SINCE: Minor = 25;

const SELECTABLE = 'x-kubernetes-selectable-fields';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
const METADATA = `Standard object's metadata. More info: ${CONVENTIONS}#metadata`;
const LIST_METADATA = `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`;

function definitionsOf(
  endpoint: Endpoint,
  flavour: OpenApiFlavour,
  { object, list }: CommonFields,
  emulated: Minor,
): Record<string, Schema> {
  const name = schemaNameOf(endpoint);
  const { group, version } = endpoint.version;
  const ref = (to: string) => (flavour === 'v2' ? `#/definitions/${to}` : `#/components/schemas/${to}`);
  const own = endpoint.resource.custom?.openapi(flavour);
  const metadata = { ...(object['metadata'] as Schema), description: METADATA };
  const { fieldLabels = [] } = endpoint.kind;
  const kindOf = (kind: string) => ({
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
    ...(fieldLabels.length && { [SELECTABLE]: fieldLabels.map(fieldPath => ({ fieldPath })) }),
  });
  const listKind = endpoint.kind.listKind ?? `${endpoint.kindName}List`;
  const properties = () => ({ ...(own?.['properties'] as Schema | undefined), ...object, metadata });
  return {
    [name]: {
      ...(own ? withEmbedded({ ...own, properties: properties() }, flavour, metadata) : { type: 'object' }),
      ...kindOf(endpoint.kindName),
    },
    [listSchemaNameOf(endpoint)]: {
      description: `${listKind} is a list of ${endpoint.kindName}`,
      ...(emulated >= LIST_TYPE_SINCE && { type: 'object' }),
      required: ['items'],
      properties: {
        ...list,
        metadata: { ...(list['metadata'] as Schema), description: LIST_METADATA },
        items: {
          type: 'array',
          items: { $ref: ref(name) },
          description: `List of ${endpoint.kind.resource.resource}. More info: ${CONVENTIONS}`,
        },
      },
      ...kindOf(listKind),
    },
  };
}

/** TYPE_FIELDS are kind and version of embedded objects. */
const TYPE_FIELDS = {
  apiVersion: {
    type: 'string',
    description: `apiVersion defines the versioned schema of this representation of an object. More info: ${CONVENTIONS}#resources`,
  },
  kind: {
    type: 'string',
    description: `kind is a string value representing the type of this object. In CamelCase. More info: ${CONVENTIONS}#types-kinds`,
  },
};

/** withEmbedded adds to embedded objects what all objects have. Clients of version 2 would then take the rest for all there is. */
function withEmbedded(schema: Schema, flavour: OpenApiFlavour, metadata: Schema): Schema {
  const below = (part: unknown) => withEmbedded(part as Schema, flavour, metadata);
  const copy = { ...schema };
  if (isRecord(schema['properties']))
    copy['properties'] = Object.fromEntries(Object.entries(schema['properties']).map(([k, v]) => [k, below(v)]));
  for (const keyword of ['items', 'additionalProperties'])
    if (isRecord(schema[keyword])) copy[keyword] = below(schema[keyword]);
  const isOpen = flavour === 'v2' && schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema['x-kubernetes-embedded-resource'] || isOpen) return copy;
  copy['properties'] = { ...(copy['properties'] as Schema | undefined), ...TYPE_FIELDS, metadata };
  const required = (copy['required'] as string[] | undefined) ?? [];
  copy['required'] = [...required, ...['kind', 'apiVersion'].filter(name => !required.includes(name))];
  return copy;
}
