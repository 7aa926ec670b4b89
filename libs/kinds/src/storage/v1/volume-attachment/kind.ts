import { VolumeAttachments } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** volumeAttachment declares VolumeAttachment. */
export const volumeAttachment = defineKind({
  resource: VolumeAttachments,
  versions: [
    served('storage.k8s.io/v1', 'VolumeAttachment'),
    served('storage.k8s.io/v1beta1', 'VolumeAttachment', { until: 21, deprecated: deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 VolumeAttachment') }),
    served('storage.k8s.io/v1alpha1', 'VolumeAttachment', { until: 23 }),
  ],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
