import { check, type Checked } from './check';
import type { Environment } from './environment';
import { BudgetError, CelError, Suspended } from './errors';
import { Frame, type Activation, type Step } from './frame';
import { parse } from './parser';
import { plan } from './plan';
import type { Type } from './types';
import type { Value } from './values';

/** PER_CALL_LIMIT is what one evaluation may cost, in units of about one simple operation. */
export const PER_CALL_LIMIT = 1_000_000;

/** Budget bounds what several evaluations cost together. */
export class Budget {
  private spent = 0;
  constructor(private readonly total: number) {}

  /** spend takes from the budget; it answers false when that leaves nothing. */
  spend(cost: number): boolean {
    this.spent += cost;
    return this.spent <= this.total;
  }
  get isExhausted(): boolean {
    return this.spent > this.total;
  }
}

/** Program is an expression that compiled. Immutable; evaluations do not touch each other. */
export class Program {
  constructor(
    readonly text: string,
    readonly type: Type,
    /** variables of the environment that the expression refers to. */
    readonly variables: ReadonlySet<string>,
    private readonly run: Step,
    private readonly slots: number,
  ) {}

  /**
   * evaluate answers the value, or the CelError or BudgetError that it comes to; it throws Suspended if it needs an answer
   * from elsewhere. What it costs is taken from the budget, but not what is to be done again.
   */
  evaluate(activation: Activation, budget?: Budget): Value | CelError | BudgetError {
    const frame = new Frame(activation, this.slots, PER_CALL_LIMIT);
    const result = this.resultOf(frame);
    budget?.spend(frame.cost);
    return result;
  }

  private resultOf(frame: Frame): Value | CelError | BudgetError {
    try {
      return this.run(frame);
    } catch (error) {
      if (error instanceof CelError || error instanceof BudgetError) return error;
      throw error;
    }
  }

  /** evaluateAsync is evaluate that waits for answers from elsewhere. */
  async evaluateAsync(activation: Activation, budget?: Budget): Promise<Value | CelError | BudgetError> {
    for (;;) {
      try {
        return this.evaluate(activation, budget);
      } catch (error) {
        if (!(error instanceof Suspended)) throw error;
        await error.until;
      }
    }
  }
}

/** compileExpression makes a program of an expression. It throws a CompileError that lists everything wrong with it. */
export function compileExpression(text: string, environment: Environment): Program {
  return programOf(text, checkExpression(text, environment));
}

/** checkExpression is the first part of compileExpression: what the expression means, and of what types its parts are. */
export function checkExpression(text: string, environment: Environment): Checked {
  return check(text, parse(text), environment);
}

/** programOf is the second part: an expression that was checked, ready to run. */
export function programOf(text: string, checked: Checked): Program {
  return new Program(text, checked.type, checked.variables, plan(checked), checked.slots);
}

/** activationOf gives variables the values of a table; one it does not have is `no such attribute`. */
export function activationOf(values: Readonly<Record<string, Value>>): Activation {
  return {
    resolve(name) {
      if (!Object.hasOwn(values, name)) throw new CelError(`no such attribute(s): ${name}`);
      return values[name]!;
    },
  };
}

/** isFailure tells an evaluation's failure from a value. */
export function isFailure(value: Value | CelError | BudgetError): value is CelError | BudgetError {
  return value instanceof CelError || value instanceof BudgetError;
}
