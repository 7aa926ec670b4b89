import { activationOf, Budget, compileExpression, isFailure, type Environment, type Program } from '@navarch/cel';
import type { AdmissionValues } from './activation';

/** BUDGET is what the match conditions of one webhook or policy may cost together. */
const BUDGET = 2_500_000;

/** MatchCondition is an expression that has to hold, or the webhook or policy is not concerned. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** MatchConditions are all of one webhook or policy, compiled. */
export class MatchConditions {
  private readonly programs: readonly Program[];

  /** It throws a CompileError if a condition does not compile; none that was stored should. */
  constructor(conditions: readonly MatchCondition[] | undefined, environment: Environment) {
    this.programs = (conditions ?? []).map(({ expression }) => compileExpression(expression, environment));
  }

  get isEmpty(): boolean {
    return !this.programs.length;
  }

  /** holds is whether all conditions do: one that does not settles it; an Error tells of those that fail when none does. */
  async holds(values: AdmissionValues): Promise<boolean | Error> {
    const failures: string[] = [];
    const budget = new Budget(BUDGET);
    for (const program of this.programs) {
      const result = await program.evaluateAsync(activationOf(values), budget);
      if (result === false) return false;
      if (isFailure(result)) failures.push(`expression '${program.text}' resulted in error: ${result.message}`);
      else if (budget.isExhausted)
        failures.push('validation failed due to running out of cost budget, no further validation rules will be run');
      if (budget.isExhausted) break;
    }
    if (!failures.length) return true;
    return new Error(failures.length === 1 ? failures[0] : `[${failures.join(', ')}]`);
  }
}
