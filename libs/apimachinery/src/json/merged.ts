import { isRecord, setOwn } from './equal';
import { scanJson, type JsonVisitor } from './scan';
import type { Outline } from './strict';

/**
 * mergedJson is the value of JSON text in which keys stand twice, as Go reads it into a type: what has an outline is read into what is there,
 * objects member by member and lists item by item; of all else the last counts. It throws a JsonError for what is no JSON.
 */
export function mergedJson(text: string, outline: Outline): unknown {
  let value: unknown;
  scanJson(
    text,
    readInto(undefined, outline, read => {
      value = read;
    }),
  );
  return value;
}

/** readInto reads a value into the one before, and puts it where it belongs. */
function readInto(before: unknown, outline: Outline | undefined, put: (value: unknown) => void): JsonVisitor {
  let object: Record<string, unknown> = {};
  const list: unknown[] = [];
  return {
    scalar: text => put(JSON.parse(text)),
    opens(bracket) {
      if (bracket === '[') return put(list);
      if (outline && isRecord(before)) object = before;
      put(object);
    },
    member(key) {
      const child = outline?.member?.(key);
      const known = Object.hasOwn(object, key) ? object[key] : undefined;
      return readInto(known, child === 'unknown' ? undefined : child, value => setOwn(object, key, value));
    },
    item(index) {
      const known: unknown = outline && Array.isArray(before) ? before[index] : undefined;
      return readInto(known, outline?.item, value => list.push(value));
    },
  };
}
