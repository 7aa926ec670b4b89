import type { flowcontrolv1 } from '@navarch/api';
import type { Minor } from '../../../kind';
import { goPointer, goStrings } from '../../../shared/go-syntax';

// Messages up to release 1.33 show the specs of this group as Go prints them.

const quoted = (text: string | undefined) => JSON.stringify(text ?? '');
const list = <T>(type: string, items: readonly T[] | undefined, show: (item: T) => string) =>
  items
    ? `[]flowcontrol.${type}{${items.map(item => `flowcontrol.${type}{${show(item)}}`).join(', ')}}`
    : `[]flowcontrol.${type}(nil)`;

/** goSchemaSpec renders the spec of a FlowSchema. */
export function goSchemaSpec(spec: flowcontrolv1.FlowSchemaSpec): string {
  const level = `flowcontrol.PriorityLevelConfigurationReference{Name:${quoted(spec.priorityLevelConfiguration?.name)}}`;
  const method = goPointer('flowcontrol.FlowDistinguisherMethod', spec.distinguisherMethod);
  const rules = list('PolicyRulesWithSubjects', spec.rules, goRule);
  return `flowcontrol.FlowSchemaSpec{PriorityLevelConfiguration:${level}, MatchingPrecedence:${spec.matchingPrecedence ?? 0}, DistinguisherMethod:${method}, Rules:${rules}}`;
}

function goRule({ subjects, resourceRules, nonResourceRules }: flowcontrolv1.PolicyRulesWithSubjects): string {
  const about = list(
    'Subject',
    subjects,
    ({ kind, user, group, serviceAccount }) =>
      `Kind:${quoted(kind)}, User:${goPointer('flowcontrol.UserSubject', user)}, Group:${goPointer('flowcontrol.GroupSubject', group)}, ServiceAccount:${goPointer('flowcontrol.ServiceAccountSubject', serviceAccount)}`,
  );
  const resources = list(
    'ResourcePolicyRule',
    resourceRules,
    rule =>
      `Verbs:${goStrings(rule.verbs)}, APIGroups:${goStrings(rule.apiGroups)}, Resources:${goStrings(rule.resources)}, ClusterScope:${rule.clusterScope ?? false}, Namespaces:${goStrings(rule.namespaces)}`,
  );
  const paths = list(
    'NonResourcePolicyRule',
    nonResourceRules,
    rule => `Verbs:${goStrings(rule.verbs)}, NonResourceURLs:${goStrings(rule.nonResourceURLs)}`,
  );
  return `Subjects:${about}, ResourceRules:${resources}, NonResourceRules:${paths}`;
}

/** EXEMPT is the first release whose levels say what the exempt one lends. */
const EXEMPT: Minor = 28;

/** goLevelSpec renders the spec of a PriorityLevelConfiguration. */
export function goLevelSpec(spec: flowcontrolv1.PriorityLevelConfigurationSpec, emulated: Minor): string {
  const limited = goPointer('flowcontrol.LimitedPriorityLevelConfiguration', spec.limited);
  const exempt = `, Exempt:${goPointer('flowcontrol.ExemptPriorityLevelConfiguration', spec.exempt)}`;
  return `flowcontrol.PriorityLevelConfigurationSpec{Type:${quoted(spec.type)}, Limited:${limited}${emulated >= EXEMPT ? exempt : ''}}`;
}
