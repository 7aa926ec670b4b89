import { MutatingWebhookConfigurations, type admissionregistrationv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { keepGeneration, setGeneration } from '../../../shared/keep';
import { ageColumn, integer, nameColumn } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import {
  CONDITIONS_SINCE,
  changesWebhooks,
  defaultBetaWebhooks,
  defaultWebhook,
  validateWebhooks,
} from '../shared/webhooks';

/** mutatingWebhookConfiguration declares MutatingWebhookConfiguration. */
export const mutatingWebhookConfiguration = defineKind<admissionregistrationv1.MutatingWebhookConfiguration>({
  resource: MutatingWebhookConfigurations,
  versions: [
    served('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', { storedSince: 22 }),
    served('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', {
      until: 21,
      storedSince: 0,
      defaults: defaultBetaWebhooks,
      deprecated: deprecatedFor('1.16', '1.22', 'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration'),
    }),
  ],
  categories: ['api-extensions'],
  dormant: { 'webhooks.matchConditions': CONDITIONS_SINCE },
  defaults({ webhooks }) {
    for (const webhook of webhooks ?? []) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ??= 'Never';
    }
  },
  columns: defineColumns<admissionregistrationv1.MutatingWebhookConfiguration>([
    nameColumn,
    integer('Webhooks', ({ webhooks }) => webhooks?.length ?? 0),
    ageColumn,
  ]),
  anyFinalizer: true,
  strategy: {
    ...plainStrategy<admissionregistrationv1.MutatingWebhookConfiguration>(({ webhooks }, context) =>
      validateWebhooks(webhooks, context),
    ),
    validateUpdate: ({ webhooks }, old, context) => validateWebhooks(webhooks, context, old.webhooks),
    metadataChecks: { update: ['whole'] },
    allowUnconditionalUpdate: false,
    prepareForCreate: configuration => setGeneration(configuration),
    prepareForUpdate: (configuration, old, context) =>
      keepGeneration(configuration, old, changesWebhooks(configuration, old, context)),
  },
});
