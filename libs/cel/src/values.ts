import { CelError } from './errors';
import { DYN, typeName, type Type } from './types';

/**
 * Value is a CEL value. An int is a bigint, a double a number; the rest is as named. What a schema describes stays JSON
 * inside a List or a MapValue until it is read.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | List
  | MapValue
  | Optional
  | TypeValue
  | Opaque;

export const MAX_INT = (1n << 63n) - 1n;
export const MIN_INT = -(1n << 63n);
const MAX_UINT = (1n << 64n) - 1n;

/** Uint is an unsigned integer of 64 bits. */
export class Uint {
  constructor(readonly value: bigint) {}
}

/** Timestamp is an instant between the years 1 and 9999, in nanoseconds since 1970. */
export class Timestamp {
  constructor(readonly nanos: bigint) {}
}

/** Duration is a length of time in nanoseconds, within 64 bits. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}

/** List is a list. `identity`, if given, makes the text by which items are the same: the order then does not matter. */
export class List {
  constructor(
    readonly items: readonly Value[],
    readonly identity?: (item: Value) => string,
  ) {}
}

/** MapValue is a map, or an object with fields (`isObject`). */
export abstract class MapValue {
  abstract readonly size: number;
  readonly isObject: boolean = false;
  /** get is undefined for a key that is not there. */
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
  /** has is told apart from get because a value may cost something to make. */
  has(key: Value): boolean {
    return this.get(key) !== undefined;
  }
}

/** Optional is a value that may be missing. */
export class Optional {
  constructor(readonly value: Value | undefined) {}
  static readonly none = new Optional(undefined);
}

/** TypeValue is a type as a value: `type(1) == int`. */
export class TypeValue {
  constructor(readonly name: string) {}
}

/** Opaque is a value of a library's own type. */
export abstract class Opaque {
  abstract readonly type: Type;
  /** equals compares with a value of the same class. */
  abstract equals(other: this): boolean;
}

/** EntryMap is a map made by an expression. */
export class EntryMap extends MapValue {
  private readonly entries = new Map<unknown, { key: Value; value: Value }>();

  get size(): number {
    return this.entries.size;
  }
  get(key: Value): Value | undefined {
    return this.entries.get(mapKey(key))?.value;
  }
  keys(): Iterable<Value> {
    return [...this.entries.values()].map(({ key }) => key);
  }
  /** put adds an entry; it throws a CelError if the key is there, or may be no key. */
  put(key: Value, value: Value): void {
    const kind = typeof key;
    if (!(kind === 'string' || kind === 'bigint' || kind === 'boolean' || key instanceof Uint))
      throw new CelError('unsupported key type');
    const normal = mapKey(key);
    if (this.entries.has(normal)) throw new CelError(`insert failed: key ${String(key)} already exists`);
    this.entries.set(normal, { key, value });
  }
}

/** mapKey: numbers of any type are the same key if they are equal. */
function mapKey(key: Value): unknown {
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
}

/** int is the integer, or `integer overflow`. */
export function int(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) throw new CelError('integer overflow');
  return value;
}

/** uint is the unsigned integer, or `unsigned integer overflow`. */
export function uint(value: bigint): Uint {
  if (value > MAX_UINT || value < 0n) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

/** typeNameOf is the name of a value's type, as `type(x)` compares it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
  }
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof List) return 'list';
  if (value instanceof MapValue) return value.isObject ? 'object' : 'map';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  return typeName(value.type);
}

/** hasType tells whether a value may be given where the type is wanted; elements are not looked into. */
export function hasType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return value instanceof List;
    case 'map':
    case 'object':
      return value instanceof MapValue;
    case 'optional':
      return value instanceof Optional;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      return value instanceof Opaque && typeName(value.type) === type.name;
  }
}

/** typeOfLiteral is the type of a literal. */
export function typeOfLiteral(value: Value): Type {
  if (value === null) return { kind: 'null' };
  if (value instanceof Uint) return { kind: 'uint' };
  if (value instanceof Uint8Array) return { kind: 'bytes' };
  switch (typeof value) {
    case 'boolean':
      return { kind: 'bool' };
    case 'bigint':
      return { kind: 'int' };
    case 'number':
      return { kind: 'double' };
    case 'string':
      return { kind: 'string' };
    default:
      return DYN;
  }
}
