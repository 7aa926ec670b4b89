import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import { checkValidationRules, ruleTextErrors, type Rule, type Schema } from '@navarch/cel';
import { additionalSchema, itemSchema, type JsonSchema } from '@navarch/schema';
import { semanticEqual } from '../../../shared/equal';
import { invalidStruct } from '../../../shared/errors';
import { validateDefaults } from './default-validation';
import { rootErrors } from './root-schema';
import { isReadable, UNSUPPORTED } from './schema-parts';
import { validateStructural } from './structural';

/** TYPES are those of OpenAPI v3. */
export const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** MAX_DEPTH bounds how deep a schema may nest. */
const MAX_DEPTH = 200;

/** RULES_SINCE is the first release that validates by expressions. */
const RULES_SINCE = 25;

/** SchemaLimits are what is asked of a schema. */
export interface SchemaLimits {
  readonly emulated: number;
  /** defaults: why no defaults may be set; undefined: they may. */
  readonly defaults?: string | undefined;
  /** types: each is one of OpenAPI v3. */
  readonly types: boolean;
  readonly structural: boolean;
  /** prunedDefaults: they have no field that their schema does not know. */
  readonly prunedDefaults: boolean;
  /** atomicSets: items of sets are compared as a whole. */
  readonly atomicSets: boolean;
  /** mapKeys: keys of lists are there, and not null. */
  readonly mapKeys: boolean;
  /** status: the status has an endpoint of its own. */
  readonly status?: boolean;
  /** before is the schema that the version had: one that stays as it is may have rules that cost more than new ones may. */
  readonly before?: JsonSchema | undefined;
  /** storedRules are the expressions of the versions before; those may use whatever they use. */
  readonly storedRules?: ReadonlySet<string>;
}

/** Place is where in a schema a part stands. */
interface Place {
  readonly limits: SchemaLimits;
  /** defaults: why there may be none here. */
  readonly defaults: string | undefined;
  /** inMeta: the part is of kind, version or metadata of an object. */
  readonly inMeta: boolean;
  readonly depth: number;
  /** faulty are the schemas in which something is wrong, be it in their parts. */
  readonly faulty: Set<JsonSchema>;
}

/** validateSchema checks the schema of a version: structural, and with no keyword that is not allowed. */
export function validateSchema(schema: JsonSchema, path: Path, limits: SchemaLimits): FieldError[] {
  const { emulated } = limits;
  const errors = limits.status ? rootErrors(schema, path, emulated) : [];
  if (schema.nullable) errors.push(field.forbidden(path.child('nullable'), 'nullable cannot be true at the root'));
  const faulty = new Set<JsonSchema>();
  const keywords = validateKeywords(
    schema,
    path,
    { limits, defaults: limits.defaults, inMeta: false, depth: 0, faulty },
    true,
  );
  // What makes a schema unreadable is among the findings about its keywords.
  const looksDeeper = limits.structural && isReadable(schema);
  const structure = looksDeeper ? validateStructure(schema, path, limits) : [];
  if (emulated < RULES_SINCE) return [...errors, ...keywords, ...structure];
  const hasRules = looksDeeper && !structure.length;
  const rules = hasRules ? validateRules(schema, path, limits, faulty) : [];
  return [...errors, ...structure, ...keywords, ...rules];
}

function validateStructure(schema: JsonSchema, path: Path, limits: SchemaLimits): FieldError[] {
  const errors = validateStructural(schema, path);
  return errors.length ? errors : validateDefaults(schema, path, limits);
}

/** validateRules looks at the rules of schemas that are right but for them. */
function validateRules(
  schema: JsonSchema,
  path: Path,
  { emulated, before, storedRules }: SchemaLimits,
  faulty: ReadonlySet<JsonSchema>,
): FieldError[] {
  return checkValidationRules(schema as Schema, path, {
    anyCost: before !== undefined && semanticEqual(schema, before),
    written: { release: emulated, ...(storedRules && { stored: storedRules }) },
    isFaulty: part => faulty.has(part as JsonSchema),
  });
}

