import { SelfSubjectAccessReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** selfSubjectAccessReview declares SelfSubjectAccessReview. */
export const selfSubjectAccessReview = defineKind({
  resource: SelfSubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'SelfSubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'SelfSubjectAccessReview', { until: 21, deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 SelfSubjectAccessReview') }),
  ],
  verbs: ['create'],
  strategy: specStrategy(),
});
