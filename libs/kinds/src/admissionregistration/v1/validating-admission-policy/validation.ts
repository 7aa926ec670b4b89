import type { admissionregistrationv1 } from '@navarch/api';
import { field, foundIn, isDNS1035Label, isDNS1123Subdomain, isQualifiedName, Path } from '@navarch/apimachinery';
import type { FieldError } from '@navarch/apimachinery';
import { DYN, policyEnvironment, type Type } from '@navarch/cel';
import { validateConditions } from '../../../shared/conditions';
import { semanticEqual } from '../../../shared/equal';
import { each, invalidStruct, oneOf, requireText, type Release } from '../../../shared/errors';
import { checkExpression, validateMatchConditions, type WrittenIn } from '../shared/expressions';
import { validateMatchResources } from '../shared/match-resources';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Spec = NonNullable<Policy['spec']>;
const SPEC = Path.at('spec');
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_BYTES = 5 * 1024;
const NOTHING_TO_DO = 'validations or auditAnnotations must contain at least one item';

/** validatePolicy checks a policy, `old` being what an update found; all its expressions have to compile. */
export function validatePolicy(policy: Policy, release: Release, old?: Policy): FieldError[] {
  const spec = policy.spec ?? {};
  const { paramKind, failurePolicy = '', matchConditions } = spec;
  const stored = new Set(expressionsOf(old?.spec ?? {}));
  const scope: PolicyScope = (types, scopeOptions) => ({
    environment: policyEnvironment(!!paramKind, types, scopeOptions),
    release: release.emulated,
    stored,
  });
  const conditions = SPEC.child('matchConditions');
  const variables = validateVariables(spec, scope);
  return [
    ...oneOf(SPEC.child('failurePolicy'), failurePolicy, ['Fail', 'Ignore']),
    ...(paramKind ? validateParamKind(paramKind, SPEC.child('paramKind')) : []),
    ...validateConstraints(spec, release),
    // What did not change was looked at when it was written.
    ...(old && sameConditions(spec, old.spec ?? {})
      ? []
      : validateMatchConditions(matchConditions, conditions, scope())),
    ...variables.errors,
    ...validateUses(policy, scope, variables.types),
  ];
}

/** PolicyScope is the environment of a policy's expressions, with the variables of these types, or without them. */
type PolicyScope = (types?: Readonly<Record<string, Type>>, options?: { readonly authorizer?: boolean }) => WrittenIn;

const sameConditions = (spec: Spec, old: Spec) =>
  semanticEqual(spec.paramKind, old.paramKind) && semanticEqual(spec.matchConditions, old.matchConditions);

/** validateUses checks what a policy is for: its validations and annotations, of which there is one at least. */
function validateUses({ metadata, spec = {} }: Policy, scope: PolicyScope, types: Record<string, Type>): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const path = SPEC.child('validations');
  if (!validations.length && !auditAnnotations.length)
    return [field.required(path, NOTHING_TO_DO), field.required(SPEC.child('auditAnnotations'), NOTHING_TO_DO)];
  const environments = { rule: scope(types), message: scope(types, { authorizer: false }) };
  return [
    ...foundIn(validations, (one, i) => validateValidation(one, path.index(i), environments)),
    ...validateAnnotations(metadata?.name ?? '', auditAnnotations, environments.rule),
  ];
}

/** expressionsOf are all expressions of a policy. */
function expressionsOf({ matchConditions = [], variables = [], validations = [], auditAnnotations = [] }: Spec) {
  return [
    ...[...matchConditions, ...variables, ...validations].map(({ expression }) => expression),
    ...validations.map(({ messageExpression = '' }) => messageExpression),
    ...auditAnnotations.map(({ valueExpression }) => valueExpression),
  ];
}

function validateConstraints({ matchConstraints }: Spec, release: Release): FieldError[] {
  const path = SPEC.child('matchConstraints');
  if (!matchConstraints) return [field.required(path)];
  return [
    ...validateMatchResources(matchConstraints, path, release),
    ...(matchConstraints.resourceRules?.length ? [] : [field.required(path.child('resourceRules'))]),
  ];
}

function validateParamKind({ apiVersion = '', kind = '' }: NonNullable<Spec['paramKind']>, path: Path): FieldError[] {
  const at = path.child('kind');
  const problems = isDNS1035Label(kind.toLowerCase());
  const mixed = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [
    ...validateApiVersion(apiVersion, path.child('apiVersion')),
    ...(kind ? (problems.length ? [field.invalid(at, kind, mixed)] : []) : [field.required(at)]),
  ];
}

