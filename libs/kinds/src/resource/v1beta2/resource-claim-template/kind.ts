import { resource, type resourcev1beta2 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE } from '../../../shared/errors';
import { ageColumn, nameColumn } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { defaultRequests, fromExactly, toExactly } from '../shared/requests';
import { dormantOf, validateClaimSpec } from '../shared/validation';

const claimSpec = (object: Record<string, unknown>) =>
  (object['spec'] as Record<string, unknown> | undefined)?.['spec'];

/** resourceClaimTemplate declares ResourceClaimTemplate, whose spec is fixed. */
export const resourceClaimTemplate = defineKind<resourcev1beta2.ResourceClaimTemplate>({
  resource: resource<resourcev1beta2.ResourceClaimTemplate>(
    'resource.k8s.io/v1beta2',
    'resourceclaimtemplates',
    'ResourceClaimTemplate',
    true,
  ),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceClaimTemplate', { since: 33, optIn: true }),
    served('resource.k8s.io/v1beta1', 'ResourceClaimTemplate', {
      since: 32,
      optIn: true,
      toHub: o => toExactly(claimSpec(o)),
      fromHub: o => fromExactly(claimSpec(o)),
    }),
  ],
  defaults: ({ spec }) => defaultRequests(spec?.spec),
  columns: defineColumns<resourcev1beta2.ResourceClaimTemplate>([nameColumn, ageColumn]),
  dormant: dormantOf('spec.spec'),
  strategy: plainStrategy<resourcev1beta2.ResourceClaimTemplate>(
    ({ spec }) => validateClaimSpec(spec?.spec, Path.at('spec', 'spec')),
    {
      metadataChecks: { update: ['change'] },
      validateUpdate: (template, old) => [
        ...(semanticEqual(template.spec, old.spec) ? [] : [field.invalid(Path.at('spec'), template.spec, IMMUTABLE)]),
        ...validateClaimSpec(template.spec?.spec, Path.at('spec', 'spec'), true),
      ],
    },
  ),
});
