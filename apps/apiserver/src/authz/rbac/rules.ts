import type { rbacv1 } from '@navarch/api';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';

/** PolicyRule is one rule of a Role or ClusterRole. */
export type PolicyRule = rbacv1.PolicyRule;

/** Asked is the part of a request that rules are matched against. */
export type Asked = Pick<
  AuthorizationAttributes,
  'verb' | 'isResourceRequest' | 'group' | 'resource' | 'subresource' | 'name' | 'path'
>;

/** ruleAllows tells whether one rule permits what is asked. */
export function ruleAllows(rule: PolicyRule, asked: Asked): boolean {
  if (!matches(rule.verbs, asked.verb)) return false;
  if (!asked.isResourceRequest) return pathMatches(rule.nonResourceURLs, asked.path);
  return (
    matches(rule.apiGroups, asked.group) &&
    resourceMatches(rule.resources, asked.resource, asked.subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(asked.name))
  );
}

function matches(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed !== undefined && (allowed.includes(value) || allowed.includes('*'));
}

function resourceMatches(allowed: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (!allowed) return false;
  if (!subresource) return allowed.includes(resource) || allowed.includes('*');
  return (
    allowed.includes('*') || allowed.includes(`${resource}/${subresource}`) || allowed.includes(`*/${subresource}`)
  );
}

function pathMatches(allowed: readonly string[] | undefined, path: string): boolean {
  return (
    allowed?.some(url => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)))) ??
    false
  );
}

/** uncoveredRules answers the parts of `wanted` that `held` does not permit, broken down to one verb and resource each. */
export function uncoveredRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakdown).filter(part => !held.some(rule => covers(rule, part)));
}

/** breakdown splits a rule into rules of one verb, group, resource, name or path. */
export function breakdown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (!rule.resourceNames?.length) parts.push(part);
        else for (const name of rule.resourceNames) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return parts;
}

function covers(owner: PolicyRule, part: PolicyRule): boolean {
  return (
    coversAll(owner.verbs, part.verbs) &&
    coversAll(owner.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every(resource => resourceCovered(owner.resources ?? [], resource)) &&
    (part.nonResourceURLs ?? []).every(url => pathMatches(owner.nonResourceURLs, url)) &&
    (!owner.resourceNames?.length ||
      (!!part.resourceNames?.length && coversAll(owner.resourceNames, part.resourceNames)))
  );
}

function coversAll(held: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return held.includes('*') || wanted.every(value => held.includes(value));
}

function resourceCovered(held: readonly string[], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && held.includes(`*/${resource.slice(slash + 1)}`);
}

/** compactRules joins rules that differ in their verb only. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const simple = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs?.length || rule.resources?.length !== 1 || rule.apiGroups?.length !== 1) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups[0], rule.resources[0], rule.resourceNames ?? []]);
    const there = simple.get(key);
    if (!there) simple.set(key, { ...rule, verbs: [...rule.verbs] });
    else there.verbs.push(...rule.verbs.filter(verb => !there.verbs.includes(verb)));
  }
  return [...simple.values(), ...others];
}

/** describeRule renders a rule as messages show it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function describeRule(rule: PolicyRule): string {
  const part = (name: string, values: readonly string[] | undefined) =>
    values?.length ? [`${name}:${quotedList(values)}`] : [];
  const parts = [
    ...part('APIGroups', rule.apiGroups),
    ...part('Resources', rule.resources),
    ...part('NonResourceURLs', rule.nonResourceURLs),
    ...part('ResourceNames', rule.resourceNames),
    ...part('Verbs', rule.verbs),
  ];
  return `{${parts.join(', ')}}`;
}

/** quotedList renders strings as messages do: `["a" "b"]`. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map(value => JSON.stringify(value)).join(' ')}]`;
}
