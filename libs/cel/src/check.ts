import type { Call, Comprehension, Expr, ListLiteral, MapLiteral, Select } from './ast';
import type { Environment, Overload } from './environment';
import { CompileError, type Issue } from './issues';
import { qualifiedName } from './parser';
import {
  BOOL,
  DYN,
  fits,
  INT,
  isAssignable,
  listOf,
  mapOf,
  optionalOf,
  substitute,
  typeName,
  typeOf,
  type Bindings,
  type Type,
} from './types';
import { typeOfLiteral } from './values';

/** Reference is what a name means: a variable of the environment, one of the expression's own (by slot), or a type. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'local'; readonly slot: number }
  | { readonly kind: 'type'; readonly name: string };

/** Checked is an expression whose types hold together. */
export interface Checked {
  readonly expr: Expr;
  readonly type: Type;
  /** types of all parts of the expression. */
  readonly types: ReadonlyMap<Expr, Type>;
  /** references of names, and of selections that are dotted names. */
  readonly references: ReadonlyMap<Expr, Reference>;
  readonly calls: ReadonlyMap<Expr, ResolvedCall>;
  /** slots is how many variables of its own the expression needs at a time. */
  readonly slots: number;
  /** variables of the environment that are referred to. */
  readonly variables: ReadonlySet<string>;
}

/** ResolvedCall is a call with the overloads that the types allow. */
export interface ResolvedCall {
  readonly args: readonly Expr[];
  readonly overloads: readonly Overload[];
  /** exact: the types leave no choice and no doubt, so nothing has to be looked at again. */
  readonly exact: boolean;
}

const TYPE_NAMES = new Set([
  ...['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type', 'optional_type'],
  ...['google.protobuf.Timestamp', 'google.protobuf.Duration'],
]);

/** check finds the type of an expression. It throws a CompileError that lists every fault. */
export function check(text: string, expr: Expr, environment: Environment): Checked {
  const checker = new Checker(environment);
  const type = checker.typeOf(expr);
  if (checker.issues.length) throw new CompileError(text, checker.issues);
  const { types, references, calls, slots, variables } = checker;
  return { expr, type, types, references, calls, slots, variables };
}

class Checker {
  readonly issues: Issue[] = [];
  readonly types = new Map<Expr, Type>();
  readonly references = new Map<Expr, Reference>();
  readonly calls = new Map<Expr, ResolvedCall>();
  readonly variables = new Set<string>();
  slots = 0;
  /** mixes: within the arguments of `format`, whose lists may hold values of any type. */
  private mixes = false;
  private scope: readonly { readonly name: string; readonly type: Type }[] = [];

  constructor(private readonly environment: Environment) {}

  typeOf(expr: Expr): Type {
    const type = this.infer(expr);
    this.types.set(expr, type);
    return type;
  }

  private infer(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal':
        return typeOfLiteral(expr.value);
      case 'ident':
        return this.named(expr, expr.name) ?? this.unknown(expr, expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'object':
        for (const { value } of expr.entries) this.typeOf(value);
        return this.unknown(expr, expr.type);
      case 'comprehension':
        return this.comprehension(expr);
      case 'bind':
        return this.within([{ name: expr.name, type: this.typeOf(expr.value) }], () => this.typeOf(expr.body));
      case 'optionalMap': {
        if (!this.environment.allows('optionals')) return this.unknown(expr, expr.flat ? 'optFlatMap' : 'optMap');
        const target = this.typeOf(expr.target);
        if (target.kind !== 'optional' && target.kind !== 'dyn')
          return this.noOverload(expr, expr.flat ? 'optFlatMap' : 'optMap', [target]);
        const value = target.kind === 'optional' ? target.value : DYN;
        const body = this.within([{ name: expr.name, type: value }], () => this.typeOf(expr.body));
        return expr.flat ? body : optionalOf(body);
      }
    }
  }

  private fault({ offset }: { offset: number }, message: string): Type {
    this.issues.push({ offset, message });
    return DYN;
  }

  private unknown(expr: { offset: number }, name: string): Type {
    return this.fault(expr, `undeclared reference to '${name}' (in container '')`);
  }

