import type { UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Decision } from '@navarch/apiserver-runtime';
import type { Rules, RuleSource } from './rule-source';

const ALL_AUTHENTICATED = 'system:authenticated';
const READ = ['get', 'list', 'watch'];

/** AbacPolicy is the spec of one line of a policy file (`abac.authorization.kubernetes.io/v1beta1`, kind Policy). */
export interface AbacPolicy {
  readonly user: string;
  readonly group: string;
  readonly readonly: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly nonResourcePath: string;
}

/**
 * parseAbacPolicies reads a policy file: one JSON policy a line, or spread over several; empty lines and `#` lines between policies are
 * skipped. It throws with the number of the line that a policy begins on.
 */
export function parseAbacPolicies(text: string): AbacPolicy[] {
  const policies: AbacPolicy[] = [];
  let begun: { readonly line: number; text: string } | undefined;
  const fail = (line: number, error: unknown): never => {
    throw new Error(
      `error reading policy file, line ${line}: ${error instanceof Error ? error.message : String(error)}`,
    );
  };
  for (const [i, line] of text.split('\n').entries()) {
    if (!begun && (!line.trim() || line.trim().startsWith('#'))) continue;
    begun = { line: begun?.line ?? i + 1, text: `${begun?.text ?? ''}${line}\n` };
    const value = parsed(begun.text);
    if (value === undefined) continue;
    try {
      policies.push(parsePolicy(value));
    } catch (error) {
      fail(begun.line, error);
    }
    begun = undefined;
  }
  return begun ? fail(begun.line, 'the policy is no JSON object') : policies;
}

/** parsed is a whole JSON value, or undefined as long as it is not whole. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parsePolicy(value: unknown): AbacPolicy {
  const policy = record(value);
  if (policy.kind !== undefined && policy.kind !== 'Policy')
    throw new Error(`unknown kind ${JSON.stringify(policy.kind)}`);
  if (policy.apiVersion === undefined) return legacyPolicy(policy);
  if (policy.apiVersion !== 'abac.authorization.kubernetes.io/v1beta1')
    throw new Error(`unknown apiVersion ${JSON.stringify(policy.apiVersion)}`);
  const spec = record(policy.spec);
  return {
    ...subject(text(spec.user), text(spec.group)),
    readonly: spec.readonly === true,
    apiGroup: text(spec.apiGroup),
    resource: text(spec.resource),
    namespace: text(spec.namespace),
    nonResourcePath: text(spec.nonResourcePath),
  };
}

/** legacyPolicy reads the form without a version, in which an absent property matches everything. */
function legacyPolicy(policy: Record<string, unknown>): AbacPolicy {
  const user = text(policy.user);
  const group = text(policy.group);
  return {
    ...(user || group ? subject(user, group) : { user: '', group: ALL_AUTHENTICATED }),
    readonly: policy.readonly === true,
    apiGroup: '*',
    resource: text(policy.resource) || '*',
    namespace: text(policy.namespace) || '*',
    nonResourcePath: text(policy.resource) || text(policy.namespace) ? '' : '*',
  };
}

/** subject: `*` is everybody who is known, which anonymous requests are not. */
function subject(user: string, group: string): Pick<AbacPolicy, 'user' | 'group'> {
  return user === '*' || group === '*' ? { user: '', group: ALL_AUTHENTICATED } : { user, group };
}

/** AbacAuthorizer allows what one line of its policy file permits; it never denies. */
export class AbacAuthorizer implements RuleSource {
  constructor(private readonly policies: readonly AbacPolicy[]) {}

  authorize(attributes: AuthorizationAttributes): Decision {
    if (this.policies.some(policy => abacMatches(policy, attributes))) return { outcome: 'allow' };
    return { outcome: 'no opinion', reason: 'No policy matched.' };
  }

  rulesFor(user: UserInfo, namespace: string): Rules {
    const rules = this.policies
      .filter(policy => subjectMatches(policy, user))
      .flatMap(policy => {
        const verbs = policy.readonly ? READ : ['*'];
        const { resource, apiGroup, nonResourcePath } = policy;
        return [
          ...(resource && is(policy.namespace, namespace)
            ? [{ verbs, apiGroups: [apiGroup], resources: [resource] }]
            : []),
          ...(nonResourcePath ? [{ verbs, nonResourceURLs: [nonResourcePath] }] : []),
        ];
      });
    return { rules, errors: [] };
  }
}

/** abacMatches tells whether a policy permits what is asked. */
export function abacMatches(policy: AbacPolicy, asked: AuthorizationAttributes): boolean {
  if (!subjectMatches(policy, asked.user)) return false;
  if (policy.readonly && !READ.includes(asked.verb)) return false;
  if (asked.isResourceRequest) {
    return (
      is(policy.namespace, asked.namespace) && is(policy.resource, asked.resource) && is(policy.apiGroup, asked.group)
    );
  }
  const path = policy.nonResourcePath;
  return path === '*' || path === asked.path || (path.endsWith('*') && asked.path.startsWith(path.slice(0, -1)));
}

/** subjectMatches: every subject property that is set must match, and one must be set. */
function subjectMatches(policy: AbacPolicy, user: UserInfo): boolean {
  if (!policy.user && !policy.group) return false;
  return (!policy.user || policy.user === user.name) && (!policy.group || user.groups.includes(policy.group));
}

const is = (pattern: string, value: string) => pattern === '*' || pattern === value;
const text = (value: unknown) => (typeof value === 'string' ? value : '');

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('must be an object');
  return value as Record<string, unknown>;
}
