import type { Type } from '../types';
import { Uint, type Value } from '../values';
import { exactly, UNBOUNDED, union, type Interval } from './interval';

/**
 * Extent is what is known of how large a value is, and its parts are: characters of a text, bytes, items of a list, entries of a
 * map. What is left out is not known. Immutable.
 */
export interface Extent {
  readonly size: Interval;
  /** elements are the items of a list, or the values of a map. */
  readonly elements?: Extent | undefined;
  readonly keys?: Extent | undefined;
  /** field answers a field of an object by its name in CEL. */
  readonly field?: (name: string) => Extent | undefined;
  /** literal is the value itself, where the expression spells it out. */
  readonly literal?: Value;
}

export const UNKNOWN: Extent = { size: UNBOUNDED };
/** SCALAR is any value of a fixed size. */
export const SCALAR: Extent = { size: exactly(1) };

/** extentOf is what a type tells of a value. */
export function extentOf(type: Type | undefined): Extent {
  switch (type?.kind) {
    case 'bool':
    case 'int':
    case 'uint':
    case 'double':
    case 'timestamp':
    case 'duration':
    case 'type':
      return SCALAR;
    case 'optional':
      return extentOf(type.value);
    default:
      return UNKNOWN;
  }
}

/** extentOfLiteral is that of a value which the expression spells out. */
export function extentOfLiteral(value: Value): Extent {
  return { size: exactly(sizeOf(value) ?? 1), literal: value };
}

/** elementOf is what is known of a list's items, or a map's values. */
export function elementOf({ elements }: Extent, type: Type | undefined): Extent {
  if (elements) return elements;
  if (type?.kind === 'list') return extentOf(type.element);
  return type?.kind === 'map' ? extentOf(type.value) : UNKNOWN;
}

/** either is what is known of a value that may be any of these; at least one. */
export function either(...extents: readonly Extent[]): Extent {
  const [first, ...rest] = extents;
  if (!rest.length) return first!;
  const part = (name: 'elements' | 'keys'): Extent | undefined => {
    const parts = extents.map(extent => extent[name]);
    return parts.every(given => given !== undefined) ? either(...parts) : undefined;
  };
  return { size: union(...extents.map(({ size }) => size)), elements: part('elements'), keys: part('keys') };
}

/** sizeOf is a value's size, as `size(x)` tells it; undefined for values that have none. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return codePoints(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint) return undefined;
  if (value instanceof Uint8Array) return value.length;
  if ('items' in value) return value.items.length;
  if ('size' in value && typeof value.size === 'number') return value.size;
  return undefined;
}

function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}
