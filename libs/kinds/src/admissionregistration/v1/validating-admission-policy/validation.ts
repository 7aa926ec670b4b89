import type { admissionregistrationv1 } from '@navarch/api';
import {
  field,
  isDNS1035Label,
  isDNS1123Subdomain,
  isQualifiedName,
  parseApiVersion,
  Path,
} from '@navarch/apimachinery';
import type { FieldError } from '@navarch/apimachinery';
import { DYN, policyEnvironment, type Type } from '@navarch/cel';
import { each, oneOf, requireText, type Release } from '../../../shared/errors';
import { checkExpression, validateMatchConditions, type WrittenIn } from '../shared/expressions';
import { validateMatchResources } from '../shared/match-resources';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Spec = NonNullable<Policy['spec']>;
const SPEC = Path.at('spec');
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_BYTES = 5 * 1024;
const NOTHING_TO_DO = 'validations or auditAnnotations must contain at least one item';

/** validatePolicy checks a policy, `old` being what an update found; all its expressions have to compile. */
export function validatePolicy(policy: Policy, release: Release, old?: Policy): FieldError[] {
  const spec = policy.spec ?? {};
  const { validations = [], auditAnnotations = [], paramKind, failurePolicy, matchConditions } = spec;
  const stored = new Set(expressionsOf(old?.spec ?? {}));
  const errors: FieldError[] = [];
  if (!validations.length && !auditAnnotations.length) {
    errors.push(field.required(SPEC.child('validations'), NOTHING_TO_DO));
    errors.push(field.required(SPEC.child('auditAnnotations'), NOTHING_TO_DO));
  }
  if (paramKind) errors.push(...validateParamKind(paramKind, SPEC.child('paramKind')));
  if (failurePolicy !== undefined)
    errors.push(...oneOf(SPEC.child('failurePolicy'), failurePolicy, ['Fail', 'Ignore']));
  const conditions = SPEC.child('matchConditions');
  const written = (types?: Readonly<Record<string, Type>>): WrittenIn => ({
    environment: policyEnvironment(!!paramKind, types),
    release: release.emulated,
    stored,
  });
  errors.push(...validateMatchConditions(matchConditions, conditions, written()));
  const variables = validateVariables(spec, written);
  const environment = written(variables.types);
  return [
    ...errors,
    ...validateConstraints(spec, release),
    ...variables.errors,
    ...validations.flatMap((one, i) => validateValidation(one, SPEC.child('validations').index(i), environment)),
    ...validateAnnotations(policy.metadata?.name ?? '', auditAnnotations, environment),
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
    ...(matchConstraints.resourceRules?.length ? [] : [field.required(path.child('resourceRules'))]),
    ...validateMatchResources(matchConstraints, path, release),
  ];
}

function validateParamKind({ apiVersion, kind }: NonNullable<Spec['paramKind']>, path: Path): FieldError[] {
  const at = path.child('apiVersion');
  const errors = requireText(at, apiVersion);
  if (apiVersion) {
    const parsed = parseApiVersion(apiVersion);
    if (!parsed) errors.push(field.invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    else {
      if (parsed.group) errors.push(...each(at, parsed.group, isDNS1123Subdomain(parsed.group)));
      errors.push(...each(at, parsed.version, isDNS1035Label(parsed.version)));
    }
  }
  if (!kind) return [...errors, field.required(path.child('kind'))];
  const problems = isDNS1035Label(kind.toLowerCase());
  return [
    ...errors,
    ...problems.map(text =>
      field.invalid(path.child('kind'), kind, `may have mixed case, but should otherwise match: ${text}`),
    ),
  ];
}

/** validateVariables: a variable may refer to those before it. A faulty one counts as dynamic, so that it is told of once. */
function validateVariables(
  { variables = [] }: Spec,
  written: (types: Readonly<Record<string, Type>>) => WrittenIn,
): { types: Record<string, Type>; errors: FieldError[] } {
  const types: Record<string, Type> = {};
  const errors: FieldError[] = [];
  variables.forEach(({ name = '', expression = '' }, i) => {
    const at = SPEC.child('variables').index(i);
    if (!name.trim()) errors.push(field.required(at.child('name'), 'name is not specified'));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name))
      errors.push(field.invalid(at.child('name'), name, 'name is not a valid CEL identifier'));
    else if (Object.hasOwn(types, name)) errors.push(field.duplicate(at.child('name'), name));
    let type: Type = DYN;
    if (!expression.trim()) errors.push(field.required(at.child('expression'), 'expression is not specified'));
    else {
      const checked = checkExpression(expression, at.child('expression'), written({ ...types }));
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
  environment: WrittenIn,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('expression');
  if (!expression.trim()) errors.push(field.required(at, 'expression is not specified'));
  else errors.push(...checkExpression(expression, at, environment, ['bool']).errors);
  const words = path.child('messageExpression');
  if (messageExpression && !messageExpression.trim())
    errors.push(field.invalid(words, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression) errors.push(...checkExpression(messageExpression, words, environment, ['string']).errors);
  const text = path.child('message');
  if (message && !message.trim()) errors.push(field.invalid(text, message, 'message must be non-empty if specified'));
  else if (hasLineBreak(message.trim()))
    errors.push(field.invalid(text, message, 'message must not contain line breaks'));
  else if (hasLineBreak(expression.trim()) && !message)
    errors.push(field.required(text, 'message must be specified if expression contains line breaks'));
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
  if (annotations.length > MAX_AUDIT_ANNOTATIONS)
    errors.push(field.tooMany(path, annotations.length, MAX_AUDIT_ANNOTATIONS));
  const keys = new Set<string>();
  annotations.forEach(({ key = '', valueExpression = '' }, i) => {
    const at = path.index(i);
    errors.push(...each(at.child('key'), key, isQualifiedName(`${name}/${key}`)));
    const value = at.child('valueExpression');
    if (!valueExpression.trim()) errors.push(field.required(value, 'valueExpression is not specified'));
    else if (Buffer.byteLength(valueExpression) > MAX_VALUE_BYTES)
      errors.push(field.required(value, 'must not exceed 5kb in length'));
    else errors.push(...checkExpression(valueExpression, value, environment, ['string', 'null']).errors);
    if (keys.has(key)) errors.push(field.duplicate(at.child('key'), key));
    keys.add(key);
  });
  return errors;
}
