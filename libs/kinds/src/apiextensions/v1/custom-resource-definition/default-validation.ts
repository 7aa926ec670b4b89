import { deepClone, deepEqual, field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import { compileValidationRules, type Schema } from '@navarch/cel';
import {
  coerceEmbedded,
  compileCheck,
  embeddedErrors,
  Findings,
  itemSchema,
  META_FIELDS,
  MetadataError,
  prunePart,
  renderValue,
  SchemaNode,
  type JsonSchema,
} from '@navarch/schema';
import { invalidStruct } from '../../../shared/errors';

/** NOWHERE is the field of a finding that is about the whole. */
const NOWHERE = '<nil>';

/** RULES_SINCE is the first release that validates by expressions. */
const RULES_SINCE = 25;

/** DefaultLimits are what is asked of defaults; `prunedDefaults`: they have no field that their schema does not know. */
interface DefaultLimits {
  readonly emulated: number;
  readonly prunedDefaults: boolean;
}

/** Surrounding is the object around a default that is part of some object's kind, version or metadata. */
interface Surrounding {
  readonly schema: JsonSchema;
  /** put makes the object around a value. */
  put(value: unknown): unknown;
}

/** validateDefaults checks that each default is a value that its own schema allows, with no field that it does not know. */
export function validateDefaults(schema: JsonSchema, path: Path, limits: DefaultLimits): FieldError[] {
  return walk({ ...schema, [EMBEDDED]: true }, path, limits, undefined);
}

const EMBEDDED = 'x-kubernetes-embedded-resource';

function walk(schema: JsonSchema, path: Path, limits: DefaultLimits, around: Surrounding | undefined): FieldError[] {
  const isObject = schema[EMBEDDED] === true;
  const inMeta = isObject ? undefined : around;
  const has = schema.default !== undefined && schema.default !== null;
  const items = itemSchema(schema);
  const below = (name: string): Surrounding | undefined => {
    if (isObject) return META_FIELDS.has(name) ? { schema, put: value => newObject(name, value) } : undefined;
    return inMeta && { ...inMeta, put: value => inMeta.put({ [name]: value }) };
  };
  return [
    ...(has ? errorsOf(schema, path.child('default'), limits, inMeta) : []),
    ...(items
      ? walk(items, path.child('items'), limits, inMeta && { ...inMeta, put: value => inMeta.put([value]) })
      : []),
    ...foundIn(Object.entries(schema.properties ?? {}), ([name, part]) =>
      walk(part, path.child('properties').key(name), limits, below(name)),
    ),
  ];
}

const newObject = (name: string, value: unknown) => ({
  ...{ apiVersion: 'validation/v1', kind: 'Validation' },
  [name]: value,
});

function errorsOf(
  schema: JsonSchema,
  path: Path,
  limits: DefaultLimits,
  inMeta: Surrounding | undefined,
): FieldError[] {
  const value = schema.default;
  const unknown =
    !inMeta && limits.prunedDefaults && !isPruned(value, schema)
      ? [invalidStruct(path, renderValue(value), 'must not have unknown fields')]
      : [];
  // Each look is at what the one before found nothing wrong with.
  const looks = [
    () => (inMeta ? surroundingErrors(value, path, limits, inMeta) : objectErrors(value, schema, path, limits)),
    () => valueErrors(schema, path, limits),
    () => ruleErrors(schema, path, limits),
  ];
  for (const look of looks) {
    const errors = look();
    if (errors.length) return [...unknown, ...errors];
  }
  return unknown;
}

/** objectErrors is what is wrong with the kinds, versions and metadata of objects in a default. */
function objectErrors(value: unknown, schema: JsonSchema, path: Path, { emulated }: DefaultLimits): FieldError[] {
  const node = new SchemaNode(schema);
  const at = path.toString();
  try {
    coerceEmbedded(deepClone(value), node, at, emulated, () => undefined);
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    return [{ reason: 'FieldValueInvalid', ...placed(error.message) }];
  }
  return embeddedErrors(value, node, emulated, at);
}

/** placed takes the field off a finding in one text. */
function placed(text: string): Pick<FieldError, 'field' | 'message'> {
  const end = text.indexOf(': ');
  return { field: text.slice(0, end), message: text.slice(end + 2) };
}

/** surroundingErrors: a default of metadata has to make metadata of the object around it. */
function surroundingErrors(
  value: unknown,
  path: Path,
  { emulated }: DefaultLimits,
  { schema, put }: Surrounding,
): FieldError[] {
  const object = put(deepClone(value)) as Record<string, unknown>;
  const node = new SchemaNode({ ...schema, [EMBEDDED]: true });
  const found = objectFindings(object, node, emulated);
  return found === undefined ? [] : [field.invalid(path, value, `must result in valid metadata: ${found}`)];
}

function objectFindings(object: Record<string, unknown>, node: SchemaNode, emulated: number): string | undefined {
  try {
    coerceEmbedded(object, node, '', emulated, () => undefined);
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    return error.message.replace(/^\./, '');
  }
  const texts = [...new Set(embeddedErrors(object, node, emulated, '').map(e => `${e.field}: ${e.message}`))];
  if (texts.length < 2) return texts[0];
  return `[${texts.join(', ')}]`;
}

function valueErrors(schema: JsonSchema, path: Path, { emulated }: DefaultLimits): FieldError[] {
  const findings = new Findings(emulated);
  // The default is a whole of its own: texts name what is in it, from there on.
  compileCheck(schema)(schema.default, undefined, '', findings);
  const at = (own: string) => (own === NOWHERE ? path.toString() : `${path.toString()}.${own}`);
  return findings.list.map(error => ({ ...error, field: at(error.field) }));
}

/** ruleErrors: a default has to hold as a value that stays, and as one that is new. */
function ruleErrors(schema: JsonSchema, path: Path, { emulated }: DefaultLimits): FieldError[] {
  if (emulated < RULES_SINCE) return [];
  const value = schema.default;
  const { rules } = compileValidationRules(schema as Schema, path, false);
  if (rules.empty) return [];
  const errors = rules.validate(value, value, path);
  return errors.length ? errors : rules.validate(value, undefined, path);
}

function isPruned(value: unknown, schema: JsonSchema): boolean {
  const pruned = deepClone(value);
  prunePart(pruned, new SchemaNode(schema));
  return deepEqual(pruned, value);
}
