/** Type is a CEL type. Immutable; compared by structure, objects and opaque types by name. */
export type Type = SimpleType | ListType | MapType | ObjectType | OptionalType | TypeType | OpaqueType | TypeParam;

export type SimpleKind =
  'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'timestamp' | 'duration' | 'dyn';

export interface SimpleType {
  readonly kind: SimpleKind;
}
export interface ListType {
  readonly kind: 'list';
  readonly element: Type;
  /** identity tells how the list compares and is added to: by its items as a set, or by their keys. */
  readonly identity?: ListIdentity;
}
export interface MapType {
  readonly kind: 'map';
  readonly key: Type;
  readonly value: Type;
}
/** ListIdentity: `keys` are the JSON names that identify an item of a list map; without them the list is a set. */
export interface ListIdentity {
  readonly keys?: readonly string[];
}
/** ObjectType has named fields; it may be recursive, so fields are asked for by name. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** field answers a field by its name in CEL; undefined if there is none. */
  field(name: string): ObjectField | undefined;
}
export interface ObjectField {
  readonly type: Type;
  /** property is the name in JSON, which CEL may have to escape. */
  readonly property: string;
}
export interface OptionalType {
  readonly kind: 'optional';
  readonly value: Type;
}
/** TypeType is the type of a type. */
export interface TypeType {
  readonly kind: 'type';
  readonly of: Type;
}
/** OpaqueType is a library's: `kubernetes.Quantity`. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
}
/** TypeParam stands for any one type in a signature. */
export interface TypeParam {
  readonly kind: 'param';
  readonly name: string;
}

const simple = (kind: SimpleKind): SimpleType => ({ kind });
export const NULL = simple('null');
export const BOOL = simple('bool');
export const INT = simple('int');
export const UINT = simple('uint');
export const DOUBLE = simple('double');
export const STRING = simple('string');
export const BYTES = simple('bytes');
export const TIMESTAMP = simple('timestamp');
export const DURATION = simple('duration');
/** DYN is a type that is known at run time only; it fits every other. */
export const DYN = simple('dyn');

export const listOf = (element: Type, identity?: ListIdentity): ListType =>
  identity ? { kind: 'list', element, identity } : { kind: 'list', element };
export const mapOf = (key: Type, value: Type): MapType => ({ kind: 'map', key, value });
export const optionalOf = (value: Type): OptionalType => ({ kind: 'optional', value });
export const typeOf = (of: Type): TypeType => ({ kind: 'type', of });
export const opaque = (name: string): OpaqueType => ({ kind: 'opaque', name });
export const param = (name: string): TypeParam => ({ kind: 'param', name });

/** objectOf makes an object type of a plain table of fields, each named in JSON as in CEL. */
export function objectOf(name: string, fields: Readonly<Record<string, Type>>): ObjectType {
  return {
    kind: 'object',
    name,
    field: field => (Object.hasOwn(fields, field) ? { type: fields[field]!, property: field } : undefined),
  };
}

/** typeName shows a type as messages do: `list(map(string, int))`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeName(type.element)})`;
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`;
    case 'optional':
      return `optional_type(${typeName(type.value)})`;
    case 'type':
      return `type(${typeName(type.of)})`;
    case 'timestamp':
    case 'duration':
      return `google.protobuf.${type.kind === 'timestamp' ? 'Timestamp' : 'Duration'}`;
    case 'object':
    case 'opaque':
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}

/** Bindings are the types that a signature's parameters stand for in one call. */
export type Bindings = Map<string, Type>;

/** isNullable: null fits where there may be no value at all. */
const isNullable = ({ kind }: Type) =>
  kind === 'object' || kind === 'opaque' || kind === 'timestamp' || kind === 'duration' || kind === 'null';

/** fits tells whether a value of type `given` may stand where `wanted` is expected; it binds the parameters in `wanted`. */
export function fits(wanted: Type, given: Type, bindings: Bindings): boolean {
  if (wanted.kind === 'param') {
    const bound = bindings.get(wanted.name);
    if (bound === undefined || bound.kind === 'dyn') {
      if (bound === undefined) bindings.set(wanted.name, given);
      return true;
    }
    if (fits(bound, given, bindings)) return true;
    if (!fits(given, bound, bindings)) return false;
    bindings.set(wanted.name, given);
    return true;
  }
  if (wanted.kind === 'dyn' || given.kind === 'dyn') return true;
  if (given.kind === 'null') return isNullable(wanted);
  switch (wanted.kind) {
    case 'list':
      return given.kind === 'list' && fits(wanted.element, given.element, bindings);
    case 'map':
      return given.kind === 'map' && fits(wanted.key, given.key, bindings) && fits(wanted.value, given.value, bindings);
    case 'optional':
      return given.kind === 'optional' && fits(wanted.value, given.value, bindings);
    case 'type':
      return given.kind === 'type';
    case 'object':
    case 'opaque':
      return given.kind === wanted.kind && given.name === wanted.name;
    default:
      return given.kind === wanted.kind;
  }
}

/** substitute puts the bound types in the place of parameters; what is unbound is dynamic. */
export function substitute(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? DYN;
    case 'list':
      return listOf(substitute(type.element, bindings), type.identity);
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    case 'optional':
      return optionalOf(substitute(type.value, bindings));
    case 'type':
      return typeOf(substitute(type.of, bindings));
    default:
      return type;
  }
}

/** isAssignable: see fits. */
export function isAssignable(wanted: Type, given: Type): boolean {
  return fits(wanted, given, new Map());
}
