import { getOwn, isRecord } from '@navarch/apimachinery';

/** JsonPath finds the values that a path leads to, in order. */
export type JsonPath = (object: unknown) => unknown[];

/** MAX_VALUES bounds what a path finds on its way: `..` several times would multiply. */
const MAX_VALUES = 10_000;

/** Step leads from one value to those below it. */
type Step = (value: unknown) => unknown[];

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/**
 * compileJsonPath makes a function of a JSONPath as Kubernetes writes it, without braces: `.spec.list[0].name`, `.a['b.c']`,
 * `.a\.b`, `[*]`, `[1:3]`, `..name`, `[?(@.type=="Ready")]`. Throws an Error for what is none; so does the function
 * where a filter compares what is not alike.
 */
export function compileJsonPath(source: string): JsonPath {
  const steps = stepsOf(source.trim().replace(/^\{|\}$/g, ''));
  return object => steps.reduce<unknown[]>((values, step) => values.flatMap(step).slice(0, MAX_VALUES), [object]);
}

function stepsOf(source: string): Step[] {
  const steps: Step[] = [];
  let at = source.startsWith('$') || source.startsWith('@') ? 1 : 0;
  while (at < source.length) {
    if (source.startsWith('..', at)) {
      steps.push(everywhere);
      at += 2;
      if (source[at] === '[') continue;
      at = nameStep(source, at, steps);
    } else if (source[at] === '.') at = source[at + 1] === '[' ? at + 1 : nameStep(source, at + 1, steps);
    else if (source[at] === '[') at = bracketStep(source, at, steps);
    else throw new Error(`unrecognized character in action: ${source.slice(at)}`);
  }
  return steps;
}

/** nameStep reads a field's name, in which a backslash takes the next character as it is. */
function nameStep(source: string, from: number, steps: Step[]): number {
  let name = '';
  let at = from;
  for (; at < source.length && source[at] !== '.' && source[at] !== '['; at++) {
    if (source[at] === '\\') at++;
    name += source[at] ?? '';
  }
  if (name) steps.push(name === '*' ? children : fieldStep(name));
  return at;
}

function bracketStep(source: string, from: number, steps: Step[]): number {
  const end = closing(source, from);
  const inside = source.slice(from + 1, end).trim();
  steps.push(insideBrackets(inside));
  return end + 1;
}

/** closing finds the bracket that closes the one at `from`; quoted texts may hold any. */
function closing(source: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < source.length; at++) {
    const c = source[at]!;
    if (quote) {
      if (c === '\\') at++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return at;
  }
  throw new Error('unterminated array');
}

function insideBrackets(text: string): Step {
  if (text === '*') return children;
  if (text.startsWith('?(') && text.endsWith(')')) return filterStep(text.slice(2, -1));
  const parts = text.split(',').map(part => part.trim());
  if (parts.every(part => /^(['"]).*\1$/.test(part))) {
    const fields = parts.map(part => fieldStep(part.slice(1, -1).replace(/\\(.)/g, '$1')));
    return value => fields.flatMap(step => step(value));
  }
  if (/^-?\d*(:-?\d*){1,2}$/.test(text)) return sliceStep(text);
  if (parts.every(part => /^-?\d+$/.test(part))) {
    const indexes = parts.map(Number);
    return value => (Array.isArray(value) ? indexes.flatMap(i => itemAt(value, i)) : []);
  }
  throw new Error(`invalid array index ${text}`);
}

const itemAt = (list: readonly unknown[], index: number): unknown[] => {
  const i = index < 0 ? list.length + index : index;
  return i >= 0 && i < list.length ? [list[i]] : [];
};

function sliceStep(text: string): Step {
  const [from = '', to = '', step = ''] = text.split(':');
  const by = Math.max(1, Number(step || 1));
  return value => {
    if (!Array.isArray(value)) return [];
    const bound = (part: string, otherwise: number) => (part === '' ? otherwise : Number(part));
    return value.slice(bound(from, 0), bound(to, value.length)).filter((_, i) => i % by === 0);
  };
}

const fieldStep =
  (name: string): Step =>
  value =>
    isRecord(value) && Object.hasOwn(value, name) ? [getOwn(value, name)] : [];

const children: Step = value => (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []);

const everywhere: Step = value => [value, ...children(value).flatMap(everywhere)];

function filterStep(condition: string): Step {
  const matches = conditionOf(condition);
  return value => {
    if (!Array.isArray(value)) throw new Error('only a list can be filtered');
    return value.filter(matches);
  };
}

function conditionOf(condition: string): (item: unknown) => boolean {
  const operator = OPERATORS.find(op => outsideQuotes(condition, op) >= 0);
  if (!operator) {
    const path = compileJsonPath(condition.trim());
    return item => path(item).length > 0;
  }
  const at = outsideQuotes(condition, operator);
  const [left, right] = [operand(condition.slice(0, at)), operand(condition.slice(at + operator.length))];
  return item => {
    const [a, b] = [left(item), right(item)];
    return a.length === 1 && b.length === 1 && compares(a[0], operator, b[0]);
  };
}

function outsideQuotes(text: string, wanted: string): number {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (quote) {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (text.startsWith(wanted, at)) return at;
  }
  return -1;
}

function operand(source: string): JsonPath {
  const text = source.trim();
  if (/^(['"]).*\1$/.test(text)) return () => [text.slice(1, -1)];
  if (text.startsWith('@') || text.startsWith('$')) return compileJsonPath(text);
  if (text === 'true' || text === 'false') return () => [text === 'true'];
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) throw new Error(`unrecognized character in filter: ${text}`);
  return () => [number];
}

/** compares two values of one kind; throws an Error for others. */
function compares(a: unknown, operator: Operator, b: unknown): boolean {
  if (kindOf(a) !== kindOf(b)) throw new Error('incompatible types for comparison');
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a === 'boolean') throw new Error('invalid type for comparison');
  const [x, y] = [a, b] as [number, number];
  switch (operator) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    default:
      return x >= y;
  }
}

/** kindOf: whole numbers and others are not alike. */
function kindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  throw new Error('invalid type for comparison');
}