function validateKeywords(schema: JsonSchema, path: Path, place: Place, isRoot = false): FieldError[] {
  if (place.depth > MAX_DEPTH) return [field.forbidden(path, 'the schema is nested too deeply')];
  const errors = [
    ...plainKeywords(schema, path, place),
    ...partErrors(schema, path, place, isRoot),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === false
      ? [field.invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined')]
      : []),
    ...mapErrors(schema, path),
    ...listErrors(schema, path, place.limits),
    ...(place.limits.mapKeys ? mapKeyErrors(schema, path) : []),
    ...(place.limits.emulated < RULES_SINCE ? [] : ruleErrors(schema, path)),
  ];
  if (errors.length) place.faulty.add(schema);
  return errors;
}

function ruleErrors(schema: JsonSchema, path: Path): FieldError[] {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly Rule[];
  const at = path.child('x-kubernetes-validations');
  return foundIn(rules, (rule, i) => ruleTextErrors(rule, at.index(i), schema as Schema));
}

function plainKeywords(schema: JsonSchema, path: Path, { limits, defaults, inMeta }: Place): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (keyword: string, why: string) => errors.push(field.forbidden(path.child(keyword), why));
  const { type, additionalProperties, items } = schema;
  if (limits.types && type && !TYPES.includes(type)) errors.push(field.notSupported(path.child('type'), type, TYPES));
  if (schema.default !== undefined && schema.default !== null && defaults !== undefined)
    forbid('default', `must not be set ${defaults}`);
  for (const keyword of UNSUPPORTED) if (schema[keyword] !== undefined) forbid(keyword, `${keyword} is not supported`);
  if (type === 'null') forbid('type', 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(items) && items.length) forbid('items', 'items must be a schema object and not an array');
  if (inMeta && schema['x-kubernetes-embedded-resource'])
    forbid('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
  if (schema.uniqueItems)
    forbid('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  const isOpen = additionalProperties === undefined || additionalProperties === true;
  if (!isOpen && Object.keys(schema.properties ?? {}).length)
    forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive');
  return errors;
}

const META = ['metadata', 'kind', 'apiVersion'];

/** partErrors looks into the schemas that stand in one. */
function partErrors(schema: JsonSchema, path: Path, place: Place, isRoot: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const look = (part: JsonSchema | undefined, at: Path, more: Partial<Place> = {}) => {
    if (part) errors.push(...validateKeywords(part, at, { ...place, ...more, depth: place.depth + 1 }));
  };
  const inMap = place.inMeta ? { defaults: 'inside additionalProperties applying to object metadata' } : {};
  look(additionalSchema(schema), path.child('additionalProperties'), inMap);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isMeta = (isRoot || schema['x-kubernetes-embedded-resource'] === true) && META.includes(name);
    const meta = isMeta ? { inMeta: true, ...(isRoot && { defaults: `in top-level ${name}` }) } : {};
    look(property, path.child('properties').key(name), meta);
  }
  look(schema.not, path.child('not'));
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const)
    (schema[name] ?? []).forEach((part, i) => look(part, path.child(name).index(i)));
  look(itemSchema(schema), path.child('items'));
  return errors;
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
const MAP_TYPE = 'x-kubernetes-map-type';
const MAP_KEYS = 'x-kubernetes-list-map-keys';

function listErrors(schema: JsonSchema, path: Path, limits: SchemaLimits): FieldError[] {
  const errors: FieldError[] = [];
  const listType = schema[LIST_TYPE];
  const keys = schema[MAP_KEYS] ?? [];
  if (listType !== undefined) {
    if (schema.type !== 'array') errors.push(...typedAs(schema, 'array', LIST_TYPE, path));
    else if (listType === 'set' && limits.atomicSets)
      errors.push(...setItemErrors(itemSchema(schema), path.child('items')));
    if (!['atomic', 'set', 'map'].includes(listType))
      errors.push(field.notSupported(path.child(LIST_TYPE), listType, ['atomic', 'set', 'map']));
  }
  if (keys.length && listType !== 'map') {
    const why = `must be map if ${MAP_KEYS} is non-empty`;
    const at = path.child(LIST_TYPE);
    errors.push(listType === undefined ? field.required(at, why) : field.invalid(at, listType, why));
  }
  if (listType === 'map') errors.push(...keyErrors(schema, keys, path));
  return errors;
}