function validateApiVersion(text: string, path: Path): FieldError[] {
  if (!text) return [field.required(path)];
  const [group = '', version, ...more] = text.includes('/') ? text.split('/') : ['', text];
  if (more.length) return [field.invalid(path, text, `unexpected GroupVersion string: ${text}`)];
  const joined = (value: string, texts: readonly string[]) =>
    texts.length ? [field.invalid(path, value, texts.join(','))] : [];
  return [
    ...(group ? joined(group, isDNS1123Subdomain(group)) : []),
    ...(version ? joined(version, isDNS1035Label(version)) : [field.invalid(path, text, 'version must be specified')]),
  ];
}

/** IDENTIFIER is the form of a name in expressions; RESERVED are those that have another meaning there. */
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/** validateVariables: a variable may refer to those before it. A faulty one counts as dynamic, so that it is told of once. */
function validateVariables(
  { variables = [] }: Spec,
  scope: PolicyScope,
): { types: Record<string, Type>; errors: FieldError[] } {
  const types: Record<string, Type> = {};
  const errors: FieldError[] = [];
  variables.forEach(({ name = '', expression = '' }, i) => {
    const at = SPEC.child('variables').index(i);
    if (!name.trim()) errors.push(field.required(at.child('name'), 'name is not specified'));
    else if (!IDENTIFIER.test(name) || RESERVED.has(name))
      errors.push(field.invalid(at.child('name'), name, 'name is not a valid CEL identifier'));
    let type: Type = DYN;
    if (!expression.trim()) errors.push(field.required(at.child('expression'), 'expression is not specified'));
    else {
      const checked = checkExpression(expression, at.child('expression'), scope({ ...types }));
      errors.push(...checked.errors);
      if (checked.program) ({ type } = checked.program);
    }
    types[name] = type;
  });
  return { types, errors };
}

const hasLineBreak = (text: string) => /[\r\n]/.test(text);

function validateValidation(
  { expression = '', message = '', messageExpression = '', reason }: admissionregistrationv1.Validation,
  path: Path,
  environments: { readonly rule: WrittenIn; readonly message: WrittenIn },
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('expression');
  if (!expression.trim()) errors.push(field.required(at, 'expression is not specified'));
  else errors.push(...checkExpression(expression, at, environments.rule, ['bool']).errors);
  const words = path.child('messageExpression');
  if (messageExpression && !messageExpression.trim())
    errors.push(field.invalid(words, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression)
    errors.push(...checkExpression(messageExpression, words, environments.message, ['string']).errors);
  const text = path.child('message');
  if (message && !message.trim()) errors.push(field.invalid(text, message, 'message must be non-empty if specified'));
  else if (hasLineBreak(message.trim()))
    errors.push(field.invalid(text, message, 'message must not contain line breaks'));
  if (reason !== undefined) errors.push(...oneOf(path.child('reason'), reason, REASONS));
  return errors;
}

function validateAnnotations(
  name: string,
  annotations: readonly admissionregistrationv1.AuditAnnotation[],
  environment: WrittenIn,
): FieldError[] {
  const path = SPEC.child('auditAnnotations');
  const errors: FieldError[] = [];
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    const why = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`;
    errors.push(invalidStruct(path, goAnnotations(annotations), why));
  }
  const keys = new Set<string>();
  annotations.forEach(({ key = '', valueExpression = '' }, i) => {
    const at = path.index(i);
    const full = `${name}/${key}`;
    errors.push(...each(at.child('key'), full, isQualifiedName(full)));
    const value = at.child('valueExpression');
    if (!valueExpression.trim()) errors.push(field.required(value, 'valueExpression is not specified'));
    else if (Buffer.byteLength(valueExpression.trim()) > MAX_VALUE_BYTES)
      errors.push(field.required(value, `must not exceed ${MAX_VALUE_BYTES} bytes in length`));
    else errors.push(...checkExpression(valueExpression, value, environment, ['string', 'null']).errors);
    if (keys.has(key)) errors.push(field.duplicate(at.child('key'), key));
    keys.add(key);
  });
  return errors;
}

function goAnnotations(annotations: readonly admissionregistrationv1.AuditAnnotation[]): string {
  const type = 'admissionregistration.AuditAnnotation';
  const text = (value = '') => JSON.stringify(value);
  const all = annotations.map(a => `${type}{Key:${text(a.key)}, ValueExpression:${text(a.valueExpression)}}`);
  return `[]${type}{${all.join(', ')}}`;
}

/** validateStatusUpdate checks what the status endpoint wrote. */
export function validateStatusUpdate({ status }: Policy, release: Release): FieldError[] {
  const path = Path.at('status');
  const warnings = path.child('typeChecking', 'expressionWarnings');
  return [
    ...foundIn(status?.typeChecking?.expressionWarnings, ({ warning, fieldRef }, i) => [
      ...requireText(warnings.index(i).child('warning'), warning),
      ...requireText(warnings.index(i).child('fieldRef'), fieldRef?.trim()),
    ]),
    ...validateConditions(status?.conditions, path.child('conditions'), release),
  ];
}
