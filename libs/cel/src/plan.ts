import type { Comprehension, Expr, ListLiteral, MapLiteral, Select } from './ast';
import type { Checked, ResolvedCall } from './check';
import { planComprehension } from './comprehensions';
import { constantOf } from './constants';
import { LITERAL_COSTS } from './cost/loops';
import { CelError, noSuchKey, noSuchOverload } from './errors';
import { attempt, type Step } from './frame';
import { EntryMap, hasType, List, MapValue, Optional, TypeValue, type Value } from './values';

/** plan turns a checked expression into a step that evaluates it. */
export function plan(checked: Checked): Step {
  return new Planner(checked).step(checked.expr);
}

class Planner {
  /** depth is the slot of the next variable of the expression's own. */
  private depth = 0;

  constructor(private readonly checked: Checked) {}

  step(expr: Expr): Step {
    const reference = this.checked.references.get(expr);
    if (reference) {
      switch (reference.kind) {
        case 'local':
          return frame => {
            frame.charge(1);
            return frame.slots[reference.slot]!;
          };
        case 'variable':
          return frame => {
            frame.charge(1);
            return frame.activation.resolve(reference.name);
          };
        case 'type': {
          const value = new TypeValue(reference.name);
          return () => value;
        }
      }
    }
    const constant = constantOf(expr, this.checked);
    if (constant !== undefined) return () => constant;
    switch (expr.kind) {
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr.name, this.checked.calls.get(expr)!);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'comprehension':
        return this.comprehension(expr);
      case 'bind': {
        const value = this.step(expr.value);
        const [slot, body] = this.within(1, () => this.step(expr.body));
        return frame => {
          frame.slots[slot] = value(frame);
          return body(frame);
        };
      }
      case 'optionalMap': {
        const target = this.step(expr.target);
        const [slot, body] = this.within(1, () => this.step(expr.body));
        return frame => {
          const optional = target(frame);
          if (!(optional instanceof Optional)) throw noSuchOverload();
          if (optional.value === undefined) return optional;
          frame.slots[slot] = optional.value;
          const value = body(frame);
          return expr.flat ? value : new Optional(value);
        };
      }
      default:
        throw new Error(`an expression of kind ${expr.kind} is not checked`);
    }
  }

  private within<T>(slots: number, run: () => T): readonly [number, T] {
    const slot = this.depth;
    this.depth += slots;
    const result = run();
    this.depth = slot;
    return [slot, result];
  }

  private comprehension(expr: Comprehension): Step {
    const range = this.step(expr.range);
    const [slot, [filter, body]] = this.within(
      expr.variables.length,
      () => [expr.filter && this.step(expr.filter), this.step(expr.body)] as const,
    );
    return planComprehension({ macro: expr.macro, range, slot, two: expr.variables.length === 2, filter, body });
  }

  private select({ operand, field, test, optional }: Select): Step {
    const step = this.step(operand);
    return frame => {
      if (!test) frame.charge(1);
      const given = step(frame);
      const viral = given instanceof Optional;
      const target = viral ? given.value : given;
      if (target === undefined) return test ? false : given;
      if (!(target instanceof MapValue)) throw noSuchOverload();
      if (test) return target.has(field);
      const value = target.get(field);
      if (viral || optional) return value === undefined ? Optional.none : new Optional(value);
      if (value === undefined) throw noSuchKey(field);
      return value;
    };
  }

  private call(name: string, { args, overloads, exact }: ResolvedCall): Step {
    const steps = args.map(arg => this.step(arg));
    const part = (i: number) => (this.isAttribute(args[i]!) ? asPart(steps[i]!) : steps[i]!);
    switch (name) {
      case '_&&_':
        return logical(steps[0]!, steps[1]!, false);
      case '_||_':
        return logical(steps[0]!, steps[1]!, true);
      case '_?_:_':
        return conditional(steps[0]!, part(1), part(2));
      case '_[_]':
        if (this.isAttribute(args[0]!)) steps[1] = part(1);
        break;
      case 'or':
      case 'orValue':
        // The alternative is not evaluated unless it is wanted.
        if (steps.length === 2) return alternative(steps[0]!, steps[1]!, name === 'orValue');
    }
    const [only] = overloads;
    const isFree = name === '@in' && constantOf(args[1]!, this.checked) instanceof List;
    return frame => {
      const values = steps.map(step => step(frame));
      const overload = exact
        ? only
        : overloads.find(({ params }) => params.every((type, i) => hasType(values[i]!, type)));
      if (!overload) throw noSuchOverload();
      if (!isFree) frame.charge(overload.costs?.cost(values) ?? 1);
      return overload.call(...values);
    };
  }

  /** isAttribute: a variable, or a part of one. */
  private isAttribute(expr: Expr): boolean {
    if (this.checked.references.has(expr)) return this.checked.references.get(expr)!.kind !== 'type';
    if (expr.kind === 'select') return !expr.test && this.isAttribute(expr.operand);
    return expr.kind === 'call' && expr.name === '_[_]' && this.isAttribute(expr.args[0]!);
  }

  private list({ elements }: ListLiteral): Step {
    const steps = elements.map(({ value, optional }) => ({ step: this.step(value), optional }));
    return frame => {
      frame.charge(LITERAL_COSTS.list);
      const items: Value[] = [];
      for (const { step, optional } of steps) {
        const value = optional ? unwrap(step(frame)) : step(frame);
        if (value !== undefined) items.push(value);
      }
      return new List(items);
    };
  }

  private map({ entries }: MapLiteral): Step {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.step(key),
      value: this.step(value),
      optional,
    }));
    return frame => {
      frame.charge(LITERAL_COSTS.map);
      const map = new EntryMap();
      for (const { key, value, optional } of steps) {
        const name = key(frame);
        const entry = optional ? unwrap(value(frame)) : value(frame);
        if (entry !== undefined) map.put(name, entry);
      }
      return map;
    };
  }
}

/** asPart: an attribute that is a part of another step does not pay for its variable. */
function asPart(step: Step): Step {
  return frame => {
    frame.charge(-1);
    return step(frame);
  };
}

function unwrap(value: Value): Value | undefined {
  if (!(value instanceof Optional)) throw noSuchOverload();
  return value.value;
}

/** logical is `&&` (whose answer is decided by false) or `||` (by true): errors count only if no side decides. */
function logical(left: Step, right: Step, decisive: boolean): Step {
  return frame => {
    const a = attempt(left, frame);
    if (a === decisive) return decisive;
    const b = attempt(right, frame);
    if (b === decisive) return decisive;
    for (const side of [a, b]) {
      if (side instanceof CelError) throw side;
      if (typeof side !== 'boolean') throw noSuchOverload();
    }
    return !decisive;
  };
}

function conditional(condition: Step, yes: Step, no: Step): Step {
  return frame => {
    const value = condition(frame);
    if (typeof value !== 'boolean') throw noSuchOverload();
    return value ? yes(frame) : no(frame);
  };
}

function alternative(target: Step, other: Step, unwrapped: boolean): Step {
  return frame => {
    frame.charge(1);
    const optional = target(frame);
    if (!(optional instanceof Optional)) throw noSuchOverload();
    if (optional.value === undefined) return other(frame);
    return unwrapped ? optional.value : optional;
  };
}
