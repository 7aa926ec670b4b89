import { ControllerRevisions } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** controllerRevision declares ControllerRevision. */
export const controllerRevision = defineKind({
  resource: ControllerRevisions,
  versions: [
    served('apps/v1', 'ControllerRevision'),
    served('apps/v1beta2', 'ControllerRevision', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ControllerRevision') }),
    served('apps/v1beta1', 'ControllerRevision', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ControllerRevision') }),
  ],
  strategy: plainStrategy(),
});
