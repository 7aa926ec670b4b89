import { PriorityClasses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** priorityClass declares PriorityClass. */
export const priorityClass = defineKind({
  resource: PriorityClasses,
  versions: [
    served('scheduling.k8s.io/v1', 'PriorityClass'),
    served('scheduling.k8s.io/v1beta1', 'PriorityClass', { until: 21, deprecated: deprecatedFor('1.14', '1.22', 'scheduling.k8s.io/v1 PriorityClass') }),
    served('scheduling.k8s.io/v1alpha1', 'PriorityClass', { until: 21, deprecated: deprecatedFor('1.14', '1.22', 'scheduling.k8s.io/v1 PriorityClass') }),
  ],
  shortNames: ['pc'],
  strategy: plainStrategy(),
});
