import { BudgetError, CelError } from './errors';
import type { Value } from './values';

/** Activation gives the variables of an evaluation their values. */
export interface Activation {
  /** resolve may throw a CelError, which is then the failure of the expression that asked. */
  resolve(name: string): Value;
}

/** Frame is one evaluation under way: its variables, and what it has cost. */
export class Frame {
  cost = 0;
  readonly slots: Value[];

  constructor(
    readonly activation: Activation,
    slots: number,
    private readonly limit: number,
  ) {
    this.slots = new Array<Value>(slots).fill(null);
  }

  /** charge adds to the cost; it throws a BudgetError when that is too much. */
  charge(units: number): void {
    this.cost += units;
    if (this.cost > this.limit) throw new BudgetError();
  }
}

/** Step is a part of a program, ready to run. */
export type Step = (frame: Frame) => Value;

/** attempt is the value, or the error as one: a logical operator may not need it. */
export function attempt(step: Step, frame: Frame): Value | CelError {
  try {
    return step(frame);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}
