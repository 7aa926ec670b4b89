import { ValidatingAdmissionPolicyBindings, type admissionregistrationv1 } from '@navarch/api';
import { checkName, field, foundIn, isPathSegmentName, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStrings, selectorText } from '../../../shared/go-syntax';
import { validateLabelSelector } from '../../../shared/label-validation';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';
import { defaultMatchResources, validateMatchResources } from '../shared/match-resources';

type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding;
const SPEC = Path.at('spec');

function validateBinding({ spec }: Binding, release: Release): FieldError[] {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec ?? {};
  const name = SPEC.child('policyName');
  return [
    ...(policyName ? each(name, policyName, checkName('subdomain', policyName)) : [field.required(name)]),
    ...(paramRef ? validateParamRef(paramRef, SPEC.child('paramRef'), release) : []),
    ...(matchResources ? validateMatchResources(matchResources, SPEC.child('matchResources'), release) : []),
    ...validateActions(validationActions, SPEC.child('validationActions')),
  ];
}

function validateActions(actions: readonly string[], path: Path): FieldError[] {
  if (!actions.length) return [field.required(path, 'at least one validation action is required')];
  const errors = foundIn(actions, (action, i) => [
    ...oneOf(path.index(i), action, ['Audit', 'Deny', 'Warn']),
    ...(actions.indexOf(action) < i ? [field.duplicate(path.index(i), action)] : []),
  ]);
  if (!actions.includes('Deny') || !actions.includes('Warn')) return errors;
  const why =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  return [...errors, invalidStruct(path, goStrings(actions, 'admissionregistration.ValidationAction'), why)];
}

function validateParamRef(
  { name, selector, parameterNotFoundAction }: admissionregistrationv1.ParamRef,
  path: Path,
  release: Release,
): FieldError[] {
  const exclusive = 'name and selector are mutually exclusive';
  const errors: FieldError[] = [];
  if (name) {
    errors.push(...each(path.child('name'), name, isPathSegmentName(name)));
    if (selector) errors.push(field.forbidden(path.child('name'), exclusive));
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, path.child('selector'), release));
    if (name) errors.push(field.forbidden(path.child('selector'), exclusive));
  }
  if (!name && !selector) errors.push(field.required(path, 'one of name or selector must be specified'));
  const action = path.child('parameterNotFoundAction');
  if (!parameterNotFoundAction) errors.push(field.required(action));
  else errors.push(...oneOf(action, parameterNotFoundAction, ['Deny', 'Allow']));
  return errors;
}

/** paramText shows what a binding refers to; without a namespace it may be in any, or in none. */
function paramText({ namespace, name, selector }: admissionregistrationv1.ParamRef): string {
  if (name) return `${namespace || '*'}/${name}`;
  return selector ? selectorText(selector) : '<unset>';
}

/** validatingAdmissionPolicyBinding declares ValidatingAdmissionPolicyBinding. */
export const validatingAdmissionPolicyBinding = defineKind<Binding>({
  resource: ValidatingAdmissionPolicyBindings,
  versions: [served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', { since: 30 })],
  categories: ['api-extensions'],
  defaults: ({ spec }) => defaultMatchResources(spec?.matchResources),
  columns: defineColumns<Binding>([
    nameColumn,
    text('PolicyName', ({ spec }) => spec?.policyName ?? ''),
    text('ParamRef', ({ spec }) => (spec?.paramRef ? paramText(spec.paramRef) : '<unset>')),
    ageColumn,
  ]),
  strategy: specStrategy<Binding>({
    generation: true,
    allowUnconditionalUpdate: false,
    validate: validateBinding,
    validateUpdate: (binding, _old, release) => validateBinding(binding, release),
  }),
});
