import { DaemonSets } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** daemonSet declares DaemonSet. */
export const daemonSet = defineKind({
  resource: DaemonSets,
  versions: [
    served('apps/v1', 'DaemonSet'),
    served('apps/v1beta2', 'DaemonSet', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 DaemonSet') }),
    served('extensions/v1beta1', 'DaemonSet', { categories: [], until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 DaemonSet') }),
  ],
  shortNames: ['ds'],
  categories: ['all'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
