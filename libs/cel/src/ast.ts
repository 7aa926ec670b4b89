import type { Value } from './values';

/** Expr is a parsed expression. `offset` is where messages point. Immutable. */
export type Expr =
  Literal | Ident | Select | Call | ListLiteral | MapLiteral | ObjectLiteral | Comprehension | Bind | OptionalMap;

interface Node {
  readonly offset: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  readonly name: string;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** test: `has(a.b)`. */
  readonly test: boolean;
  /** optional: `a.?b`. */
  readonly optional: boolean;
}

/** Call is a function, a method (with a target) or an operator, by CEL's name for it: `_+_`, `_[_]`, `@in`. */
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly elements: readonly { readonly value: Expr; readonly optional: boolean }[];
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}

/** ObjectLiteral is `Object.spec{replicas: 1}`. */
export interface ObjectLiteral extends Node {
  readonly kind: 'object';
  readonly type: string;
  readonly entries: readonly { readonly field: string; readonly value: Expr; readonly offset: number }[];
}

/** ComprehensionName is what a macro over a list or map makes of it. */
export type ComprehensionName =
  'all' | 'exists' | 'existsOne' | 'map' | 'filter' | 'transformList' | 'transformMap' | 'transformMapEntry';

export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly macro: ComprehensionName;
  readonly range: Expr;
  /** variables: the element (of a map its key), or index and element (of a map key and value). */
  readonly variables: readonly string[];
  readonly filter: Expr | undefined;
  readonly body: Expr;
}

/** Bind is `cel.bind(name, value, body)`. */
export interface Bind extends Node {
  readonly kind: 'bind';
  readonly name: string;
  readonly value: Expr;
  readonly body: Expr;
}

/** OptionalMap is `target.optMap(name, body)`; flat: optFlatMap, whose body is optional itself. */
export interface OptionalMap extends Node {
  readonly kind: 'optionalMap';
  readonly target: Expr;
  readonly name: string;
  readonly body: Expr;
  readonly flat: boolean;
}
