import { HorizontalPodAutoscalers, type autoscalingv2 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { nonNegative } from '../../../shared/errors';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { autoscalerColumns } from './columns';
import { fromV1, fromV2beta1, toV1, toV2beta1 } from './conversion';
import { defaultAutoscaler, defaultBehavior } from './defaults';
import { CONTAINERS, validateAutoscaler } from './validation';

const replacement = 'autoscaling/v2 HorizontalPodAutoscaler';

/** horizontalPodAutoscaler declares HorizontalPodAutoscaler. v2beta2 has the form of v2; the others are converted. */
export const horizontalPodAutoscaler = defineKind<autoscalingv2.HorizontalPodAutoscaler>({
  resource: HorizontalPodAutoscalers,
  versions: [
    served('autoscaling/v2', 'HorizontalPodAutoscaler', { since: 23, storedSince: 30, defaults: defaultBehavior }),
    served('autoscaling/v1', 'HorizontalPodAutoscaler', { storedSince: 0, toHub: fromV1, fromHub: toV1 }),
    served('autoscaling/v2beta2', 'HorizontalPodAutoscaler', {
      until: 25,
      defaults: defaultBehavior,
      deprecated: deprecatedFor('1.23', '1.26', replacement),
    }),
    served('autoscaling/v2beta1', 'HorizontalPodAutoscaler', {
      until: 24,
      deprecated: deprecatedFor('1.22', '1.25', replacement),
      toHub: fromV2beta1,
      fromHub: toV2beta1,
    }),
  ],
  shortNames: ['hpa'],
  categories: ['all'],
  dormant: {
    'spec.metrics.containerResource': CONTAINERS,
    'spec.behavior.scaleUp.tolerance': 35,
    'spec.behavior.scaleDown.tolerance': 35,
  },
  defaults: defaultAutoscaler,
  columns: autoscalerColumns,
  strategy: specStrategy<autoscalingv2.HorizontalPodAutoscaler>({
    metadataChecks: { update: ['change'] },
    validate: (autoscaler, release) => validateAutoscaler(autoscaler, release),
    validateUpdate: (autoscaler, old, release) => validateAutoscaler(autoscaler, release, old),
  }),
  subresources: {
    status: statusStrategy<autoscalingv2.HorizontalPodAutoscaler>({
      validateUpdate: ({ status }) =>
        foundIn(['currentReplicas', 'desiredReplicas'] as const, name =>
          nonNegative(Path.at('status', name), status?.[name]),
        ),
    }),
  },
});
