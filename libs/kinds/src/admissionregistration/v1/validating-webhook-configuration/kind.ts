import { ValidatingWebhookConfigurations } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** validatingWebhookConfiguration declares ValidatingWebhookConfiguration. */
export const validatingWebhookConfiguration = defineKind({
  resource: ValidatingWebhookConfigurations,
  versions: [
    served('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { storedSince: 22 }),
    served('admissionregistration.k8s.io/v1beta1', 'ValidatingWebhookConfiguration', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.16', '1.22', 'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration') }),
  ],
  categories: ['api-extensions'],
  strategy: plainStrategy(),
});
