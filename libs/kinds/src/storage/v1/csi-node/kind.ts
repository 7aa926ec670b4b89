import { CSINodes } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** csiNode declares CSINode. */
export const csiNode = defineKind({
  resource: CSINodes,
  versions: [
    served('storage.k8s.io/v1', 'CSINode'),
    served('storage.k8s.io/v1beta1', 'CSINode', { until: 21, deprecated: deprecatedFor('1.17', '1.22', 'storage.k8s.io/v1 CSINode') }),
  ],
  strategy: plainStrategy(),
});
