import { deduced, getOwn, scalar, untyped, type FieldSchema, type TypeSchema } from '@navarch/apimachinery';
import type { SchemaNode } from './node';

const SCALARS: Readonly<Record<string, TypeSchema>> = {
  string: { ...scalar, scalarType: 'string' },
  boolean: { ...scalar, scalarType: 'boolean' },
  integer: { ...scalar, scalarType: 'numeric' },
  number: { ...scalar, scalarType: 'numeric' },
};

/** OPEN_SINCE is the release from which what is not declared is owned field by field, wherever it stands. */
const OPEN_SINCE = 27;

/** Reading is how a schema is read. */
interface Reading {
  /** metadata is the structure of ObjectMeta. */
  readonly metadata: TypeSchema;
  /** opensMaps: what nothing is said of is owned field by field; else only in an object that preserves what it does not know. */
  readonly opensMaps: boolean;
  /** keeps: an object around this place preserves what it does not know, and so do all objects in it. */
  readonly keeps: boolean;
}

/**
 * structureOf is a schema as merging and field ownership see it in a release (20, 33); `metadata` is the structure of ObjectMeta.
 * Without a schema nothing is known, not even of the metadata.
 */
export function structureOf(root: SchemaNode | undefined, metadata: TypeSchema, emulated: number): TypeSchema {
  if (!root) return deduced;
  return typeOf(root, { metadata, opensMaps: emulated >= OPEN_SINCE, keeps: false }, true);
}

function typeOf(node: SchemaNode, reading: Reading, isResource = node.embedded): TypeSchema {
  if (node.intOrString) return scalar;
  const fitting = getOwn(SCALARS, node.type) as TypeSchema | undefined;
  if (fitting) return fitting;
  if (node.type === 'array') return listOf(node, reading);
  if (node.properties.size || isResource) return objectOf(node, reading, isResource);
  return node.type === 'object' ? mapOf(node, reading) : anything(reading);
}

function listOf(node: SchemaNode, reading: Reading): TypeSchema {
  const { items, listType } = node;
  const keyDefaults = Object.fromEntries(
    node.mapKeys.map(key => [key, items?.properties.get(key)?.default]).filter(([, value]) => value !== undefined),
  ) as Record<string, unknown>;
  return {
    kind: 'list',
    field: () => undefined,
    element: items ? typeOf(items, reading) : deduced,
    listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
    ...(listType === 'map' && { mapKeys: node.mapKeys, keyDefaults }),
  };
}

const atomicIf = (node: SchemaNode) => node.mapType === 'atomic' && { atomic: true };

/** mapOf is an object that declares no field. */
function mapOf(node: SchemaNode, reading: Reading): TypeSchema {
  const { additional } = node;
  const element = typeof additional === 'object' ? typeOf(additional, reading) : anything(reading);
  return { kind: 'map', field: () => undefined, element, ...atomicIf(node) };
}

/** anything is the type of a value of which nothing is said. */
const anything = ({ keeps, opensMaps }: Reading) => (keeps || opensMaps ? deduced : untyped);

function objectOf(node: SchemaNode, reading: Reading, isResource: boolean): TypeSchema {
  const keeps = node.preserves || reading.keeps;
  const below = { ...reading, keeps };
  const fields = new Map<string, FieldSchema>();
  const add = (name: string, schema: TypeSchema) => fields.set(name, { name, schema, patchStrategy: [] });
  for (const [name, child] of node.properties) add(name, typeOf(child, below));
  if (isResource) {
    add('apiVersion', SCALARS['string']!);
    add('kind', SCALARS['string']!);
    add('metadata', reading.metadata);
  }
  return {
    kind: 'object',
    field: name => fields.get(name),
    ...(keeps && { preservesUnknown: true }),
    ...atomicIf(node),
  };
}