function noItemSchema({ items }: JsonSchema, path: Path): FieldError {
  if (!Array.isArray(items)) return field.required(path, `must have a schema if ${LIST_TYPE} is map`);
  const schemas = items.map(() => 'apiextensions.JSONSchemaProps{}').join(', ');
  const go = `Schema:(*apiextensions.JSONSchemaProps)(nil), JSONSchemas:[]apiextensions.JSONSchemaProps{${schemas}}`;
  const why = `must only have a single schema if ${LIST_TYPE} is map`;
  return invalidStruct(path, `apiextensions.JSONSchemaPropsOrArray{${go}}`, why);
}

function keyErrors(schema: JsonSchema, keys: readonly string[], path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child(MAP_KEYS);
  const items = itemSchema(schema);
  const shown = { reason: 'FieldValueInvalid', field: at.toString() } as const;
  const go = `[]string{${keys.map(key => JSON.stringify(key)).join(', ')}}`;
  if (!keys.length) errors.push(field.required(at, `must not be empty if ${LIST_TYPE} is map`));
  if (!items) return [...errors, noItemSchema(schema, path.child('items'))];
  if (items.type !== 'object') {
    const why = `must be object if parent array's ${LIST_TYPE} is map`;
    return [...errors, field.invalid(path.child('items', 'type'), items.type ?? '', why)];
  }
  keys.forEach((key, i) => {
    const property = items.properties?.[key];
    if (!property)
      errors.push({ ...shown, message: `Invalid value: ${go}: entries must all be names of item properties` });
    else if (property.type === 'array' || property.type === 'object') {
      const why = `must be a scalar type if parent array's ${LIST_TYPE} is map`;
      errors.push(field.invalid(path.child('items', 'properties').key(key).child('type'), items.type, why));
    }
    if (keys.indexOf(key) < i)
      errors.push({ ...shown, message: `Invalid value: ${go}: must not contain duplicate entries` });
  });
  return errors;
}

/** setItemErrors: items of a set are compared as a whole. */
function setItemErrors(items: JsonSchema | undefined, path: Path): FieldError[] {
  const why = `must be atomic as item of a list with ${LIST_TYPE}=set`;
  const listType = items?.[LIST_TYPE];
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic')
    return [field.invalid(path.child(LIST_TYPE), listType, why)];
  // What is shown as wrong is the type as a list.
  if (items?.type === 'object' && items[MAP_TYPE] !== 'atomic')
    return [field.invalid(path.child(MAP_TYPE), listType ?? 'null', why)];
  return [];
}

/** mapKeyErrors: items of sets and maps are not null, and have all their keys. */
export function mapKeyErrors(schema: JsonSchema, path: Path): FieldError[] {
  const items = itemSchema(schema);
  const listType = schema[LIST_TYPE];
  if (!items || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  if (items.nullable) {
    const why = `cannot be nullable when ${LIST_TYPE} is ${listType}`;
    errors.push(field.forbidden(path.child('items', 'nullable'), why));
  }
  if (listType === 'set') return errors;
  for (const key of schema[MAP_KEYS] ?? []) {
    const property = items.properties?.[key];
    if (!property) continue;
    const where = path.child('items', 'properties').key(key);
    const head = `this property is in ${MAP_KEYS}, so it`;
    if (property.default === undefined && !items.required?.includes(key))
      errors.push(field.required(where.child('default'), `${head} must have a default or be a required property`));
    if (property.nullable) errors.push(field.forbidden(where.child('nullable'), `${head} cannot be nullable`));
  }
  return errors;
}
