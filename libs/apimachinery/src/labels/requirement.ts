import { isQualifiedName, isValidLabelValue } from '../names';

/** Operator of a requirement, as its text has it; `exists` and `!` have no values. */
export type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** Requirement is one condition on a label. `values` is sorted, without repetitions. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** INTEGER is what Go reads as a number: an optional sign, and 64 bits. */
export const INTEGER = /^[+-]?\d{1,19}$/;

/** requirement checks and makes a condition. It throws an Error in the API's words. */
export function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  checkKey(key);
  const distinct = [...new Set(values)].sort();
  if (operator === 'in' || operator === 'notin') {
    if (!distinct.length) throw new Error("for 'in', 'notin' operators, values set can't be empty");
  } else if (operator === 'exists' || operator === '!') {
    if (distinct.length) throw new Error('values set must be empty for exists and does not exist');
  } else if (operator === 'gt' || operator === 'lt') {
    if (distinct.length !== 1) throw new Error("for 'Gt', 'Lt' operators, exactly one value is required");
    if (!INTEGER.test(distinct[0]!)) throw new Error("for 'Gt', 'Lt' operators, the value must be an integer");
  } else if (distinct.length !== 1) throw new Error('exact-match compatibility requires one single value');
  for (const value of distinct) {
    const problems = isValidLabelValue(value);
    if (problems.length)
      throw new Error(
        `invalid label value: ${JSON.stringify(value)}: at key: ${JSON.stringify(key)}: ${problems.join('; ')}`,
      );
  }
  return { key, operator, values: distinct };
}

/** checkKey throws what is wrong with a label's key. */
export function checkKey(key: string): void {
  const problems = isQualifiedName(key);
  if (problems.length) throw new Error(`invalid label key ${JSON.stringify(key)}: ${problems.join('; ')}`);
}

/** printRequirement is the text that a selector has for it. */
export function printRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
    case 'lt':
      return `${key}${operator === 'gt' ? '>' : '<'}${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}
