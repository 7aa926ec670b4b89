import { deepEqual, getOwn, isInt64, isRecord } from '@navarch/apimachinery';
import { itemSchema, type JsonSchema } from '../json-schema';
import { combined } from './combine';
import { FORMATS } from './formats';
import {
  checksOfLists,
  checksOfNumbers,
  checksOfRequired,
  checksOfSizes,
  checksOfTexts,
  type Check,
  type CheckParts,
} from './keywords';
import { correlated, isUnchanged, mapKeysOf } from './ratchet';

/**
 * compileCheck makes one function of a schema's value validations. `old` is the value before a change, where it is known.
 * What counts as checked, and in which order, is the API's: of alternatives it decides which one's findings are told.
 */
export function compileCheck(schema: JsonSchema): Check {
  const type = typeCheck(schema);
  const values = enumCheck(schema);
  const parts: CheckParts = { text: [], number: [], list: [] };
  parts.text.push(...checksOfTexts(schema));
  parts.number.push(...checksOfNumbers(schema));
  parts.list.push(...itemChecks(schema), ...checksOfLists(schema));
  const checkObject = objectCheck(schema);
  const combinations = combined(schema, compileCheck);
  const looked = new Map(
    (['text', 'number', 'list', 'object', 'other'] as const).map(part => [part, matchesOf(schema, part)]),
  );
  return (value, old, path, findings) => {
    type?.(value, old, path, findings);
    if (value === null) return values?.(value, old, path, findings);
    const part = partOf(value);
    findings.matches += looked.get(part)!;
    for (const check of combinations) check(value, old, path, findings);
    if (part !== 'object' && part !== 'other') for (const check of parts[part]) check(value, old, path, findings);
    values?.(value, old, path, findings);
    if (part === 'object') checkObject(value, old, path, findings);
  };
}

type Part = 'text' | 'number' | 'list' | 'object' | 'other';

function partOf(value: unknown): Part {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (Array.isArray(value)) return 'list';
  return isRecord(value) ? 'object' : 'other';
}

/** matchesOf counts what a schema looks at in a value, whatever it finds: combinations, values and the whole always. */
function matchesOf(schema: JsonSchema, part: Part): number {
  const format = formatOf(schema);
  const always = 4 + (typesOf(schema).length || format ? 1 : 0);
  if (part === 'other') return always;
  if (part === 'text') return always + (format ? 2 : 1);
  return always + (part === 'object' ? 1 : 2);
}

/** typeName is what messages call the type of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number';
  return typeof value;
}

/** formatName is the format that a value has by itself. */
function formatName(value: unknown): string {
  if (typeof value !== 'number') return '';
  return isInt64(value) ? 'int64' : 'float64';
}

const typesOf = (schema: JsonSchema) =>
  schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];

/** formatOf is the format of a schema, if it is one that is checked. */
const formatOf = ({ format }: JsonSchema) => (format !== undefined && FORMATS.has(format) ? format : undefined);

function typeCheck(schema: JsonSchema): Check | undefined {
  const types = typesOf(schema);
  const format = formatOf(schema);
  if (!types.length && !format) return undefined;
  const wanted = types.join(',');
  const fits = new Set(types.includes('number') ? [...types, 'integer'] : types);
  const isNumeric = fits.has('integer') || fits.has('number');
  return (value, _old, path, findings) => {
    const found = typeName(value);
    if (found === 'null') {
      if (types.length && !schema.nullable) findings.wrongType(path, wanted, found);
      else findings.matches++;
    } else if (format && found !== 'string' && found !== 'array') {
      if (fits.has(found)) findings.matches++;
      else findings.wrongType(path, format, formatName(value));
    } else if ((format && !isNumeric) || fits.has(found)) findings.matches++;
    else findings.wrongType(path, wanted, found);
  };
}

function enumCheck({ enum: values }: JsonSchema): Check | undefined {
  if (!values?.length) return undefined;
  const texts = new Set(values.filter(v => typeof v === 'string'));
  const shown = values.map(v => (typeof v === 'string' ? v : JSON.stringify(v)));
  return (value, _old, path, findings) => {
    const known = typeof value === 'string' ? texts.has(value) : values.some(v => isValue(value, v));
    if (!known) findings.notSupported(path, value, shown);
  };
}

/** isValue: a number is compared in the form that the allowed value has. */
function isValue(value: unknown, allowed: unknown): boolean {
  if (typeof value !== 'number' || !Number.isInteger(allowed)) return deepEqual(value, allowed);
  return Math.trunc(value) === allowed;
}

function itemChecks(schema: JsonSchema): Check[] {
  const items = itemSchema(schema);
  if (!items) return [];
  const check = ratcheting(items);
  const keys = mapKeysOf(schema);
  return [
    (value, old, path, findings) => {
      const before = correlated(keys, old);
      (value as unknown[]).forEach((item, i) => {
        check(item, before?.(item), findings.item(path, i), findings);
      });
    },
  ];
}

/** objectCheck: one with too few or too many fields is not looked into. */
function objectCheck(schema: JsonSchema): Check {
  const sizes = checksOfSizes(schema);
  const fields = [...fieldChecks(schema), ...checksOfRequired(schema)];
  return (value, old, path, findings) => {
    const before = findings.list.length;
    for (const check of sizes) {
      check(value, old, path, findings);
      if (findings.list.length > before) return;
    }
    for (const check of fields) check(value, old, path, findings);
  };
}

function fieldChecks(schema: JsonSchema): Check[] {
  const fields = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, ratcheting(part)] as const);
  const known = new Set(fields.map(([name]) => name));
  const { additionalProperties } = schema;
  const checks: Check[] = [];
  const join = (path: string, name: string) => (path ? `${path}.${name}` : name);
  if (additionalProperties !== undefined && additionalProperties !== true) {
    const check = additionalProperties && ratcheting(additionalProperties);
    checks.push((value, old, path, findings) => {
      const object = value as Record<string, unknown>;
      for (const name of Object.keys(object)) {
        if (known.has(name)) continue;
        if (check) check(object[name], fieldOf(old, name), join(path, name), findings);
        else findings.forbidden(path, name);
      }
    });
  }
  if (fields.length) {
    checks.push((value, old, path, findings) => {
      const object = value as Record<string, unknown>;
      for (const [name, check] of fields) {
        if (Object.hasOwn(object, name)) check(object[name], fieldOf(old, name), join(path, name), findings);
      }
    });
  }
  return checks;
}

const fieldOf = (old: unknown, name: string) => (isRecord(old) ? getOwn(old, name) : undefined);

/** ratcheting checks what stands in a value; what is as it was before a change stays unchecked. */
export function ratcheting(schema: JsonSchema): Check {
  const check = compileCheck(schema);
  return (value, old, path, findings) => {
    if (old === undefined || !isUnchanged(value, old, schema)) check(value, old, path, findings);
  };
}
