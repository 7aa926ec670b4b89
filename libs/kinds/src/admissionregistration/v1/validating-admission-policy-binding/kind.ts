import { ValidatingAdmissionPolicyBindings } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** validatingAdmissionPolicyBinding declares ValidatingAdmissionPolicyBinding. */
export const validatingAdmissionPolicyBinding = defineKind({
  resource: ValidatingAdmissionPolicyBindings,
  versions: [
    served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', { since: 30 }),
  ],
  categories: ['api-extensions'],
  strategy: plainStrategy(),
});
