import { RuntimeClasses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** runtimeClass declares RuntimeClass. */
export const runtimeClass = defineKind({
  resource: RuntimeClasses,
  versions: [
    served('node.k8s.io/v1', 'RuntimeClass', { storedSince: 22 }),
    served('node.k8s.io/v1beta1', 'RuntimeClass', { until: 24, storedSince: 0, deprecated: deprecatedFor('1.22', '1.25', 'node.k8s.io/v1 RuntimeClass') }),
    served('node.k8s.io/v1alpha1', 'RuntimeClass', { until: 24 }),
  ],
  strategy: plainStrategy(),
});
