import type { flowcontrolv1 } from '@navarch/api';
import { field, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { each, oneOf, requireText, unsupportedStruct, type Release } from '../../../shared/errors';

const SPEC = Path.at('spec');
const MAX_PRECEDENCE = 10_000;
const EXEMPT = 'exempt';

/** validateFlowSchema checks a FlowSchema. */
export function validateFlowSchema(
  { metadata, spec = {} as flowcontrolv1.FlowSchemaSpec }: flowcontrolv1.FlowSchema,
  release: Release,
): FieldError[] {
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec;
  const at = SPEC.child('matchingPrecedence');
  const errors: FieldError[] = [];
  if (matchingPrecedence <= 0) errors.push(field.invalid(at, matchingPrecedence, 'must be a positive value'));
  if (matchingPrecedence > MAX_PRECEDENCE)
    errors.push(field.invalid(at, matchingPrecedence, `must not be greater than ${MAX_PRECEDENCE}`));
  if (matchingPrecedence === 1 && metadata?.name !== EXEMPT) {
    errors.push(field.invalid(at, matchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  if (distinguisherMethod && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type)) {
    const go = `flowcontrol.FlowDistinguisherMethod{Type:${JSON.stringify(distinguisherMethod.type)}}`;
    errors.push(
      unsupportedStruct(
        SPEC.child('distinguisherMethod', 'type'),
        distinguisherMethod,
        go,
        ['ByNamespace', 'ByUser'],
        release,
      ),
    );
  }
  const name = priorityLevelConfiguration?.name;
  const where = SPEC.child('priorityLevelConfiguration', 'name');
  errors.push(
    ...(name
      ? each(where, name, isDNS1123Subdomain(name))
      : [field.required(where, 'must reference a priority level')]),
  );
  return [...errors, ...(rules ?? []).flatMap((rule, i) => validateRule(rule, SPEC.child('rules').index(i)))];
}

function validateRule(
  { subjects, resourceRules, nonResourceRules }: flowcontrolv1.PolicyRulesWithSubjects,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!subjects?.length)
    errors.push(field.required(path.child('subjects'), 'subjects must contain at least one value'));
  (subjects ?? []).forEach((subject, i) => errors.push(...validateSubject(subject, path.child('subjects').index(i))));
  if (!resourceRules?.length && !nonResourceRules?.length) {
    errors.push(field.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  (resourceRules ?? []).forEach((rule, i) => {
    const at = path.child('resourceRules').index(i);
    for (const name of ['verbs', 'apiGroups', 'resources'] as const) errors.push(...validateList(rule[name], name, at));
    if (!rule.clusterScope && !rule.namespaces?.length) {
      errors.push(
        field.required(
          at.child('namespaces'),
          'resource rules that are not cluster scoped must supply at least one namespace',
        ),
      );
    }
  });
  (nonResourceRules ?? []).forEach((rule, i) => {
    const at = path.child('nonResourceRules').index(i);
    for (const name of ['verbs', 'nonResourceURLs'] as const) errors.push(...validateList(rule[name], name, at));
  });
  return errors;
}

function validateList(values: readonly string[] | undefined, name: string, path: Path): FieldError[] {
  if (!values?.length)
    return [
      field.required(
        path.child(name),
        `${name === 'verbs' ? 'verbs' : `resource rules must supply ${name}:`} must contain at least one value`,
      ),
    ];
  return values.includes('*') && values.length > 1
    ? [field.invalid(path.child(name), values, "if '*' is present, must not specify other values")]
    : [];
}

function validateSubject({ kind, user, group, serviceAccount }: flowcontrolv1.Subject, path: Path): FieldError[] {
  const errors = oneOf(path.child('kind'), kind, ['Group', 'ServiceAccount', 'User']);
  const named = (name: string, subject: { name: string } | undefined) =>
    subject
      ? requireText(path.child(name, 'name'), subject.name)
      : [field.required(path.child(name), `${name} is required when subject kind is '${kind}'`)];
  if (kind === 'User') errors.push(...named('user', user));
  if (kind === 'Group') errors.push(...named('group', group));
  if (kind === 'ServiceAccount') {
    errors.push(...named('serviceAccount', serviceAccount));
    if (serviceAccount)
      errors.push(
        ...requireText(
          path.child('serviceAccount', 'namespace'),
          serviceAccount.namespace,
          'must specify namespace for service account',
        ),
      );
  }
  return errors;
}