  private allowOptional(expr: { offset: number }, syntax: string): void {
    if (!this.environment.allows('optionals')) this.fault(expr, `unsupported syntax '${syntax}'`);
  }

  private noOverload(expr: { offset: number }, name: string, args: readonly Type[], member = false): Type {
    const [first, ...rest] = args.map(typeName);
    const shown = member ? `${first}.(${rest.join(', ')})` : `(${args.map(typeName).join(', ')})`;
    return this.fault(expr, `found no matching overload for '${name}' applied to '${shown}'`);
  }

  private within<T>(variables: readonly { name: string; type: Type }[], run: () => T): T {
    const outer = this.scope;
    this.scope = [...outer, ...variables];
    this.slots = Math.max(this.slots, this.scope.length);
    const result = run();
    this.scope = outer;
    return result;
  }

  private named(expr: Expr, name: string): Type | undefined {
    const slot = this.scope.findLastIndex(variable => variable.name === name);
    if (slot >= 0) {
      this.references.set(expr, { kind: 'local', slot });
      return this.scope[slot]!.type;
    }
    const type = this.environment.variable(name);
    if (type) {
      this.references.set(expr, { kind: 'variable', name });
      this.variables.add(name);
      return type;
    }
    if (!TYPE_NAMES.has(name)) return undefined;
    this.references.set(expr, { kind: 'type', name });
    return typeOf(DYN);
  }

  private select(expr: Select): Type {
    if (expr.optional) this.allowOptional(expr, '.?');
    const dotted = expr.test ? undefined : qualifiedName(expr);
    const root = dotted?.split('.')[0];
    if (dotted && !this.scope.some(({ name }) => name === root)) {
      const type = this.named(expr, dotted);
      if (type) return type;
    }
    const operand = this.typeOf(expr.operand);
    const viral = operand.kind === 'optional';
    const field = this.field(expr, viral ? operand.value : operand);
    if (expr.test) return BOOL;
    return viral || expr.optional ? optionalOf(field) : field;
  }

  private field(expr: Select, operand: Type): Type {
    switch (operand.kind) {
      case 'dyn':
        return DYN;
      case 'map':
        return operand.value;
      case 'object':
        return operand.field(expr.field)?.type ?? this.fault(expr, `undefined field '${expr.field}'`);
      default:
        return this.fault(expr, `type '${typeName(operand)}' does not support field selection`);
    }
  }

  private call(expr: Call): Type {
    const head = expr.target && qualifiedName(expr.target);
    const qualified = head === undefined ? undefined : this.environment.overloads(`${head}.${expr.name}`);
    const functions = qualified?.filter(o => !o.member);
    const isFunction = !!functions?.length;
    const name = isFunction ? `${head}.${expr.name}` : expr.name;
    const args = expr.target && !isFunction ? [expr.target, ...expr.args] : expr.args;
    const member = !!expr.target && !isFunction;
    const known = isFunction ? functions : this.environment.overloads(name)?.filter(o => o.member === member);
    if (expr.name === '_[?_]') this.allowOptional(expr, '[?');
    const outer = this.mixes;
    this.mixes ||= member && name === 'format';
    const types = args.map(arg => this.typeOf(arg));
    this.mixes = outer;
    if (!known?.length) return this.unknown(expr, name);
    const candidates = known.flatMap(overload => {
      const bindings: Bindings = new Map();
      const matches =
        overload.params.length === args.length && overload.params.every((p, i) => fits(p, types[i]!, bindings));
      return matches ? [{ overload, result: substitute(overload.result, bindings) }] : [];
    });
    if (!candidates.length) return this.noOverload(expr, name, types, member);
    for (const { overload } of candidates) this.checkLiterals(overload, name, args);
    const overloads = candidates.map(({ overload }) => overload);
    this.calls.set(expr, { args, overloads, exact: overloads.length === 1 && !types.some(isUncertain) });
    const [first, ...others] = candidates.map(({ result }) => result);
    return others.every(other => typeName(other) === typeName(first!)) ? first! : DYN;
  }

