import { LocalSubjectAccessReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** localSubjectAccessReview declares LocalSubjectAccessReview. */
export const localSubjectAccessReview = defineKind({
  resource: LocalSubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'LocalSubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'LocalSubjectAccessReview', { until: 21, deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 LocalSubjectAccessReview') }),
  ],
  verbs: ['create'],
  strategy: specStrategy(),
});
