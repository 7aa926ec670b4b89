import { SubjectAccessReviews, type authorizationv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { fromBeta, toBeta, validateNoMetadata, validateReview } from '../shared';

/** subjectAccessReview declares SubjectAccessReview, which is answered and never stored. */
export const subjectAccessReview = defineKind<authorizationv1.SubjectAccessReview>({
  resource: SubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'SubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'SubjectAccessReview', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 SubjectAccessReview'),
      toHub: fromBeta,
      fromHub: toBeta,
    }),
  ],
  verbs: ['create'],
  strategy: {
    validate: ({ metadata, spec }, release) => [...validateReview(spec), ...validateNoMetadata(metadata, release)],
  },
});
