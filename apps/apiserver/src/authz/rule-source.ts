import type { UserInfo } from '@navarch/apimachinery';
import type { Authorizer } from '@navarch/apiserver-runtime';
import type { PolicyRule } from './rbac/rules';

/** Rules are what a user may do, and what went wrong in finding out. */
export interface Rules {
  readonly rules: readonly PolicyRule[];
  readonly errors: readonly string[];
  /** incomplete: the authorizer allows things that it has no rules for. */
  readonly incomplete?: boolean;
}

/** RuleSource is an authorizer that can also say what all a user may do in a namespace. */
export interface RuleSource extends Authorizer {
  rulesFor(user: UserInfo, namespace: string): Rules;
}
