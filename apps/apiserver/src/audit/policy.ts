import type { auditv1 } from '@navarch/api';
import type { UserInfo } from '@navarch/apimachinery';
import type { AuditPlan, AuditStage, RequestInfo } from '@navarch/apiserver-runtime';

export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
/** Level is how much of a request the log keeps. */
export type Level = (typeof LEVELS)[number];

export const STAGES: readonly AuditStage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** The models know this field of a policy and of its rules not yet. */
type OmitsManagedFields = { readonly omitManagedFields?: boolean };
type Rule = auditv1.PolicyRule & OmitsManagedFields;

/** AuditPolicy says how much of which request is kept; the first rule that matches decides, none means nothing. */
export class AuditPolicy {
  /** plans are what each rule comes to; undefined where it keeps nothing. */
  private readonly plans: ReadonlyMap<Rule, AuditPlan | undefined>;

  private constructor(
    private readonly rules: readonly Rule[],
    omitStages: readonly string[] = [],
    omitManagedFields = false,
  ) {
    this.plans = new Map(rules.map(rule => [rule, planOf(rule, omitStages, omitManagedFields)]));
  }

  /** metadataOnly keeps who did what of every request, without bodies. */
  static readonly metadataOnly = new AuditPolicy([{ level: 'Metadata' }]);

  /** parse reads a Policy of one of these versions of audit.k8s.io, already parsed from its YAML; it throws an Error that names the field. */
  static parse(document: unknown, versions: readonly string[]): AuditPolicy {
    const policy = document as Partial<auditv1.Policy> & OmitsManagedFields & { kind?: string; apiVersion?: string };
    if (policy?.kind !== 'Policy' || !versions.includes(policy.apiVersion ?? ''))
      throw new Error(`must be a Policy of ${versions.join(' or ')}`);
    checkStages('omitStages', policy.omitStages);
    if (!Array.isArray(policy.rules) || !policy.rules.length) throw new Error('rules: must not be empty');
    for (const [i, rule] of policy.rules.entries()) {
      if (!LEVELS.includes(rule.level as Level))
        throw new Error(`rules[${i}].level: must be one of ${LEVELS.join(', ')}`);
      checkStages(`rules[${i}].omitStages`, rule.omitStages);
      if (rule.nonResourceURLs?.length && (rule.resources?.length || rule.namespaces?.length)) {
        throw new Error(
          `rules[${i}].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`,
        );
      }
    }
    return new AuditPolicy(policy.rules, policy.omitStages, policy.omitManagedFields);
  }

  /** plan is what the policy keeps of a request; undefined: nothing. */
  plan(info: RequestInfo, user: UserInfo | undefined): AuditPlan | undefined {
    const rule = this.rules.find(one => ruleMatches(one, info, user));
    return rule && this.plans.get(rule);
  }
}

/** planOf is what a rule keeps: stages are left out where the policy or the rule says so; the rule's word on managedFields wins. */
function planOf(rule: Rule, omitStages: readonly string[], omitManagedFields: boolean): AuditPlan | undefined {
  const level = rule.level as Level;
  if (level === 'None') return undefined;
  const omitted = new Set([...omitStages, ...(rule.omitStages ?? [])]);
  return {
    level,
    stages: new Set(STAGES.filter(stage => !omitted.has(stage))),
    omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
    bodies: level !== 'Metadata',
  };
}

function checkStages(field: string, stages: readonly string[] = []): void {
  const odd = stages.find(stage => !STAGES.includes(stage as AuditStage));
  if (odd !== undefined) throw new Error(`${field}: ${JSON.stringify(odd)} is none of ${STAGES.join(', ')}`);
}

function ruleMatches(rule: Rule, info: RequestInfo, user: UserInfo | undefined): boolean {
  if (rule.users?.length && !(user && rule.users.includes(user.name))) return false;
  if (rule.userGroups?.length && !user?.groups.some(group => rule.userGroups!.includes(group))) return false;
  if (rule.verbs?.length && !rule.verbs.includes(info.verb)) return false;
  if (rule.namespaces?.length || rule.resources?.length)
    return info.isResourceRequest && namespaceMatches(rule, info) && resourceMatches(rule, info);
  if (rule.nonResourceURLs?.length)
    return !info.isResourceRequest && rule.nonResourceURLs.some(url => pathMatches(url, info.path));
  return true;
}

function namespaceMatches({ namespaces = [] }: Rule, { namespace }: RequestInfo): boolean {
  return !namespaces.length || namespaces.includes(namespace);
}

function resourceMatches({ resources = [] }: Rule, { group, resource, subresource, name }: RequestInfo): boolean {
  const asked = subresource ? `${resource}/${subresource}` : resource;
  return (
    !resources.length ||
    resources.some(one => {
      if ((one.group ?? '') !== group) return false;
      if (!one.resources?.length) return true;
      if (one.resourceNames?.length && !one.resourceNames.includes(name)) return false;
      return one.resources.some(
        pattern =>
          pattern === '*' ||
          pattern === asked ||
          (subresource && (pattern === `*/${subresource}` || pattern === `${resource}/*`)),
      );
    })
  );
}

const pathMatches = (pattern: string, path: string) =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
