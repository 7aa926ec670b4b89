import { resource, type apiserverinternalv1alpha1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { ISOLATED, isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { storageVersionName, validateStorageVersionStatus } from './validation';

type StorageVersion = apiserverinternalv1alpha1.StorageVersion;

/** storageVersion declares StorageVersion: which servers store a resource in which version. */
export const storageVersion = defineKind<StorageVersion>({
  resource: resource<StorageVersion>('internal.apiserver.k8s.io/v1alpha1', 'storageversions', 'StorageVersion', false),
  versions: [served('internal.apiserver.k8s.io/v1alpha1', 'StorageVersion', { until: 20 })],
  columns: defineColumns<StorageVersion>([
    nameColumn,
    text('CommonEncodingVersion', ({ status }) => status?.commonEncodingVersion ?? '<unset>'),
    text(
      'StorageVersions',
      ({ status }) =>
        (status?.storageVersions ?? []).map(v => `${v.apiServerID ?? ''}=${v.encodingVersion ?? ''}`).join(',') ||
        '<unset>',
    ),
    ageColumn,
  ]),
  nameRule: storageVersionName,
  strategy: specStrategy<StorageVersion>({ metadataChecks: { update: [] }, allowUnconditionalUpdate: false }),
  subresources: {
    status: isolatedStatusStrategy<StorageVersion>(
      { metadataChecks: { update: [] }, validateUpdate: validateStorageVersionStatus },
      [...ISOLATED, 'deletionTimestamp'],
    ),
  },
});
