import { ValidatingAdmissionPolicyBindings, type admissionregistrationv1 } from '@navarch/api';
import { field, isPathSegmentName, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each, oneOf, requireText, type Release } from '../../../shared/errors';
import { validateLabelSelector } from '../../../shared/label-validation';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';
import { defaultMatchResources, validateMatchResources } from '../shared/match-resources';

type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding;
const SPEC = Path.at('spec');

function validateBinding({ spec }: Binding, release: Release): FieldError[] {
  const { policyName, paramRef, matchResources, validationActions = [] } = spec ?? {};
  const errors = requireText(SPEC.child('policyName'), policyName);
  if (paramRef) errors.push(...validateParamRef(paramRef, SPEC.child('paramRef'), release));
  if (matchResources) errors.push(...validateMatchResources(matchResources, SPEC.child('matchResources'), release));
  const at = SPEC.child('validationActions');
  if (!validationActions.length) errors.push(field.required(at, 'at least one validation action is required'));
  validationActions.forEach((action, i) => errors.push(...oneOf(at.index(i), action, ['Audit', 'Deny', 'Warn'])));
  if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
    errors.push(
      field.invalid(
        at,
        validationActions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  }
  return errors;
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
  else errors.push(...oneOf(action, parameterNotFoundAction, ['Allow', 'Deny']));
  return errors;
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
    text('ParamRef', ({ spec }) => {
      const ref = spec?.paramRef;
      return ref ? [ref.namespace, ref.name ?? '*'].filter(Boolean).join('/') : '<unset>';
    }),
    ageColumn,
  ]),
  strategy: specStrategy<Binding>({
    generation: true,
    allowUnconditionalUpdate: false,
    validate: validateBinding,
    validateUpdate: (binding, _old, release) => validateBinding(binding, release),
  }),
});
