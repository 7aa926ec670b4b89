import type { AuthorizationAttributes, Authorizer, Decision } from '../interfaces';

/** authorizeAll asks the authorizers in order until one allows or denies; the reasons of those without opinion are joined. */
export async function authorizeAll(
  authorizers: readonly Authorizer[],
  attributes: AuthorizationAttributes,
): Promise<Decision> {
  const reasons: string[] = [];
  const errors: string[] = [];
  for (const authorizer of authorizers) {
    const answer = authorizer.authorize(attributes);
    const decision = answer instanceof Promise ? await answer : answer;
    if (decision.outcome !== 'no opinion') return decision;
    if (decision.reason) reasons.push(decision.reason);
    if (decision.evaluationError) errors.push(decision.evaluationError);
  }
  return {
    outcome: 'no opinion',
    ...(reasons.length && { reason: reasons.join('\n') }),
    ...(errors.length && { evaluationError: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }),
  };
}
