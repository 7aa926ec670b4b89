import { deduced, getOwn, scalar, untyped, type FieldSchema, type TypeSchema } from '@navarch/apimachinery';
import type { SchemaNode } from './node';

const SCALARS: Readonly<Record<string, TypeSchema>> = {
  string: { ...scalar, scalarType: 'string' },
  boolean: { ...scalar, scalarType: 'boolean' },
  integer: { ...scalar, scalarType: 'numeric' },
  number: { ...scalar, scalarType: 'numeric' },
};

/** structureOf is a schema as merging and field ownership see it; `metadata` is the structure of ObjectMeta. */
export function structureOf(root: SchemaNode, metadata: TypeSchema): TypeSchema {
  return typeOf(root, metadata, true);
}

function typeOf(node: SchemaNode, metadata: TypeSchema, isResource: boolean): TypeSchema {
  if (node.intOrString) return scalar;
  const fitting = getOwn(SCALARS, node.type) as TypeSchema | undefined;
  if (fitting) return fitting;
  if (node.type === 'array') return listOf(node, metadata);
  if (node.type !== 'object' && !isResource) return node.preserves ? deduced : untyped;
  return objectOf(node, metadata, isResource);
}

function listOf(node: SchemaNode, metadata: TypeSchema): TypeSchema {
  const { items, listType } = node;
  const keyDefaults = Object.fromEntries(
    node.mapKeys.map(key => [key, items?.properties.get(key)?.default]).filter(([, value]) => value !== undefined),
  ) as Record<string, unknown>;
  return {
    kind: 'list',
    field: () => undefined,
    element: items ? typeOf(items, metadata, items.embedded) : deduced,
    listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
    ...(listType === 'map' && { mapKeys: node.mapKeys, keyDefaults }),
  };
}

function objectOf(node: SchemaNode, metadata: TypeSchema, isResource: boolean): TypeSchema {
  const atomic = node.mapType === 'atomic' && { atomic: true };
  if (node.additional && !node.properties.size) {
    const element = node.additional === 'any' ? deduced : typeOf(node.additional, metadata, node.additional.embedded);
    return { kind: 'map', field: () => undefined, element, ...atomic };
  }
  const fields = new Map<string, FieldSchema>();
  const add = (name: string, schema: TypeSchema) => fields.set(name, { name, schema, patchStrategy: [] });
  for (const [name, child] of node.properties) add(name, typeOf(child, metadata, child.embedded));
  if (isResource) {
    add('apiVersion', SCALARS['string']!);
    add('kind', SCALARS['string']!);
    add('metadata', metadata);
  }
  if (!fields.size && node.preserves) return { ...deduced, ...atomic };
  return {
    kind: 'object',
    field: name => fields.get(name),
    ...(node.preserves && { preservesUnknown: true }),
    ...atomic,
  };
}
