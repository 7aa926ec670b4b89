import { sameSize, traversal } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, INT, listOf, STRING } from '../types';
import { List } from '../values';
import { formatText } from './string-format';
import { AFFIX, JOINING, POSITION, quoted, REPLACING, SEARCH, SPLITTING } from './string-costs';

const TEXTS = listOf(STRING);
const search = { costs: SEARCH };
const affix = { costs: AFFIX };
const position = { costs: POSITION };
const replacing = { costs: REPLACING };
const splitting = { costs: SPLITTING };
const joining = { costs: JOINING };
const same = { costs: traversal(1, sameSize) };

/** at is the position as an offset within 0 to `length`; other positions are errors. */
function at(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw new CelError(`index out of range: ${index}`);
  return Number(index);
}

/** runes are the code points of a text, in which positions count. */
const runes = (text: string) => [...text];

function charAt(text: string, index: bigint): string {
  const all = runes(text);
  return all[at(index, all.length)] ?? '';
}

function indexOf(text: string, part: string, from = 0n): bigint {
  const all = runes(text);
  const wanted = runes(part);
  for (let i = at(from, all.length); i + wanted.length <= all.length; i++) {
    if (wanted.every((rune, k) => all[i + k] === rune)) return BigInt(i);
  }
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const all = runes(text);
  const wanted = runes(part);
  if (from !== undefined) at(from, all.length);
  for (let i = Math.min(all.length - wanted.length, Number(from ?? all.length)); i >= 0; i--) {
    if (wanted.every((rune, k) => all[i + k] === rune)) return BigInt(i);
  }
  return -1n;
}

function substring(text: string, from: bigint, to?: bigint): string {
  const all = runes(text);
  const start = at(from, all.length);
  const end = to === undefined ? all.length : at(to, all.length);
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return all.slice(start, end).join('');
}

function replace(text: string, part: string, by: string, limit = -1n): string {
  if (limit === 0n) return text;
  const pieces = split(text, part, limit < 0n ? -1n : limit + 1n).items as string[];
  return pieces.join(by);
}

/** split: at most `limit` pieces, the last being the rest; below zero any number. */
function split(text: string, separator: string, limit = -1n): List {
  if (limit === 0n) return new List([]);
  const pieces = separator === '' ? runes(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return new List(pieces);
  const head = pieces.slice(0, Number(limit) - 1);
  return new List([...head, pieces.slice(head.length).join(separator)]);
}

const ascii = (text: string, pattern: RegExp, change: (letter: string) => string) => text.replace(pattern, change);

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const quote = (text: string) => `"${text.replace(/[\x07\b\f\n\r\t\v\\"]/g, c => ESCAPES[c]!)}"`;

function join({ items }: List, separator = ''): string {
  if (!items.every(item => typeof item === 'string')) throw new CelError('no such overload');
  return items.join(separator);
}

/** STRINGS are the functions of texts. Positions count code points. */
export const STRINGS: Library = {
  contains: [method([STRING, STRING], BOOL, (text: string, part: string) => text.includes(part), search)],
  startsWith: [method([STRING, STRING], BOOL, (text: string, start: string) => text.startsWith(start), affix)],
  endsWith: [method([STRING, STRING], BOOL, (text: string, end: string) => text.endsWith(end), affix)],
  charAt: [method([STRING, INT], STRING, charAt)],
  indexOf: [method([STRING, STRING], INT, indexOf, position), method([STRING, STRING, INT], INT, indexOf, position)],
  lastIndexOf: [
    method([STRING, STRING], INT, lastIndexOf, position),
    method([STRING, STRING, INT], INT, lastIndexOf, position),
  ],
  substring: [method([STRING, INT], STRING, substring, same), method([STRING, INT, INT], STRING, substring, same)],
  replace: [
    method([STRING, STRING, STRING], STRING, replace, replacing),
    method([STRING, STRING, STRING, INT], STRING, replace, replacing),
  ],
  split: [method([STRING, STRING], TEXTS, split, splitting), method([STRING, STRING, INT], TEXTS, split, splitting)],
  join: [method([TEXTS], STRING, join, joining), method([TEXTS, STRING], STRING, join, joining)],
  lowerAscii: [method([STRING], STRING, (text: string) => ascii(text, /[A-Z]+/g, c => c.toLowerCase()), same)],
  upperAscii: [method([STRING], STRING, (text: string) => ascii(text, /[a-z]+/g, c => c.toUpperCase()), same)],
  trim: [method([STRING], STRING, (text: string) => text.trim(), same)],
};

/** FORMATTING are the functions that write values as texts. */
export const FORMATTING: Library = {
  'strings.quote': [fn([STRING], STRING, quote, { costs: traversal(1, quoted) })],
  format: [method([STRING, listOf({ kind: 'dyn' })], STRING, formatText, { costs: traversal() })],
};
