import type { AuthorizationAttributes, Authorizer, Decision } from '@navarch/apiserver-runtime';

/** UnionAuthorizer asks one authorizer after the other until one allows or denies; the reasons of those without opinion add up. */
export class UnionAuthorizer implements Authorizer {
  constructor(private readonly authorizers: readonly Authorizer[]) {}

  async authorize(attributes: AuthorizationAttributes): Promise<Decision> {
    const reasons: string[] = [];
    const errors: string[] = [];
    for (const authorizer of this.authorizers) {
      const asked = authorizer.authorize(attributes);
      const decision = asked instanceof Promise ? await asked : asked;
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
}
