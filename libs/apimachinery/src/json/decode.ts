import { isUtf8 } from 'node:buffer';
import { StatusError } from '../status-error';
import { JsonError, quoteByte, scanJson } from './scan';
import { strictFields } from './strict';

/** DecodeJsonOptions bound what is read. */
export interface DecodeJsonOptions {
  /** maxDepth is how many objects and lists may stand in one another; 1000 unless given. */
  readonly maxDepth?: number;
  /** maxBytes refuses longer bodies; without bound unless given. */
  readonly maxBytes?: number;
  /** findDuplicates looks for keys that stand twice. */
  readonly findDuplicates?: boolean;
}

export interface DecodedJson {
  readonly value: unknown;
  /** duplicates are the paths of repeated keys, a hundred at most; empty unless asked for. The last one of them has won. */
  readonly duplicates: readonly string[];
}

/**
 * decodeJson reads one JSON value. A key `__proto__` becomes an own key like any other. It throws a JsonError for what is no
 * JSON, no UTF-8 or too deep, and a 413 StatusError for what is too long.
 */
export function decodeJson(bytes: Buffer, options: DecodeJsonOptions = {}): DecodedJson {
  const { maxDepth = 1000, maxBytes } = options;
  if (maxBytes !== undefined && bytes.length > maxBytes) {
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
  }
  const { findDuplicates = false } = options;
  const outline = findDuplicates || bytes.length > maxDepth ? outlineOf(bytes, maxDepth) : undefined;
  if (!isUtf8(bytes)) throw notUtf8(bytes);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    scanJson(bytes.toString('latin1'));
    throw new JsonError((error as Error).message);
  }
  // A key that stands twice is in the text twice and in the value once: only then is the text worth a walk.
  const repeats = findDuplicates && outline!.keys !== countKeys(value);
  return { value, duplicates: repeats ? strictFields(text).map(({ path }) => path) : [] };
}

/** notUtf8 is what is wrong with bytes that are no UTF-8: that, unless they would be no JSON either way. */
function notUtf8(bytes: Buffer): JsonError {
  scanJson(bytes.toString('latin1'));
  return new JsonError('invalid UTF-8');
}

/** Outline is what bytes show of a JSON text without its being parsed. */
interface Outline {
  /** keys is how many members all objects have together. */
  readonly keys: number;
}

/** outlineOf throws a JsonError where brackets nest too deep for a parser, in invalid JSON too. */
function outlineOf(bytes: Buffer, maxDepth: number): Outline {
  let depth = 0;
  let keys = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x3a) keys++;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) throw new JsonError(`invalid character ${quoteByte(c)} exceeded max depth`);
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return { keys };
}

/** countKeys is how many members all objects of a value have together. */
function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  for (const key in value) count += 1 + countKeys((value as Record<string, unknown>)[key]);
  return count;
}
