import { goPrint, goSyntax } from '../go-print';
import { getOwn, isRecord } from '../json';
import { deduced, untyped, type TypeSchema } from '../schema';
import { elementText, fieldElement, fieldPathText, type PathElement } from './field-set';
import { ownershipOf, type Ownership } from './releases';
import { itemElement } from './typed';

/** checkTyped finds what keeps a value from being typed: undeclared fields, wrong kinds, items without keys, repeated items. */
export function checkTyped(
  schema: TypeSchema,
  value: unknown,
  path: readonly PathElement[] = [],
  ownership: Ownership = ownershipOf(),
): string[] {
  if (value === null || value === undefined) return [];
  const wrong = (expected: string, got: string) => [`${at(path)}expected ${expected}, got ${got}`];
  switch (schema.kind) {
    case 'scalar':
      return scalarFits(schema, value) ? [] : wrong(...mismatch(schema, value, ownership));
    case 'object':
      return isRecord(value) ? checkFields(schema, value, path, ownership) : wrong('map', boxed(value));
    case 'map':
      if (!isRecord(value)) return wrong('map', boxed(value));
      return Object.entries(value).flatMap(([key, child]) =>
        checkTyped(schema.element ?? untyped, child, [...path, fieldElement(key)], ownership),
      );
    case 'list':
      return Array.isArray(value) ? checkItems(schema, value, path, ownership) : wrong('list', boxed(value));
    default:
      return [];
  }
}

/** typeProblem is what keeps a value from being typed, in one text; undefined if nothing does. */
export function typeProblem(schema: TypeSchema, value: unknown, ownership: Ownership): string | undefined {
  const problems = checkTyped(schema, value, [], ownership);
  if (problems.length <= 1) return problems[0];
  return `errors:\n${problems.map(problem => `  ${problem}`).join('\n')}`;
}

const at = (path: readonly PathElement[]) => (path.length ? `${fieldPathText(path)}: ` : '');

/** checkFields looks at an object's fields in their order. Behind one that is not declared nothing is looked at. */
function checkFields(
  schema: TypeSchema,
  value: Record<string, unknown>,
  path: readonly PathElement[],
  ownership: Ownership,
): string[] {
  const errors: string[] = [];
  for (const [key, child] of Object.entries(value)) {
    const field = schema.field(key);
    const below = [...path, fieldElement(key)];
    if (!field && !schema.preservesUnknown) return [...errors, `${at(below)}field not declared in schema`];
    errors.push(...checkTyped(field?.schema ?? deduced, child, below, ownership));
  }
  return errors;
}

/** checkItems looks at a list's items in their order. Behind one that cannot be told apart nothing is looked at. */
function checkItems(
  schema: TypeSchema,
  items: readonly unknown[],
  path: readonly PathElement[],
  ownership: Ownership,
): string[] {
  const isAtomic = (schema.listType ?? 'atomic') === 'atomic';
  const errors: string[] = [];
  const seen = new Set<PathElement>();
  for (const [i, item] of items.entries()) {
    let step: PathElement = `i:${i}`;
    if (!isAtomic) {
      const why = schema.listType === 'map' ? unkeyed(schema, item, ownership) : unlike(item);
      if (why) return [...errors, `${at(path)}element ${i}: ${why}`];
      step = itemElement(schema, item);
      if (seen.has(step)) errors.push(`${at(path)}duplicate entries for key ${elementText(step)}`);
      seen.add(step);
    }
    errors.push(...checkTyped(schema.element ?? untyped, item, [...path, step], ownership));
  }
  return errors;
}

/** unkeyed says why an item has no keys to be known by. */
function unkeyed(schema: TypeSchema, item: unknown, { needsAllKeys }: Ownership): string | undefined {
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isRecord(item)) return 'associative list with keys may not have non-map elements';
  const keys = schema.mapKeys ?? [];
  const isMissing = (key: string) =>
    getOwn(item, key) === undefined && getOwn(schema.keyDefaults ?? {}, key) === undefined;
  const missing = keys.filter(isMissing);
  if (needsAllKeys && missing.length)
    return `associative list with keys has an element that omits key field ${JSON.stringify(missing[0])} (and doesn't have default value)`;
  if (missing.length && missing.length === keys.length) {
    const names = keys.map(key => JSON.stringify(key)).join(', ');
    return `associative list with keys has an element that omits all key fields [${names.replace(/, /g, ' ')}] (and doesn't have default values for any key fields)`;
  }
  return undefined;
}

/** unlike says why an item is none of a set of scalars. */
function unlike(item: unknown): string | undefined {
  if (isRecord(item)) return "associative list without keys has an element that's a map type";
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return item === null ? "associative list without keys has an element that's an explicit null" : undefined;
}

function scalarFits(schema: TypeSchema, value: unknown): boolean {
  if (!schema.scalarType) return typeof value !== 'object';
  return typeof value === (schema.scalarType === 'numeric' ? 'number' : schema.scalarType);
}

/** mismatch is what was expected and what came; each type shows what came in its own way. */
function mismatch(
  { scalarType }: TypeSchema,
  value: unknown,
  { namesNumbers }: Ownership,
): [expected: string, got: string] {
  switch (scalarType) {
    case 'numeric':
      return ['numeric (int or float)', namesNumbers ? goTypeName(value) : '*value.valueUnstructured'];
    case 'string':
      return ['string', `&value.valueUnstructured{Value:${goSyntax(value)}}`];
    case 'boolean':
      return ['boolean', boxed(value)];
    default:
      return ['any scalar', boxed(value)];
  }
}

const boxed = (value: unknown) => `&{${goPrint(value)}}`;

function goTypeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value;
}
