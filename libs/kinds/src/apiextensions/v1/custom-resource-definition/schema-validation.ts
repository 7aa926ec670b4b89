import { field, type FieldError, type Path } from '@navarch/apimachinery';
import { compileValidationRules, type Schema } from '@navarch/cel';
import { compilePattern, itemSchema, type JsonSchema } from '@navarch/schema';
import { validateDefaults } from './default-validation';
import { schemaParts } from './schema-parts';
import { validateStructural } from './structural';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** MAX_DEPTH bounds how deep a schema may nest. */
const MAX_DEPTH = 200;

/** RULES_SINCE is the first release that validates by expressions. */
const RULES_SINCE = 25;

/** UNSUPPORTED are keywords of OpenAPI v3 that definitions may not use. */
const UNSUPPORTED = ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'id'];

/** validateSchema checks the schema of a version: structural, and with no keyword that is not allowed. */
export function validateSchema(schema: JsonSchema, path: Path, emulated: number): FieldError[] {
  const root = schema.nullable ? [field.forbidden(path.child('nullable'), 'nullable cannot be true at the root')] : [];
  const errors = [...root, ...validateKeywords(schema, path, 0), ...validateStructural(schema, path)];
  if (errors.length) return errors;
  const rules = emulated >= RULES_SINCE ? compileValidationRules(schema as Schema, path).errors : [];
  return [...rules, ...validateDefaults(schema, path, emulated)];
}

function validateKeywords(schema: JsonSchema, path: Path, depth: number): FieldError[] {
  if (depth > MAX_DEPTH) return [field.forbidden(path, 'the schema is nested too deeply')];
  return [
    ...plainKeywords(schema, path),
    ...listErrors(schema, path),
    ...mapErrors(schema, path),
    ...schemaParts(schema, path).flatMap(([part, at]) => validateKeywords(part, at, depth + 1)),
  ];
}

function plainKeywords(schema: JsonSchema, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (keyword: string, why: string) => errors.push(field.forbidden(path.child(keyword), why));
  const { type, additionalProperties, items, pattern } = schema;
  for (const keyword of UNSUPPORTED) if (schema[keyword] !== undefined) forbid(keyword, `${keyword} is not supported`);
  if (type === 'null') forbid('type', 'type cannot be set to null, use nullable as an alternative');
  else if (type && !TYPES.includes(type)) errors.push(field.notSupported(path.child('type'), type, TYPES));
  if (schema.uniqueItems)
    forbid('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  if (Array.isArray(items)) forbid('items', 'items must be a schema object and not an array');
  if (additionalProperties !== undefined && Object.keys(schema.properties ?? {}).length)
    forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive');
  else if (additionalProperties === false)
    forbid('additionalProperties', 'additionalProperties cannot be set to false');
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(field.invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  if (pattern !== undefined) errors.push(...patternErrors(pattern, path.child('pattern')));
  return errors;
}

function patternErrors(pattern: string, path: Path): FieldError[] {
  try {
    compilePattern(pattern);
    return [];
  } catch (error) {
    const why = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
    return [field.invalid(path, pattern, why)];
  }
}

/** typedAs: an extension that is for one type only stands at that type. */
function typedAs(schema: JsonSchema, wanted: string, extension: string, path: Path): FieldError[] {
  const { type } = schema;
  if (type === wanted) return [];
  const why = `must be ${wanted} if ${extension} is specified`;
  return [type ? field.invalid(path.child('type'), type, why) : field.required(path.child('type'), why)];
}

function mapErrors(schema: JsonSchema, path: Path): FieldError[] {
  const extension = 'x-kubernetes-map-type';
  const mapType = schema[extension];
  if (mapType === undefined) return [];
  const known = ['atomic', 'granular'].includes(mapType)
    ? []
    : [field.notSupported(path.child(extension), mapType, ['atomic', 'granular'])];
  return [...typedAs(schema, 'object', extension, path), ...known];
}

const LIST_TYPE = 'x-kubernetes-list-type';
const MAP_KEYS = 'x-kubernetes-list-map-keys';

function listErrors(schema: JsonSchema, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const listType = schema[LIST_TYPE];
  const keys = schema[MAP_KEYS] ?? [];
  if (listType !== undefined) {
    errors.push(...typedAs(schema, 'array', LIST_TYPE, path));
    if (!['atomic', 'map', 'set'].includes(listType))
      errors.push(field.notSupported(path.child(LIST_TYPE), listType, ['atomic', 'map', 'set']));
  }
  if (keys.length && listType !== 'map') {
    const why = `must be map if ${MAP_KEYS} is non-empty`;
    errors.push(
      listType === undefined
        ? field.required(path.child(LIST_TYPE), why)
        : field.invalid(path.child(LIST_TYPE), listType, why),
    );
  }
  if (listType === 'map') errors.push(...keyErrors(schema, keys, path));
  if (listType === 'set') errors.push(...setItemErrors(itemSchema(schema), path.child('items')));
  return errors;
}

function keyErrors(schema: JsonSchema, keys: readonly string[], path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child(MAP_KEYS);
  const items = itemSchema(schema);
  if (!keys.length) errors.push(field.required(at, `must not be empty if ${LIST_TYPE} is map`));
  if (!items) return [...errors, field.required(path.child('items'), `must have a schema if ${LIST_TYPE} is map`)];
  if (items.type !== 'object') {
    const why = `must be object if parent array's ${LIST_TYPE} is map`;
    errors.push(field.invalid(path.child('items', 'type'), items.type ?? '', why));
  }
  if (new Set(keys).size < keys.length) errors.push(field.invalid(at, keys, 'must not contain duplicate entries'));
  for (const key of keys) {
    const property = items.properties?.[key];
    const where = path.child('items', 'properties').key(key);
    if (!property) {
      errors.push(field.invalid(at, keys, 'entries must all be names of item properties'));
      continue;
    }
    if (property.type === 'array' || property.type === 'object') {
      const why = `must be a scalar type if parent array's ${LIST_TYPE} is map`;
      errors.push(field.invalid(where.child('type'), property.type, why));
    }
    if (property.nullable)
      errors.push(
        field.forbidden(
          where.child('nullable'),
          'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
        ),
      );
    if (property.default === undefined && !items.required?.includes(key)) {
      const why = `this property is in ${MAP_KEYS}, so it must have a default or be a required property`;
      errors.push(field.required(where.child('default'), why));
    }
  }
  return errors;
}

/** setItemErrors: items of a set are compared as a whole. */
function setItemErrors(items: JsonSchema | undefined, path: Path): FieldError[] {
  if (!items) return [];
  const why = `as item of a list with ${LIST_TYPE}=set`;
  if (items.nullable) return [field.forbidden(path.child('nullable'), `cannot be nullable when ${LIST_TYPE} is set`)];
  const check = (extension: 'x-kubernetes-map-type' | 'x-kubernetes-list-type') => {
    const value = items[extension];
    if (value === 'atomic' || (value === undefined && extension === LIST_TYPE)) return [];
    const at = path.child(extension);
    return [
      value === undefined
        ? field.required(at, `must be atomic ${why}`)
        : field.invalid(at, value, `must be atomic ${why}`),
    ];
  };
  if (items.type === 'object') return check('x-kubernetes-map-type');
  return items.type === 'array' ? check('x-kubernetes-list-type') : [];
}
