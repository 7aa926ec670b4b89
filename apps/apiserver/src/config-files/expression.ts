import { activationOf, compileExpression, DYN, fromJson, isFailure, KUBERNETES, toJson } from '@navarch/cel';
import type { Fields } from './fields';

/** Expression evaluates a CEL expression over JSON values, and answers JSON. It throws an Error if the evaluation fails. */
export type Expression = (values: Readonly<Record<string, unknown>>) => unknown;

/** compileConfigExpression compiles an expression over these variables, of any type; it throws an Error that says all that is wrong. */
export function compileConfigExpression(text: string, variables: readonly string[]): Expression {
  const types = Object.fromEntries(variables.map(name => [name, DYN]));
  const program = compileExpression(text, KUBERNETES.withVariables(types));
  return values => {
    const typed = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fromJson(value)]));
    const result = program.evaluate(activationOf(typed));
    if (isFailure(result)) throw new Error(result.message);
    return toJson(result);
  };
}

/** readExpression compiles the expression of a field; it throws an Error that names the field. */
export function readExpression(fields: Fields, name: string, variables: readonly string[]): Expression {
  const text = fields.required(name);
  try {
    return compileConfigExpression(text, variables);
  } catch (error) {
    return fields.fail(name, error instanceof Error ? error.message : String(error));
  }
}
