import type { Call, Comprehension, Expr, ListLiteral, MapLiteral, OptionalMap, Select } from '../ast';
import type { Checked } from '../check';
import type { Type } from '../types';
import { either, elementOf, extentOf, extentOfLiteral, SCALAR, UNKNOWN, type Extent } from './extent';
import { exactly, product, sum, union, type Interval } from './interval';
import { LITERAL_COSTS, LOOP_COSTS, PASSED } from './loops';
import { ONE, type CallEstimate } from './model';

/** VariableExtents are what is known of an expression's variables. */
export type VariableExtents = Readonly<Record<string, Extent>>;

/** estimateCost bounds what an evaluation of an expression costs, whatever its variables hold within their extents. Pure. */
export function estimateCost(checked: Checked, variables: VariableExtents = {}): Interval {
  return new Estimator(checked, variables).of(checked.expr).cost;
}

/** Part is what is known of a part of the expression. */
interface Part {
  readonly cost: Interval;
  readonly extent: Extent;
}

const NOTHING = exactly(0);
const costs = (parts: readonly Part[]) => sum(...parts.map(({ cost }) => cost));

class Estimator {
  /** locals are the extents of the expression's own variables in scope, by their slots. */
  private readonly locals: Extent[] = [];

  constructor(
    private readonly checked: Checked,
    private readonly variables: VariableExtents,
  ) {}

  of(expr: Expr): Part {
    const reference = this.checked.references.get(expr);
    if (reference) return { cost: ONE, extent: this.named(expr) };
    switch (expr.kind) {
      case 'literal':
        return { cost: NOTHING, extent: extentOfLiteral(expr.value) };
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'comprehension':
        return this.comprehension(expr);
      case 'bind': {
        const value = this.of(expr.value);
        const body = this.within([value.extent], () => this.of(expr.body));
        // It stands for a loop over an empty list.
        return { cost: sum(exactly(LITERAL_COSTS.list), value.cost, body.cost), extent: body.extent };
      }
      case 'optionalMap':
        return this.optionalMap(expr);
      default:
        throw new Error(`an expression of kind ${expr.kind} is not checked`);
    }
  }

  private typeOf(expr: Expr): Type | undefined {
    return this.checked.types.get(expr);
  }

  private within<T>(locals: readonly Extent[], run: () => T): T {
    this.locals.push(...locals);
    const result = run();
    this.locals.length -= locals.length;
    return result;
  }

  private named(expr: Expr): Extent {
    const reference = this.checked.references.get(expr)!;
    if (reference.kind === 'type') return SCALAR;
    const known = reference.kind === 'local' ? this.locals[reference.slot] : this.variables[reference.name];
    return known && known !== UNKNOWN ? known : extentOf(this.typeOf(expr));
  }

  private select(expr: Select): Part {
    const operand = this.of(expr.operand);
    if (expr.test) return { cost: operand.cost, extent: SCALAR };
    const type = this.typeOf(expr.operand);
    const step = type?.kind === 'dyn' && !expr.optional ? NOTHING : ONE;
    const extent = operand.extent.field?.(expr.field) ?? extentOf(this.typeOf(expr));
    return { cost: sum(operand.cost, step), extent };
  }

  private call(expr: Call): Part {
    const { args: exprs, overloads } = this.checked.calls.get(expr)!;
    const args = exprs.map(arg => this.of(arg));
    switch (expr.name) {
      case '_&&_':
      case '_||_': {
        const [left, right] = args as [Part, Part];
        return { cost: { min: left.cost.min, max: sum(left.cost, right.cost).max }, extent: SCALAR };
      }
      case '_?_:_': {
        const [condition, yes, no] = args as [Part, Part, Part];
        return { cost: sum(condition.cost, union(yes.cost, no.cost)), extent: either(yes.extent, no.extent) };
      }
    }
    const extents = args.map(({ extent }) => extent);
    const types = exprs.map(arg => this.typeOf(arg));
    const calls = overloads.map((overload): CallEstimate => overload.costs?.estimate(extents, types) ?? { cost: ONE });
    const result = extentOf(this.typeOf(expr));
    const extent = either(...calls.map(call => call.result ?? result));
    return { cost: sum(costs(args), union(...calls.map(({ cost }) => cost))), extent };
  }

  private list({ elements }: ListLiteral): Part {
    const parts = elements.map(({ value }) => this.of(value));
    const cost = sum(exactly(LITERAL_COSTS.list), costs(parts));
    return { cost, extent: { size: exactly(parts.length), elements: anyOf(parts) } };
  }

  private map({ entries }: MapLiteral): Part {
    const keys = entries.map(({ key }) => this.of(key));
    const values = entries.map(({ value }) => this.of(value));
    const cost = sum(exactly(LITERAL_COSTS.map), costs(keys), costs(values));
    return { cost, extent: { size: exactly(keys.length), keys: anyOf(keys), elements: anyOf(values) } };
  }

  /** optionalMap asks the target for a value twice: whether there is one, and for it. */
  private optionalMap({ target: optional, body: expr, flat }: OptionalMap): Part {
    const target = this.of(optional);
    const body = this.within([target.extent], () => this.of(expr));
    const mapped = sum(exactly(LITERAL_COSTS.list + (flat ? 1 : 2)), target.cost, body.cost);
    return { cost: sum(target.cost, ONE, union(ONE, mapped)), extent: body.extent };
  }

  private comprehension(expr: Comprehension): Part {
    const range = this.of(expr.range);
    const variables = this.loopVariables(expr, range.extent);
    const [filter, body] = this.within(
      variables,
      () => [expr.filter && this.of(expr.filter), this.of(expr.body)] as const,
    );
    const { initial, condition, taken, result } = LOOP_COSTS[expr.macro];
    const turn = sum(exactly(condition), turnCost(expr, exactly(taken), body.cost, filter?.cost));
    const cost = sum(range.cost, exactly(initial + result), product(range.extent.size, turn));
    return { cost, extent: this.outcome(expr, range.extent, variables[0]!, body.extent) };
  }

  private loopVariables({ range, variables }: Comprehension, extent: Extent): Extent[] {
    const type = this.typeOf(range);
    const keys = extent.keys ?? (type?.kind === 'map' ? extentOf(type.key) : UNKNOWN);
    const elements = elementOf(extent, type);
    if (variables.length === 2) return [type?.kind === 'map' ? keys : SCALAR, elements];
    return [type?.kind === 'map' ? keys : elements];
  }

  private outcome({ macro }: Comprehension, { size }: Extent, first: Extent, body: Extent): Extent {
    switch (macro) {
      case 'filter':
        return { size, elements: first };
      case 'map':
      case 'transformList':
        return { size, elements: body };
      case 'transformMap':
        return { size, keys: first, elements: body };
      case 'transformMapEntry':
        return { ...body, size: product(size, body.size) };
      default:
        return SCALAR;
    }
  }
}

/** anyOf is what is known of every one of the parts; nothing of none. */
const anyOf = (parts: readonly Part[]) => (parts.length ? either(...parts.map(({ extent }) => extent)) : undefined);

/** turnCost bounds one turn of a loop. Pure. */
function turnCost({ macro }: Comprehension, taken: Interval, body: Interval, filter: Interval | undefined): Interval {
  const passed = exactly(PASSED);
  switch (macro) {
    case 'all':
    case 'exists':
      // The body is not looked at when the outcome is decided.
      return { min: taken.min, max: sum(taken, body).max };
    case 'existsOne':
    case 'filter':
      return sum(body, union(taken, passed));
    default:
      return filter ? sum(filter, union(sum(taken, body), passed)) : sum(taken, body);
  }
}
