import type { apiextensionsv1 } from '@navarch/api';
import { deepEqual, field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { additionalSchema, compilePattern, itemSchema, type JsonSchema } from '@navarch/schema';

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
  (spec.versions ?? []).forEach(({ schema }, i) => {
    if (!schema?.openAPIV3Schema) return;
    const path = Path.at('spec', 'versions').index(i).child('schema', 'openAPIV3Schema');
    errors.push(...validateStructural(schema.openAPIV3Schema as JsonSchema, path));
  });
  return errors;
}

/** validateStructural checks that a schema says of every value what type it has, and that combinations of schemas only restrict what is declared. */
export function validateStructural(schema: JsonSchema, path: Path): FieldError[] {
  const errors = [...validateNode(schema, 'root', path), ...completeness(schema, path)];
  const text = (error: FieldError) => `${error.field}: ${error.message}`;
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

function validateNode(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const items = itemSchema(schema);
  if (items) errors.push(...validateNode(items, 'item', path.child('items')));
  else if (schema.type === 'array') errors.push(field.required(path.child('items'), 'must be specified'));
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    errors.push(...validateNode(property, 'field', path.child('properties').key(name)));
  const additional = additionalSchema(schema);
  if (additional) errors.push(...validateNode(additional, 'field', path.child('additionalProperties')));
  if (schema.additionalProperties !== undefined && level === 'root')
    errors.push(field.forbidden(path.child('additionalProperties'), 'must not be used at the root'));
  for (const [part, at] of combinations(schema, path)) errors.push(...validateNested(part, at));
  return [
    ...errors,
    ...patternErrors(schema, path),
    ...extensionErrors(schema, path),
    ...typeErrors(schema, level, path),
    ...objectErrors(schema, level, path),
  ];
}

function patternErrors({ pattern }: JsonSchema, path: Path): FieldError[] {
  if (!pattern) return [];
  try {
    compilePattern(pattern);
    return [];
  } catch (error) {
    const why = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
    return [field.invalid(path.child('pattern'), pattern, why)];
  }
}

const PRESERVES = 'x-kubernetes-preserve-unknown-fields';
const EMBEDDED = 'x-kubernetes-embedded-resource';

/** extensionErrors: a number or text has no fields. */
function extensionErrors(schema: JsonSchema, path: Path): FieldError[] {
  if (!schema['x-kubernetes-int-or-string']) return [];
  return [PRESERVES, EMBEDDED]
    .filter(extension => schema[extension] === true)
    .map(extension =>
      field.invalid(path.child(extension), true, 'must be false if x-kubernetes-int-or-string is true'),
    );
}

function typeErrors(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const at = path.child('type');
  const { type } = schema;
  const errors: FieldError[] = [];
  if (schema[EMBEDDED] && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type ? field.invalid(at, type, why) : field.required(at, why));
  } else if (!type && !schema['x-kubernetes-int-or-string'] && !schema[PRESERVES])
    errors.push(field.required(at, UNTYPED[level]));
  if (level === 'root' && type && type !== 'object') errors.push(field.invalid(at, type, 'must be object at the root'));
  return errors;
}

/** objectErrors: what is said of the kind, version and metadata of objects, at the root and embedded ones. */
function objectErrors(schema: JsonSchema, level: Level, path: Path): FieldError[] {
  const embedded = schema[EMBEDDED] === true;
  if (!embedded && level !== 'root') return [];
  const { properties = {} } = schema;
  const errors: FieldError[] = [];
  if (embedded && schema.additionalProperties !== undefined) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(field.forbidden(path.child('additionalProperties'), why));
  }
  for (const [name, wanted] of Object.entries(OWN)) {
    const own = properties[name];
    if (own && own.type !== wanted) {
      const at = path.child('properties').key(name).child('type');
      errors.push(field.invalid(at, own.type ?? '', `must be ${wanted}`));
    }
  }
  const { metadata } = properties;
  if (metadata && level === 'root') errors.push(...metadataErrors(metadata, path.child('properties').key('metadata')));
  if (embedded && !schema[PRESERVES] && !Object.keys(properties).length) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(field.required(path.child('properties'), why));
  }
  return errors;
}

