import { HorizontalPodAutoscalers } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** horizontalPodAutoscaler declares HorizontalPodAutoscaler. */
export const horizontalPodAutoscaler = defineKind({
  resource: HorizontalPodAutoscalers,
  versions: [
    served('autoscaling/v2', 'HorizontalPodAutoscaler', { since: 23, storedSince: 30 }),
    served('autoscaling/v1', 'HorizontalPodAutoscaler', { storedSince: 0 }),
    served('autoscaling/v2beta2', 'HorizontalPodAutoscaler', { until: 25, deprecated: deprecatedFor('1.23', '1.26', 'autoscaling/v2 HorizontalPodAutoscaler') }),
    served('autoscaling/v2beta1', 'HorizontalPodAutoscaler', { until: 24, deprecated: deprecatedFor('1.22', '1.25', 'autoscaling/v2 HorizontalPodAutoscaler') }),
  ],
  shortNames: ['hpa'],
  categories: ['all'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
