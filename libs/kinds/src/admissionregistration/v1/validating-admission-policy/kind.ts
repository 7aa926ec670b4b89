import { ValidatingAdmissionPolicies, type admissionregistrationv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, integer, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultMatchResources } from '../shared/match-resources';
import { validatePolicy, validateStatusUpdate } from './validation';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;

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
    validateUpdate: (policy, old, release) => validatePolicy(policy, release, old),
  }),
  subresources: {
    status: statusStrategy<Policy>({
      validateUpdate: (policy, _old, release) => validateStatusUpdate(policy, release),
    }),
  },
});
