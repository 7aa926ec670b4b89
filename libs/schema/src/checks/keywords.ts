import { deepEqual, isInt64 } from '@navarch/apimachinery';
import type { JsonSchema } from '../json-schema';
import { compilePattern } from '../pattern';
import type { Findings } from './finding';
import { FORMATS } from './formats';

/** Check looks at a value and tells what is wrong; `old` is what stood there before a change, undefined where nothing is known. */
export type Check = (value: unknown, old: unknown, path: string, findings: Findings) => void;

/** CheckParts are the checks of one schema, by the type of the value they are for. */
export interface CheckParts {
  readonly text: Check[];
  readonly number: Check[];
  readonly list: Check[];
}

/** A check of values of one type that needs no old value. */
type Keyword<T> = (value: T, path: string, findings: Findings) => void;

const keyword =
  <T>(check: Keyword<T>): Check =>
  (value, _old, path, findings) =>
    check(value as T, path, findings);

/** checksOfTexts: maxLength, minLength and pattern, of which the first one that fails is told; format. Lengths count characters. */
export function checksOfTexts(schema: JsonSchema): Check[] {
  const { format } = schema;
  const lengths = lengthChecks(schema);
  const checks: Keyword<string>[] = [
    (text, path, findings) => {
      const before = findings.list.length;
      for (const check of lengths) {
        check(text, path, findings);
        if (findings.list.length > before) return;
      }
    },
  ];
  const isFormat = format === undefined ? undefined : FORMATS.get(format);
  if (format !== undefined && isFormat)
    checks.push((text, path, findings) => {
      if (!isFormat(text, findings.emulated)) findings.wrongType(path, format, text);
    });
  return checks.map(keyword);
}

function lengthChecks({ maxLength, minLength, pattern }: JsonSchema): Keyword<string>[] {
  const checks: Keyword<string>[] = [];
  if (maxLength !== undefined)
    checks.push((text, path, findings) => {
      if (text.length > maxLength && [...text].length > maxLength) findings.tooLong(path, text, maxLength);
    });
  if (minLength !== undefined)
    checks.push((text, path, findings) => {
      if ([...text].length < minLength) findings.invalid(path, text, `should be at least ${minLength} chars long`);
    });
  if (pattern) checks.push(patternCheck(pattern));
  return checks;
}

function patternCheck(source: string): Keyword<string> {
  try {
    const pattern = compilePattern(source);
    return (text, path, findings) => {
      if (!pattern.found(text)) findings.invalid(path, text, `should match '${source}'`);
    };
  } catch (error) {
    // Older definitions were stored without a look at their patterns.
    const why = `${source}: ${(error as Error).message}`;
    return (text, path, findings) => findings.invalid(path, text, `should match '${why}'`);
  }
}

/** RANGED_SINCE is the first release that holds whole numbers against what can be held. */
const RANGED_SINCE = 23;

/** checksOfNumbers: what a whole number can hold, multipleOf, minimum, maximum. For whole numbers the bounds are whole too. */
export function checksOfNumbers(schema: JsonSchema): Check[] {
  const { maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf } = schema;
  const checks: Keyword<number>[] = [];
  if (schema.type === 'integer')
    checks.push((n, path, findings) => {
      const words = 'value must be of type integer (default format) in';
      if (findings.emulated >= RANGED_SINCE && !isInt64(n)) findings.composite(`Checked ${words} ${path}`);
    });
  const boundFor = (n: number, bound: number) => (Number.isInteger(n) ? Math.trunc(bound) : bound);
  if (multipleOf !== undefined)
    checks.push((n, path, findings) => {
      if (!isMultiple(n, multipleOf)) findings.invalid(path, n, `should be a multiple of ${multipleOf}`);
    });
  if (minimum !== undefined)
    checks.push((n, path, findings) => {
      const bound = boundFor(n, minimum);
      const words = exclusiveMinimum ? 'greater than' : 'greater than or equal to';
      if (exclusiveMinimum ? n <= bound : n < bound) findings.invalid(path, n, `should be ${words} ${bound}`);
    });
  if (maximum !== undefined)
    checks.push((n, path, findings) => {
      const bound = boundFor(n, maximum);
      const words = exclusiveMaximum ? 'less than' : 'less than or equal to';
      if (exclusiveMaximum ? n >= bound : n > bound) findings.invalid(path, n, `should be ${words} ${bound}`);
    });
  return checks.map(keyword);
}

/** TOLERANCE is how far, in relation to its size, a quotient may be above a whole number. */
const TOLERANCE = 1e-9;

function isMultiple(n: number, factor: number): boolean {
  const times = factor < 1 ? (1 / factor) * n : n / factor;
  if (Math.abs(times) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.trunc(times);
  return times === whole || Math.abs(times - whole) / (Math.abs(times) + Math.abs(whole)) < TOLERANCE;
}

/** checksOfLists: minItems, maxItems, uniqueItems. */
export function checksOfLists({ minItems, maxItems, uniqueItems }: JsonSchema): Check[] {
  const checks: Keyword<unknown[]>[] = [];
  if (minItems !== undefined)
    checks.push((list, path, findings) => {
      if (list.length < minItems) findings.invalid(path, list.length, `should have at least ${minItems} items`);
    });
  if (maxItems !== undefined)
    checks.push((list, path, findings) => {
      if (list.length > maxItems) findings.tooMany(path, list.length, maxItems, 'items');
    });
  if (uniqueItems)
    checks.push((list, path, findings) => {
      if (hasRepeated(list)) findings.invalid(path, undefined, `shouldn't contain duplicates`);
    });
  return checks.map(keyword);
}

/** hasRepeated: texts and numbers are compared at once, only structures with one another. */
function hasRepeated(list: readonly unknown[]): boolean {
  const scalars = list.filter(item => typeof item !== 'object' || item === null);
  if (new Set(scalars).size < scalars.length) return true;
  const structures = list.filter(item => typeof item === 'object' && item !== null);
  return structures.some((item, i) => structures.slice(0, i).some(before => deepEqual(before, item)));
}

/** checksOfSizes: minProperties, maxProperties. */
export function checksOfSizes({ minProperties, maxProperties }: JsonSchema): Check[] {
  const checks: Keyword<Record<string, unknown>>[] = [];
  if (minProperties !== undefined)
    checks.push((object, path, findings) => {
      const count = Object.keys(object).length;
      if (count < minProperties) findings.tooFew(path, count, minProperties, 'properties');
    });
  if (maxProperties !== undefined)
    checks.push((object, path, findings) => {
      const count = Object.keys(object).length;
      if (count > maxProperties) findings.tooMany(path, count, maxProperties, 'properties');
    });
  return checks.map(keyword);
}

/** checksOfRequired: required. */
export function checksOfRequired({ required }: JsonSchema): Check[] {
  if (!required?.length) return [];
  const check: Keyword<Record<string, unknown>> = (object, path, findings) => {
    for (const name of required) {
      if (!Object.hasOwn(object, name)) findings.required(path ? `${path}.${name}` : name);
    }
  };
  return [keyword(check)];
}
