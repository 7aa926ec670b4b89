import { resource, type storagev1beta1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** volumeAttributesClass declares VolumeAttributesClass. */
export const volumeAttributesClass = defineKind({
  resource: resource<storagev1beta1.VolumeAttributesClass>('storage.k8s.io/v1beta1', 'volumeattributesclasses', 'VolumeAttributesClass', false),
  versions: [
    served('storage.k8s.io/v1beta1', 'VolumeAttributesClass', { since: 31 }),
  ],
  shortNames: ['vac'],
  strategy: plainStrategy(),
});
