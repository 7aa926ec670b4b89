import { CustomResourceDefinitions } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** customResourceDefinition declares CustomResourceDefinition. */
export const customResourceDefinition = defineKind({
  resource: CustomResourceDefinitions,
  versions: [
    served('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { storedSince: 22 }),
    served('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.16', '1.22', 'apiextensions.k8s.io/v1 CustomResourceDefinition') }),
  ],
  storagePath: 'apiextensions.k8s.io/customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
