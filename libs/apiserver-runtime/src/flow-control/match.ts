import type { flowcontrolv1 } from '@navarch/api';
import type { UserInfo } from '@navarch/apimachinery';
import type { RequestInfo } from '../interfaces';

/** Matcher tells whether a request belongs to a FlowSchema. */
export type Matcher = (info: RequestInfo, user: UserInfo) => boolean;

/** matcherOf compiles a FlowSchema's rules: one that matches by a subject and by a rule for what is asked is enough. Pure. */
export function matcherOf({ spec }: flowcontrolv1.FlowSchema): Matcher {
  const rules = (spec?.rules ?? []).map(ruleMatcher);
  return (info, user) => rules.some(rule => rule(info, user));
}

/** byPrecedence is the order in which FlowSchemas are tried: by matchingPrecedence, then by name. */
export function byPrecedence(a: flowcontrolv1.FlowSchema, b: flowcontrolv1.FlowSchema): number {
  const difference = (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0);
  return difference || ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1);
}

/** distinguisherOf is what tells the flows of a schema apart: the user, the namespace, or nothing. */
export function distinguisherOf(
  method: flowcontrolv1.FlowDistinguisherMethod | undefined,
  info: RequestInfo,
  user: UserInfo,
): string {
  if (!method) return '';
  return method.type === 'ByUser' ? user.name : info.namespace;
}

function ruleMatcher({
  subjects,
  resourceRules = [],
  nonResourceRules = [],
}: flowcontrolv1.PolicyRulesWithSubjects): Matcher {
  const isSubject = subjectMatcher(subjects);
  const forResources = resourceRules.map(resourceMatcher);
  const forPaths = nonResourceRules.map(pathMatcher);
  return (info, user) =>
    isSubject(user) &&
    (info.isResourceRequest ? forResources.some(rule => rule(info)) : forPaths.some(rule => rule(info)));
}

function subjectMatcher(subjects: readonly flowcontrolv1.Subject[]): (user: UserInfo) => boolean {
  const groups = new Set<string>();
  const users = new Set<string>();
  const prefixes: string[] = [];
  for (const { kind, user, group, serviceAccount } of subjects) {
    if (kind === 'Group' && group) groups.add(group.name);
    else if (kind === 'User' && user) users.add(user.name);
    else if (kind === 'ServiceAccount' && serviceAccount) {
      const prefix = `system:serviceaccount:${serviceAccount.namespace}:`;
      if (serviceAccount.name === '*') prefixes.push(prefix);
      else users.add(prefix + serviceAccount.name);
    }
  }
  if (users.has('*') || groups.has('*')) return () => true;
  return user =>
    users.has(user.name) ||
    user.groups.some(group => groups.has(group)) ||
    prefixes.some(prefix => user.name.startsWith(prefix));
}

/** contains makes a test for a list in which `*` stands for everything. */
function contains(values: readonly string[]): (value: string) => boolean {
  const all = values.includes('*');
  return value => all || values.includes(value);
}

function resourceMatcher(rule: flowcontrolv1.ResourcePolicyRule): (info: RequestInfo) => boolean {
  const { clusterScope = false, namespaces = [] } = rule;
  const isVerb = contains(rule.verbs);
  const isGroup = contains(rule.apiGroups);
  const isResource = contains(rule.resources);
  const isNamespace = contains(namespaces);
  return ({ verb, group, resource, subresource, namespace }) =>
    isVerb(verb) &&
    isGroup(group) &&
    isResource(subresource ? `${resource}/${subresource}` : resource) &&
    (namespace ? isNamespace(namespace) : clusterScope);
}

function pathMatcher({ verbs, nonResourceURLs }: flowcontrolv1.NonResourcePolicyRule): (info: RequestInfo) => boolean {
  const isVerb = contains(verbs);
  const isExact = contains(nonResourceURLs);
  const prefixes = nonResourceURLs.filter(url => url.endsWith('/*')).map(url => url.slice(0, -1));
  return ({ verb, path }) => isVerb(verb) && (isExact(path) || prefixes.some(prefix => path.startsWith(prefix)));
}
