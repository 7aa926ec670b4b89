import { CelError } from './errors';
import { parseDuration, parseTimestamp } from './library/time-values';
import { DYN, type ListIdentity, type ObjectType, type Type } from './types';
import { List, MapValue, Uint, type Value } from './values';

type Json = Readonly<Record<string, unknown>>;

/** fromJson is a JSON value as CEL sees it through a type. Structures are looked into only when they are read. */
export function fromJson(json: unknown, type: Type = DYN): Value {
  if (json === null || json === undefined) return null;
  switch (type.kind) {
    case 'int':
      return typeof json === 'number' && Number.isInteger(json) ? BigInt(json) : mismatch(json, 'int');
    case 'double':
      return typeof json === 'number' ? json : mismatch(json, 'double');
    case 'string':
      return typeof json === 'string' ? json : mismatch(json, 'string');
    case 'bool':
      return typeof json === 'boolean' ? json : mismatch(json, 'bool');
    case 'bytes':
      return typeof json === 'string' ? Buffer.from(json, 'base64') : mismatch(json, 'bytes');
    case 'timestamp':
      return (typeof json === 'string' && readTime(json)) || mismatch(json, 'timestamp');
    case 'duration':
      return (typeof json === 'string' && parseDuration(json)) || mismatch(json, 'duration');
    case 'list':
      return Array.isArray(json) ? toList(json, type.element, type.identity) : mismatch(json, 'list');
    case 'map':
      return isStructure(json) ? new JsonMap(json, type.value) : mismatch(json, 'map');
    case 'object':
      return isStructure(json) ? new JsonObject(json, type) : mismatch(json, 'object');
    default:
      return fromUntyped(json);
  }
}

/** toJson is a value as JSON; it throws a CelError for what JSON cannot express. */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof List) return value.items.map(toJson);
  if (value instanceof MapValue) {
    return Object.fromEntries([...value.keys()].map(key => [String(key), toJson(value.get(key)!)]));
  }
  throw new CelError('the value has no JSON form');
}

const isStructure = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json);

function mismatch(json: unknown, wanted: string): never {
  const given = Array.isArray(json) ? 'list' : typeof json === 'object' ? 'map' : typeof json;
  throw new CelError(`invalid data, expected ${wanted} to match the schema, got ${given}`);
}

/** readTime reads a date-time, or a date as its midnight. */
const readTime = (text: string) => parseTimestamp(text) ?? parseTimestamp(`${text}T00:00:00Z`);

function fromUntyped(json: unknown): Value {
  switch (typeof json) {
    case 'number':
      return Number.isInteger(json) ? BigInt(json) : json;
    case 'string':
    case 'boolean':
      return json;
    case 'object':
      return Array.isArray(json) ? toList(json, DYN) : new JsonMap(json as Json, DYN);
    default:
      throw new CelError('unsupported data');
  }
}

function toList(json: readonly unknown[], element: Type, identity?: ListIdentity): List {
  const items = json.map(item => fromJson(item, element));
  return new List(items, identity && identityOf(identity.keys));
}

/** identityOf makes the text by which list items are the same: of a map its keys, of a set the item. */
function identityOf(keys: readonly string[] | undefined): (item: Value) => string {
  return item => {
    if (!keys) return typeof item === 'object' ? JSON.stringify(toJson(item)) : `${typeof item}:${String(item)}`;
    const json = item instanceof JsonObject ? item.json : {};
    return JSON.stringify(keys.map(key => (Object.hasOwn(json, key) ? json[key] : null)));
  };
}

/** JsonMap is a JSON object as a map from strings. */
class JsonMap extends MapValue {
  constructor(
    private readonly json: Json,
    private readonly type: Type,
  ) {
    super();
  }
  get size(): number {
    return Object.keys(this.json).length;
  }
  get(key: Value): Value | undefined {
    return this.has(key) ? fromJson(this.json[key as string], this.type) : undefined;
  }
  keys(): Iterable<Value> {
    return Object.keys(this.json);
  }
  override has(key: Value): boolean {
    return typeof key === 'string' && Object.hasOwn(this.json, key) && this.json[key] !== undefined;
  }
}

/** JsonObject is a JSON object with the fields of its type; others are not seen. */
class JsonObject extends MapValue {
  override readonly isObject = true;
  constructor(
    readonly json: Json,
    private readonly type: ObjectType,
  ) {
    super();
  }
  get size(): number {
    return this.keys().length;
  }
  get(name: Value): Value | undefined {
    const field = typeof name === 'string' ? this.type.field(name) : undefined;
    if (!field || !this.holds(field.property)) return undefined;
    return fromJson(this.json[field.property], field.type);
  }
  keys(): string[] {
    return Object.keys(this.json)
      .map(escapeField)
      .filter(name => this.has(name));
  }
  override has(name: Value): boolean {
    const field = typeof name === 'string' ? this.type.field(name) : undefined;
    return !!field && this.holds(field.property);
  }
  private holds(property: string): boolean {
    return Object.hasOwn(this.json, property) && this.json[property] !== undefined;
  }
}

const RESERVED = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);
const NAMED: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** escapeField is a property's name as CEL can write it: `__namespace__`, `a__dash__b`; undefined for names it cannot. */
export function escapeField(property: string): string {
  if (RESERVED.has(property)) return `__${property}__`;
  return property.replace(/__|[.\-/]/g, part => NAMED[part]!);
}

/** isExpressible tells whether a property's name can be written in CEL at all. */
export function isExpressible(property: string): boolean {
  return /^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(property) && /^[A-Za-z_]/.test(escapeField(property));
}
