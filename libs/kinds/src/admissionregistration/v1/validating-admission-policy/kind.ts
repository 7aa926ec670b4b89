import { ValidatingAdmissionPolicies, type admissionregistrationv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { oneOf, requireText, type Release } from '../../../shared/errors';
import { ageColumn, integer, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultMatchResources, validateMatchResources } from '../shared/match-resources';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
const SPEC = Path.at('spec');

function validatePolicy({ spec }: Policy, release: Release): FieldError[] {
  const { validations = [], auditAnnotations = [], paramKind, failurePolicy, matchConstraints } = spec ?? {};
  const errors: FieldError[] = [];
  if (!validations.length && !auditAnnotations.length) {
    errors.push(
      field.required(SPEC.child('validations'), 'validations or auditAnnotations must contain at least one item'),
    );
    errors.push(
      field.required(SPEC.child('auditAnnotations'), 'validations or auditAnnotations must contain at least one item'),
    );
  }
  if (paramKind) {
    errors.push(
      ...requireText(SPEC.child('paramKind', 'apiVersion'), paramKind.apiVersion),
      ...requireText(SPEC.child('paramKind', 'kind'), paramKind.kind),
    );
  }
  if (failurePolicy !== undefined)
    errors.push(...oneOf(SPEC.child('failurePolicy'), failurePolicy, ['Fail', 'Ignore']));
  const constraints = SPEC.child('matchConstraints');
  if (!matchConstraints) errors.push(field.required(constraints));
  else {
    if (!matchConstraints.resourceRules?.length) errors.push(field.required(constraints.child('resourceRules')));
    errors.push(...validateMatchResources(matchConstraints, constraints, release));
  }
  validations.forEach(({ expression }, i) =>
    errors.push(
      ...requireText(
        SPEC.child('validations').index(i).child('expression'),
        expression?.trim(),
        'expression is not specified',
      ),
    ),
  );
  return errors;
}

/** validatingAdmissionPolicy declares ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy = defineKind<Policy>({
  resource: ValidatingAdmissionPolicies,
  versions: [served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', { since: 30 })],
  categories: ['api-extensions'],
  defaults({ spec }) {
    if (!spec) return;
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  columns: defineColumns<Policy>([
    nameColumn,
    integer('Validations', ({ spec }) => spec?.validations?.length ?? 0),
    text('ParamKind', ({ spec }) =>
      spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    ),
    ageColumn,
  ]),
  strategy: specStrategy<Policy>({
    generation: true,
    allowUnconditionalUpdate: false,
    validate: validatePolicy,
    validateUpdate: (policy, _old, release) => validatePolicy(policy, release),
  }),
  subresources: { status: statusStrategy<Policy>() },
});
