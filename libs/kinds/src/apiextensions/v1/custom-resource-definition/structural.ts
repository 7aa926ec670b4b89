import type { apiextensionsv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { additionalSchema, itemSchema, type JsonSchema } from '@navarch/schema';
import { isShared } from './versions';

type Definition = apiextensionsv1.CustomResourceDefinition;

/** Level is where a schema stands: at the root, as a field, as the items of a list. */
type Level = 'root' | 'field' | 'item';
const UNTYPED: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** structuralFindings is what keeps a definition's objects from being pruned: a schema that does not say of every value what it is. */
export function structuralFindings({ spec }: Definition): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.preserveUnknownFields)
    errors.push(field.invalid(Path.at('spec', 'preserveUnknownFields'), true, 'must be false'));
  const versions = spec.versions ?? [];
  const shared = isShared(versions, 'schema');
  versions.forEach(({ schema }, i) => {
    if (!schema?.openAPIV3Schema || (shared && i > 0)) return;
    const path = shared
      ? Path.at('spec', 'validation', 'openAPIV3Schema')
      : Path.at('spec', 'versions').index(i).child('schema', 'openAPIV3Schema');
    errors.push(...validateStructural(schema.openAPIV3Schema as JsonSchema, path));
  });
  return errors;
}

/** validateStructural checks that a schema says of every value what type it has, and that combinations of schemas only restrict what is declared. */
export function validateStructural(schema: JsonSchema, path: Path): FieldError[] {
  const { type } = schema;
  const wrong =
    type && type !== 'object' ? [field.invalid(path.child('type'), type, 'must be object at the root')] : [];
  return [...wrong, ...validateNode(schema, 'root', path)];
}

function validateNode(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const errors = [...typeErrors(schema, level, path), ...embeddedErrors(schema, level, path)];
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    errors.push(...validateNode(property, 'field', path.child('properties').key(name)));
  const items = itemSchema(schema);
  if (items) errors.push(...validateNode(items, 'item', path.child('items')));
  else if (schema.type === 'array' && !schema.items)
    errors.push(field.required(path.child('items'), 'must be specified'));
  const additional = additionalSchema(schema);
  if (additional) errors.push(...validateNode(additional, 'field', path.child('additionalProperties')));
  for (const [part, at] of combinations(schema, path)) {
    errors.push(...validateNested(part, at), ...undeclared(schema, path, part, at));
  }
  return errors;
}

function typeErrors(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const at = path.child('type');
  const { type } = schema;
  if (schema['x-kubernetes-int-or-string'])
    return type ? [field.invalid(at, type, 'must be empty if x-kubernetes-int-or-string is true')] : [];
  if (!type && (level === 'root' || !schema['x-kubernetes-preserve-unknown-fields']))
    return [field.required(at, UNTYPED[level])];
  return [];
}

function embeddedErrors(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const embedded = schema['x-kubernetes-embedded-resource'];
  if (!embedded && level !== 'root') return [];
  const errors: FieldError[] = [];
  const { type, properties = {} } = schema;
  if (embedded) {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    if (!type) errors.push(field.required(path.child('type'), why));
    else if (type !== 'object') errors.push(field.invalid(path.child('type'), type, why));
    if (!schema['x-kubernetes-preserve-unknown-fields'] && !Object.keys(properties).length)
      errors.push(
        field.required(
          path.child('properties'),
          'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
        ),
      );
  }
  for (const name of ['kind', 'apiVersion']) {
    const own = properties[name];
    if (own && own.type !== 'string')
      errors.push(field.invalid(path.child('properties').key(name).child('type'), own.type ?? '', 'must be string'));
  }
  const { metadata } = properties;
  return metadata ? [...errors, ...metadataErrors(metadata, path.child('properties').key('metadata'))] : errors;
}

function metadataErrors(metadata: JsonSchema, path: Path): FieldError[] {
  const { type } = metadata;
  if (type !== 'object') return [field.invalid(path.child('type'), type ?? '', 'must be object')];
  const others = Object.keys(metadata.properties ?? {}).filter(name => name !== 'name' && name !== 'generateName');
  const rest = Object.keys(metadata).filter(key => !['type', 'properties', 'description', 'title'].includes(key));
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return others.length || rest.length ? [field.forbidden(path, why)] : [];
}

/** combinations are the schemas that restrict a value further. The usual form of a number or text is none. */
function combinations(schema: JsonSchema, path: Path): [JsonSchema, Path][] {
  const list = (name: 'allOf' | 'anyOf' | 'oneOf') =>
    (schema[name] ?? []).map((part, i): [JsonSchema, Path] => [part, path.child(name).index(i)]);
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const anyOf = isIntOrString && isNumberOrText(schema.anyOf) ? [] : list('anyOf');
  const allOf = list('allOf').filter(([part]) => !(isIntOrString && isNumberOrText(part.anyOf)));
  return [
    ...allOf,
    ...anyOf,
    ...list('oneOf'),
    ...(schema.not ? [[schema.not, path.child('not')] as [JsonSchema, Path]] : []),
  ];
}

function isNumberOrText(anyOf: readonly JsonSchema[] | undefined): boolean {
  return anyOf?.length === 2 && anyOf[0]?.type === 'integer' && anyOf[1]?.type === 'string';
}

/** FORBIDDEN are the keywords that say what a value is, which only the schema itself may. */
const FORBIDDEN = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
] as const;

function validateNested(schema: JsonSchema, path: Path): FieldError[] {
  const errors = FORBIDDEN.filter(([keyword]) => schema[keyword]).map(([keyword, why]) =>
    field.forbidden(path.child(keyword), why),
  );
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    errors.push(...validateNested(property, path.child('properties').key(name)));
  const items = itemSchema(schema);
  if (items) errors.push(...validateNested(items, path.child('items')));
  for (const [part, at] of combinations(schema, path)) errors.push(...validateNested(part, at));
  return errors;
}

/** undeclared finds what a combination speaks of although the schema itself does not declare it. */
function undeclared(schema: JsonSchema, path: Path, part: JsonSchema, at: Path): FieldError[] {
  const errors: FieldError[] = [];
  const missing = (own: Path, named: Path) =>
    errors.push(field.required(own, `because it is defined in ${named.toString()}`));
  for (const [name, property] of Object.entries(part.properties ?? {})) {
    const own = schema.properties?.[name] ?? additionalSchema(schema);
    const [ownPath, named] = [path.child('properties').key(name), at.child('properties').key(name)];
    if (own) errors.push(...undeclared(own, ownPath, property, named));
    else missing(ownPath, named);
  }
  const items = itemSchema(part);
  const own = itemSchema(schema);
  if (items && own) errors.push(...undeclared(own, path.child('items'), items, at.child('items')));
  else if (items) missing(path.child('items'), at.child('items'));
  for (const [nested, below] of combinations(part, at)) errors.push(...undeclared(schema, path, nested, below));
  return errors;
}
