import { ResourceQuotas, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from './validation';

/** use prints used and hard amounts: `pods: 1/5, secrets: 0/3`; limits have a column of their own. */
function use({ status }: corev1.ResourceQuota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {})
    .sort()
    .filter(name => name.startsWith('limits') === limits);
  return names.map(name => `${name}: ${status?.used?.[name] ?? '0'}/${status!.hard![name]}`).join(', ');
}

/** resourceQuota declares ResourceQuota. */
export const resourceQuota = defineKind<corev1.ResourceQuota>({
  resource: ResourceQuotas,
  versions: [served('v1', 'ResourceQuota')],
  shortNames: ['quota'],
  columns: defineColumns<corev1.ResourceQuota>([
    nameColumn,
    { ...ageColumn, until: 32 },
    text('Request', quota => use(quota, false)),
    text('Limit', quota => use(quota, true)),
    { ...ageColumn, since: 33 },
  ]),
  strategy: specStrategy<corev1.ResourceQuota>({
    metadataChecks: { update: ['whole', asNew(validateQuota), 'change'] },
    validate: validateQuota,
    validateUpdate: validateQuotaUpdate,
  }),
  subresources: { status: statusStrategy<corev1.ResourceQuota>({ validateUpdate: validateQuotaStatus }) },
});
