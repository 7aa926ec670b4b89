import { PodDisruptionBudgets } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** podDisruptionBudget declares PodDisruptionBudget. */
export const podDisruptionBudget = defineKind({
  resource: PodDisruptionBudgets,
  versions: [
    served('policy/v1', 'PodDisruptionBudget', { since: 21, storedSince: 22 }),
    served('policy/v1beta1', 'PodDisruptionBudget', { until: 24, storedSince: 0, deprecated: deprecatedFor('1.21', '1.25', 'policy/v1 PodDisruptionBudget') }),
  ],
  shortNames: ['pdb'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
