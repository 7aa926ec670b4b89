import { SelfSubjectAccessReviews, type authorizationv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { fromBeta, toBeta, validateNoMetadata, validateWhat } from '../shared';

/** selfSubjectAccessReview declares SelfSubjectAccessReview, which is answered and never stored. */
export const selfSubjectAccessReview = defineKind<authorizationv1.SelfSubjectAccessReview>({
  resource: SelfSubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'SelfSubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'SelfSubjectAccessReview', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 SelfSubjectAccessReview'),
      toHub: fromBeta,
      fromHub: toBeta,
    }),
  ],
  verbs: ['create'],
  strategy: {
    validate: ({ metadata, spec }, release) => [...validateWhat(spec), ...validateNoMetadata(metadata, release)],
  },
});
