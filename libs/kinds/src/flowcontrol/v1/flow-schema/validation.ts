import type { flowcontrolv1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, oneOf, requireText, unsupportedStruct, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { goStruct } from '../../../shared/go-struct';

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
    const go = goStruct('flowcontrol.FlowDistinguisherMethod', distinguisherMethod);
    errors.push(unsupportedStruct(SPEC.child('distinguisherMethod', 'type'), go, ['ByNamespace', 'ByUser']));
  }
  const name = priorityLevelConfiguration?.name;
  const where = SPEC.child('priorityLevelConfiguration', 'name');
  errors.push(
    ...(name
      ? each(where, name, isDNS1123Subdomain(name))
      : [field.required(where, 'must reference a priority level')]),
  );
  return [...errors, ...foundIn(rules, (rule, i) => validateRule(rule, SPEC.child('rules').index(i), release))];
}

function validateRule(
  { subjects, resourceRules, nonResourceRules }: flowcontrolv1.PolicyRulesWithSubjects,
  path: Path,
  release: Release,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!subjects?.length)
    errors.push(field.required(path.child('subjects'), 'subjects must contain at least one value'));
  (subjects ?? []).forEach((subject, i) =>
    errors.push(...validateSubject(subject, path.child('subjects').index(i), release)),
  );
  if (!resourceRules?.length && !nonResourceRules?.length) {
    errors.push(field.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...foundIn(resourceRules, (rule, i) => validateResources(rule, path.child('resourceRules').index(i), release)),
    ...foundIn(nonResourceRules, (rule, i) => validatePaths(rule, path.child('nonResourceRules').index(i))),
  ];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateResources(rule: flowcontrolv1.ResourcePolicyRule, path: Path, release: Release): FieldError[] {
  const { verbs, apiGroups, resources, namespaces, clusterScope } = rule;
  const list = (
    name: 'apiGroups' | 'resources',
    values: readonly string[] | undefined,
    one: string,
    several: string,
  ) =>
    values?.length
      ? alone(path.child(name), values, several)
      : [field.required(path.child(name), `resource rules must supply at least one ${one}`)];
  return [
    ...validateVerbs(verbs, path.child('verbs')),
    ...list('apiGroups', apiGroups, 'api group', 'api groups'),
    ...list('resources', resources, 'resource', 'resources'),
    ...validateNamespaces(namespaces, clusterScope ?? false, path.child('namespaces'), release),
  ];
}

function validateNamespaces(
  namespaces: readonly string[] | undefined,
  clusterScope: boolean,
  path: Path,
  release: Release,
): FieldError[] {
  if (!namespaces?.length) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    return clusterScope ? [] : [field.required(path, why)];
  }
  if (namespaces.includes('*')) return alone(path, namespaces, 'namespaces');
  const head = "each member of this list must be '*' or a DNS-1123 label; ";
  return foundIn(namespaces, (name, i) =>
    each(
      path.index(i),
      name,
      isDNS1123Label(name, release).map(text => head + text),
    ),
  );
}

function validatePaths(rule: flowcontrolv1.NonResourcePolicyRule, path: Path): FieldError[] {
  const { verbs, nonResourceURLs } = rule;
  const at = path.child('nonResourceURLs');
  const errors = validateVerbs(verbs, path.child('verbs'));
  if (!nonResourceURLs?.length)
    return [...errors, field.required(at, 'nonResourceURLs must contain at least one value')];
  if (nonResourceURLs.includes('*')) return [...errors, ...alone(at, nonResourceURLs, 'non-resource URLs')];
  return [...errors, ...foundIn(nonResourceURLs, (url, i) => validatePath(url, at.index(i)))];
}

/** validatePath: a path begins with a slash, has no empty part, and a star only as its last one. */
function validatePath(url: string, path: Path): FieldError[] {
  if (!url) return [field.invalid(path, url, 'must not be empty')];
  if (url === '/') return [];
  if (!url.startsWith('/')) return [field.invalid(path, url, 'must start with slash')];
  if (url.includes(' ')) return [field.invalid(path, url, 'must not contain white-space')];
  if (url.includes('//')) return [field.invalid(path, url, 'must not contain double slash')];
  if (/\*/.test(url.slice(0, -1)) || (url.endsWith('*') && !url.endsWith('/*')))
    return [field.invalid(path, url, 'wildcard can only do suffix matching')];
  return [];
}

function validateVerbs(verbs: readonly string[] | undefined, path: Path): FieldError[] {
  if (!verbs?.length) return [field.required(path, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return alone(path, verbs, 'verbs');
  return verbs.every(verb => VERBS.includes(verb)) ? [] : [unsupportedStruct(path, goStrings(verbs), VERBS)];
}

/** alone: a star says all there is to say. */
function alone(path: Path, values: readonly string[], noun: string): FieldError[] {
  if (!values.includes('*') || values.length === 1) return [];
  const why = `if '*' is present, must not specify other ${noun}`;
  return [invalidStruct(path, goStrings(values), why)];
}

function validateSubject(
  { kind, user, group, serviceAccount }: flowcontrolv1.Subject,
  path: Path,
  release: Release,
): FieldError[] {
  const subjects = { serviceAccount, user, group };
  const own = OWN_FIELDS[kind as keyof typeof OWN_FIELDS];
  if (!own) return oneOf(path.child('kind'), kind, ['Group', 'ServiceAccount', 'User']);
  const subject = subjects[own];
  const errors = subject
    ? validateSubjectName(subject, own, path.child(own), release)
    : [field.required(path.child(own), `${own} is required when subject kind is '${kind}'`)];
  for (const [other, name] of Object.entries(OWN_FIELDS)) {
    if (name !== own && subjects[name])
      errors.push(field.forbidden(path.child(name), `${name} is forbidden when subject kind is not '${other}'`));
  }
  return errors;
}

const OWN_FIELDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

function validateSubjectName(
  subject: { name?: string; namespace?: string },
  own: string,
  path: Path,
  release: Release,
): FieldError[] {
  const { name, namespace } = subject;
  const errors = requireText(path.child('name'), name);
  if (own !== 'serviceAccount') return errors;
  const named = name && name !== '*' ? each(path.child('name'), name, isDNS1123Subdomain(name)) : [];
  const at = path.child('namespace');
  return [
    ...errors,
    ...named,
    ...(namespace
      ? each(at, namespace, isDNS1123Label(namespace, release))
      : [field.required(at, 'must specify namespace for service account')]),
  ];
}
