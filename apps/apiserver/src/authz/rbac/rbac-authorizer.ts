import type { UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Decision } from '@navarch/apiserver-runtime';
import type { Rules, RuleSource } from '../rule-source';
import type { RuleResolver } from './rule-resolver';
import { ruleAllows } from './rules';

/** RbacAuthorizer allows what a role bound to the user permits; it never denies. */
export class RbacAuthorizer implements RuleSource {
  constructor(private readonly resolver: Pick<RuleResolver, 'visitRulesFor' | 'rulesFor'>) {}

  authorize(attributes: AuthorizationAttributes): Decision {
    let reason: string | undefined;
    const errors: string[] = [];
    this.resolver.visitRulesFor(attributes.user, attributes.namespace, (source, rule, error) => {
      if (error) errors.push(error);
      if (!rule || !ruleAllows(rule, attributes)) return true;
      reason = `RBAC: allowed by ${source()}`;
      return false;
    });
    if (reason) return { outcome: 'allow', reason };
    return { outcome: 'no opinion', ...(errors.length && { reason: `RBAC: ${aggregate(errors)}` }) };
  }

  rulesFor(user: UserInfo, namespace: string): Rules {
    return this.resolver.rulesFor(user, namespace);
  }
}

/** aggregate renders several errors as one: each once, in brackets if there are more. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}
