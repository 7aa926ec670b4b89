import { TokenReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** tokenReview declares TokenReview. */
export const tokenReview = defineKind({
  resource: TokenReviews,
  versions: [
    served('authentication.k8s.io/v1', 'TokenReview'),
    served('authentication.k8s.io/v1beta1', 'TokenReview', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'authentication.k8s.io/v1 TokenReview'),
    }),
  ],
  verbs: ['create'],
  strategy: specStrategy(),
});
