import { PriorityLevelConfigurations } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** priorityLevelConfiguration declares PriorityLevelConfiguration. */
export const priorityLevelConfiguration = defineKind({
  resource: PriorityLevelConfigurations,
  versions: [
    served('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', { since: 29 }),
    served('flowcontrol.apiserver.k8s.io/v1beta3', 'PriorityLevelConfiguration', { since: 26, until: 31, storedSince: 26, deprecated: deprecatedFor('1.29', '1.32', 'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration') }),
    served('flowcontrol.apiserver.k8s.io/v1beta2', 'PriorityLevelConfiguration', { since: 23, until: 28, storedSince: 23, deprecated: deprecatedFor('1.26', '1.29', 'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration') }),
    served('flowcontrol.apiserver.k8s.io/v1beta1', 'PriorityLevelConfiguration', { until: 25, storedSince: 0, deprecated: deprecatedFor('1.23', '1.26', 'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration') }),
    served('flowcontrol.apiserver.k8s.io/v1alpha1', 'PriorityLevelConfiguration', { until: 23 }),
  ],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
