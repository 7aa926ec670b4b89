import { MutatingWebhookConfigurations } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** mutatingWebhookConfiguration declares MutatingWebhookConfiguration. */
export const mutatingWebhookConfiguration = defineKind({
  resource: MutatingWebhookConfigurations,
  versions: [
    served('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', { storedSince: 22 }),
    served('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.16', '1.22', 'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration') }),
  ],
  categories: ['api-extensions'],
  strategy: plainStrategy(),
});
