import { deepEqual, getOwn, isRecord } from '@navarch/apimachinery';
import { itemSchema, type JsonSchema } from '../json-schema';
import { combined } from './combine';
import type { Findings } from './finding';
import {
  checksOfLists,
  checksOfNumbers,
  checksOfObjects,
  checksOfTexts,
  type Check,
  type CheckParts,
} from './keywords';
import { correlated } from './ratchet';

/** compileCheck makes one function of a schema's value validations. `old` is the value before a change, where it is known. */
export function compileCheck(schema: JsonSchema): Check {
  const type = typeCheck(schema);
  const values = enumCheck(schema);
  const parts: CheckParts = { text: [], number: [], list: [], object: [] };
  parts.text.push(...checksOfTexts(schema));
  parts.number.push(...checksOfNumbers(schema));
  parts.list.push(...checksOfLists(schema), ...itemChecks(schema));
  parts.object.push(...checksOfObjects(schema), ...fieldChecks(schema));
  const combinations = combined(schema, compileCheck);
  return (value, old, path, findings) => {
    type(value, old, path, findings);
    if (value === null) return values?.(value, old, path, findings);
    for (const check of combinations) check(value, old, path, findings);
    for (const check of partsFor(parts, value)) check(value, old, path, findings);
    values?.(value, old, path, findings);
  };
}

function partsFor(parts: CheckParts, value: unknown): readonly Check[] {
  if (typeof value === 'string') return parts.text;
  if (typeof value === 'number') return parts.number;
  if (Array.isArray(value)) return parts.list;
  return isRecord(value) ? parts.object : [];
}

/** typeName is what messages call the type of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeCheck(schema: JsonSchema): Check {
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const wanted = types.join(',');
  const fits = new Set(types.includes('number') ? [...types, 'integer'] : types);
  return (value, _old, path, findings) => {
    if (!types.length || (value === null && schema.nullable)) return;
    const found = typeName(value);
    if (!fits.has(found)) findings.wrongType(path, wanted, found);
  };
}

function enumCheck({ enum: values }: JsonSchema): Check | undefined {
  if (!values?.length) return undefined;
  const texts = new Set(values.filter(v => typeof v === 'string'));
  const shown = values.map(v => (typeof v === 'string' ? v : JSON.stringify(v)));
  return (value, _old, path, findings) => {
    const known = typeof value === 'string' ? texts.has(value) : values.some(v => deepEqual(v, value));
    if (!known) findings.notSupported(path, value, shown);
  };
}

function itemChecks(schema: JsonSchema): Check[] {
  const items = itemSchema(schema);
  if (!items) return [];
  const check = compileCheck(items);
  const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  return [
    (value, old, path, findings) => {
      const before = correlated(keys, old);
      (value as unknown[]).forEach((item, i) => {
        below(check, item, before?.(item), findings.item(path, i), findings);
      });
    },
  ];
}

function fieldChecks(schema: JsonSchema): Check[] {
  const fields = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, compileCheck(part)] as const);
  const known = new Set(fields.map(([name]) => name));
  const { additionalProperties } = schema;
  const checks: Check[] = [];
  const join = (path: string, name: string) => (path ? `${path}.${name}` : name);
  if (typeof additionalProperties === 'object') {
    const check = compileCheck(additionalProperties);
    checks.push((value, old, path, findings) => {
      const object = value as Record<string, unknown>;
      for (const name of Object.keys(object)) {
        if (!known.has(name)) below(check, object[name], fieldOf(old, name), join(path, name), findings);
      }
    });
  }
  if (fields.length) {
    checks.push((value, old, path, findings) => {
      const object = value as Record<string, unknown>;
      for (const [name, check] of fields) {
        if (Object.hasOwn(object, name)) below(check, object[name], fieldOf(old, name), join(path, name), findings);
      }
    });
  }
  return checks;
}

const fieldOf = (old: unknown, name: string) => (isRecord(old) ? getOwn(old, name) : undefined);

/** below checks what stands in a value; what is as it was before a change stays unchecked. */
function below(check: Check, value: unknown, old: unknown, path: string, findings: Findings): void {
  if (old === undefined || !deepEqual(value, old)) check(value, old, path, findings);
}
