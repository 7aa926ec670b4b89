import { resource, type resourcev1beta2 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultRequests, fromExactly, toExactly } from '../shared/requests';
import { dormantOf, validateClaimSpec } from '../shared/validation';
import { forgetDevices, validateClaimStatus } from './status';

const SPEC = Path.at('spec');

function state({ metadata, status }: resourcev1beta2.ResourceClaim): string {
  const deleted = metadata?.deletionTimestamp !== undefined;
  const states = [
    ...(deleted ? ['deleted'] : []),
    ...(status?.allocation ? ['allocated', ...(status.reservedFor?.length ? ['reserved'] : [])] : []),
    ...(!deleted && !status?.allocation ? ['pending'] : []),
  ];
  return states.join(',');
}

/** resourceClaim declares ResourceClaim, whose spec is fixed. */
export const resourceClaim = defineKind<resourcev1beta2.ResourceClaim>({
  resource: resource<resourcev1beta2.ResourceClaim>('resource.k8s.io/v1beta2', 'resourceclaims', 'ResourceClaim', true),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceClaim', { since: 33, optIn: true }),
    served('resource.k8s.io/v1beta1', 'ResourceClaim', {
      since: 32,
      optIn: true,
      toHub: o => toExactly(o['spec']),
      fromHub: o => fromExactly(o['spec']),
    }),
  ],
  defaults: ({ spec }) => defaultRequests(spec),
  columns: defineColumns<resourcev1beta2.ResourceClaim>([nameColumn, text('State', state), ageColumn]),
  dormant: dormantOf('spec'),
  strategy: specStrategy<resourcev1beta2.ResourceClaim>({
    metadataChecks: { update: ['change'] },
    validate: ({ spec }) => validateClaimSpec(spec, SPEC),
    // What does not change has been taken before.
    validateUpdate: (claim, old) => [
      ...(semanticEqual(claim.spec, old.spec) ? [] : [field.invalid(SPEC, claim.spec, IMMUTABLE)]),
      ...validateClaimSpec(claim.spec, SPEC, true),
    ],
  }),
  subresources: {
    status: statusStrategy<resourcev1beta2.ResourceClaim>({
      prepareForUpdate: forgetDevices,
      validateUpdate: validateClaimStatus,
    }),
  },
});
