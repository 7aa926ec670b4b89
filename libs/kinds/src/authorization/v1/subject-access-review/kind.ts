import { SubjectAccessReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** subjectAccessReview declares SubjectAccessReview. */
export const subjectAccessReview = defineKind({
  resource: SubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'SubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'SubjectAccessReview', { until: 21, deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 SubjectAccessReview') }),
  ],
  verbs: ['create'],
  strategy: specStrategy(),
});
