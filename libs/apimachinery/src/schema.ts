/**
 * TypeSchema is the structure of a value, as patching, apply and pruning need it. `@navarch/api` serves it for the built-in
 * kinds; a CRD's schema is another implementation. Immutable; may be recursive, so fields are asked for by name.
 */
export interface TypeSchema {
  /** kind: `object` has named fields, `map` any keys with one element type, `untyped` is any JSON (never looked into). */
  readonly kind: 'object' | 'map' | 'list' | 'scalar' | 'untyped';
  /** name is the definition's, where there is one: `io.k8s.api.core.v1.Container`. */
  readonly name?: string;
  /** scalarType is what a scalar must be; anything unless given. */
  readonly scalarType?: 'string' | 'numeric' | 'boolean';
  /** field answers an object's field; undefined if there is none of this name. */
  field(name: string): FieldSchema | undefined;
  /** element is the type of a map's values or a list's items. */
  readonly element?: TypeSchema;
  /** atomic: objects and maps that have one owner and are replaced as a whole. */
  readonly atomic?: boolean;
  /** preservesUnknown: an object that keeps the fields it does not know (CRDs). */
  readonly preservesUnknown?: boolean;
  /** listType tells how lists merge; `atomic` unless given. */
  readonly listType?: 'atomic' | 'set' | 'map';
  /** mapKeys are the fields that identify an item of a list of type `map`. */
  readonly mapKeys?: readonly string[];
  /** keyDefaults are the values of map keys that an item may leave out: `{protocol: 'TCP'}`. */
  readonly keyDefaults?: Readonly<Record<string, unknown>>;
}

/** FieldSchema is one field of an object. */
export interface FieldSchema {
  readonly name: string;
  readonly schema: TypeSchema;
  /** patchStrategy of strategic merge: `merge`, `replace`, `retainKeys`; several may hold. */
  readonly patchStrategy: readonly string[];
  /** patchMergeKey identifies the items of a list with strategy `merge`; without it the items are scalars. */
  readonly patchMergeKey?: string;
}

/** untyped is the schema of a value nothing is known about, owned as a whole. */
export const untyped: TypeSchema = { kind: 'untyped', field: () => undefined, atomic: true };

/** deduced is the schema of a value nothing is known about, whose objects are owned field by field (CRDs). */
export const deduced: TypeSchema = { kind: 'untyped', field: () => undefined };

/** scalar is the schema of a string, number or boolean. */
export const scalar: TypeSchema = { kind: 'scalar', field: () => undefined };