  private checkLiterals(overload: Overload, name: string, args: readonly Expr[]): void {
    if (!overload.check) return;
    const values = args.map(arg => (arg.kind === 'literal' ? arg.value : undefined));
    const at = values.findLastIndex(value => value !== undefined);
    if (at >= 0 && !overload.check(values)) this.fault(args[at]!, `invalid ${name} argument`);
  }

  private list(expr: ListLiteral): Type {
    if (expr.elements.some(({ optional }) => optional)) this.allowOptional(expr, '?');
    const types = expr.elements.map(({ value, optional }) => {
      const type = this.typeOf(value);
      return optional && type.kind === 'optional' ? type.value : type;
    });
    return listOf(
      this.common(
        types,
        expr.elements.map(({ value }) => value),
      ),
    );
  }

  private map(expr: MapLiteral): Type {
    if (expr.entries.some(({ optional }) => optional)) this.allowOptional(expr, '?');
    const keys = expr.entries.map(({ key }) => this.typeOf(key));
    const values = expr.entries.map(({ value, optional }) => {
      const type = this.typeOf(value);
      return optional && type.kind === 'optional' ? type.value : type;
    });
    const key = this.common(
      keys,
      expr.entries.map(entry => entry.key),
    );
    return mapOf(
      key,
      this.common(
        values,
        expr.entries.map(entry => entry.value),
      ),
    );
  }

  /** common is the one type of a literal's parts, which Kubernetes wants to be alike. */
  private common(types: readonly Type[], exprs: readonly Expr[]): Type {
    const [first, ...rest] = types;
    if (!first) return DYN;
    rest.forEach((type, i) => {
      if (!this.mixes && !isAssignable(first, type) && !isAssignable(type, first))
        this.fault(exprs[i + 1]!, `expected type '${typeName(first)}' but found '${typeName(type)}'`);
    });
    return types.every(type => typeName(type) === typeName(first)) ? first : DYN;
  }

  private comprehension(expr: Comprehension): Type {
    const twoVariables = expr.variables.length === 2;
    if (twoVariables && !this.environment.allows('twoVariables')) return this.unknown(expr, expr.macro);
    const range = this.typeOf(expr.range);
    const [first, second] = this.rangeTypes(expr, range, twoVariables);
    const types = twoVariables ? [first, second] : [first];
    return this.within(
      expr.variables.map((name, i) => ({ name, type: types[i]! })),
      () => {
        if (expr.filter) this.condition(expr, expr.filter, '_?_:_');
        switch (expr.macro) {
          case 'all':
          case 'exists':
          case 'existsOne':
          case 'filter': {
            const operator = { all: '_&&_', exists: '_||_', existsOne: '_?_:_', filter: '_?_:_' }[expr.macro];
            this.condition(expr, expr.body, operator);
            return expr.macro === 'filter' ? listOf(first) : BOOL;
          }
          case 'map':
          case 'transformList':
            return listOf(this.typeOf(expr.body));
          case 'transformMap':
            return mapOf(range.kind === 'list' ? INT : first, this.typeOf(expr.body));
          case 'transformMapEntry': {
            const body = this.typeOf(expr.body);
            return body.kind === 'map' || body.kind === 'dyn'
              ? body
              : this.noOverload(expr, 'cel.@mapInsert', [mapOf(DYN, DYN), body]);
          }
        }
      },
    );
  }

  private rangeTypes(expr: Comprehension, range: Type, two: boolean): readonly [Type, Type] {
    switch (range.kind) {
      case 'list':
        return two ? [INT, range.element] : [range.element, DYN];
      case 'map':
        return [range.key, range.value];
      case 'dyn':
        return [DYN, DYN];
      default: {
        const message = `expression of type '${typeName(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        const type = this.fault(expr.range, message);
        return [type, type];
      }
    }
  }

  private condition(at: Expr, expr: Expr, operator: string): void {
    const type = this.typeOf(expr);
    if (isAssignable(BOOL, type)) return;
    this.noOverload(at, operator, operator === '_?_:_' ? [type, DYN, DYN] : [BOOL, type]);
  }
}

/** isUncertain: the type says little about what will be there. */
function isUncertain(type: Type): boolean {
  return type.kind === 'dyn';
}
