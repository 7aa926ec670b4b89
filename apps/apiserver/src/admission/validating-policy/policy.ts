import type { admissionregistrationv1 } from '@navarch/api';
import { compileExpression, policyEnvironment, type Program, type Type } from '@navarch/cel';
import { MatchConditions } from '../matching/match-conditions';

/** Policy and Binding are what users write; several bindings may put one policy into effect. */
export type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
export type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding;

/** CompiledPolicy is a policy's expressions, ready to run. */
export interface CompiledPolicy {
  readonly conditions: MatchConditions;
  readonly variables: ReadonlyMap<string, Program>;
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly { readonly key: string; readonly value: Program }[];
}

/** CompiledValidation is one expression that a write has to meet, and how a refusal is worded. */
export interface CompiledValidation {
  readonly program: Program;
  readonly messageProgram: Program | undefined;
  readonly message: string | undefined;
  readonly reason: string | undefined;
}

/** compilePolicy compiles all expressions of a policy; a CompileError says what is wrong with the first that does not. */
export function compilePolicy({ spec }: Policy): CompiledPolicy {
  const { paramKind, matchConditions, variables = [], validations = [], auditAnnotations = [] } = spec ?? {};
  const hasParams = !!paramKind;
  const types: Record<string, Type> = {};
  const programs = new Map<string, Program>();
  for (const { name, expression } of variables) {
    // A variable sees those before it.
    const program = compileExpression(expression, policyEnvironment(hasParams, { ...types }));
    types[name] = program.type;
    programs.set(name, program);
  }
  const environment = policyEnvironment(hasParams, types);
  return {
    conditions: new MatchConditions(matchConditions, policyEnvironment(hasParams)),
    variables: programs,
    validations: validations.map(({ expression, messageExpression, message, reason }) => ({
      program: compileExpression(expression, environment),
      messageProgram: messageExpression ? compileExpression(messageExpression, environment) : undefined,
      message,
      reason,
    })),
    auditAnnotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      value: compileExpression(valueExpression, environment),
    })),
  };
}
