import { ValidatingAdmissionPolicies } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** validatingAdmissionPolicy declares ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy = defineKind({
  resource: ValidatingAdmissionPolicies,
  versions: [
    served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', { since: 30 }),
  ],
  categories: ['api-extensions'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