/** OWN are the types of what every object has. */
const OWN = { kind: 'string', apiVersion: 'string', metadata: 'object' };

/** metadataErrors: beside values, the metadata of a root restricts name and generateName alone. */
function metadataErrors(metadata: JsonSchema, path: Path): FieldError[] {
  const others = Object.keys(metadata.properties ?? {}).filter(name => name !== 'name' && name !== 'generateName');
  const rest = DECLARING.filter(keyword => metadata[keyword] !== undefined && metadata[keyword] !== false);
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return others.length || rest.length || hasValues(metadata) ? [field.forbidden(path, why)] : [];
}

/** DECLARING are keywords that say what metadata is. */
const DECLARING = [
  ...['description', 'title', 'nullable', 'items', 'additionalProperties', PRESERVES, EMBEDDED],
  ...['x-kubernetes-int-or-string', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'],
];

/** hasValues tells whether a schema restricts values. */
function hasValues(schema: JsonSchema): boolean {
  const known = new Set(['type', 'properties', 'default', 'example', ...DECLARING]);
  return Object.keys(schema).some(keyword => !known.has(keyword) && schema[keyword] !== undefined);
}

/** completeness: what combinations speak of is declared too. */
function completeness(schema: JsonSchema, path: Path): FieldError[] {
  return foundIn(allCombinations(schema, path), ([part, at]) => undeclared(schema, path, part, at));
}

/** combinations are the schemas that restrict a value further. The usual form of a number or text is none. */
function combinations(schema: JsonSchema, path: Path): [JsonSchema, Path][] {
  if (isNumberOrText(schema.anyOf)) return allCombinations({ ...schema, anyOf: [] }, path);
  const [first, ...rest] = schema.allOf ?? [];
  if (first && isNumberOrText(first.anyOf))
    return allCombinations({ ...schema, allOf: [{ ...first, anyOf: [] }, ...rest] }, path);
  return allCombinations(schema, path);
}

function allCombinations(schema: JsonSchema, path: Path): [JsonSchema, Path][] {
  const list = (name: 'allOf' | 'anyOf' | 'oneOf') =>
    (schema[name] ?? []).map((part, i): [JsonSchema, Path] => [part, path.child(name).index(i)]);
  const not: [JsonSchema, Path][] = schema.not ? [[schema.not, path.child('not')]] : [];
  return [...list('anyOf'), ...list('allOf'), ...list('oneOf'), ...not];
}

function isNumberOrText(anyOf: readonly JsonSchema[] | undefined): boolean {
  return anyOf?.length === 2 && deepEqual(anyOf, [{ type: 'integer' }, { type: 'string' }]);
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
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const;

const isSet = (value: unknown) =>
  value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && !value.length);

function validateNested(schema: JsonSchema, path: Path): FieldError[] {
  const errors = [
    ...patternErrors(schema, path),
    ...FORBIDDEN.filter(([keyword]) => isSet(schema[keyword])).map(([keyword, why]) =>
      field.forbidden(path.child(keyword), why),
    ),
  ];
  if (schema.properties?.['metadata']) {
    const at = path.child('properties').key('metadata');
    errors.push(field.forbidden(at, 'must not be specified in a nested context'));
  }
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
    const own = schema.properties?.[name];
    const [ownPath, named] = [path.child('properties').key(name), at.child('properties').key(name)];
    if (own) errors.push(...undeclared(own, ownPath, property, named));
    else missing(ownPath, named);
  }
  const items = itemSchema(part);
  const own = itemSchema(schema);
  if (items && own) errors.push(...undeclared(own, path.child('items'), items, at.child('items')));
  else if (items) missing(path.child('items'), at.child('items'));
  for (const [nested, below] of allCombinations(part, at)) errors.push(...undeclared(schema, path, nested, below));
  return errors;
}
