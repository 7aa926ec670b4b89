import { SelfSubjectRulesReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** selfSubjectRulesReview declares SelfSubjectRulesReview. */
export const selfSubjectRulesReview = defineKind({
  resource: SelfSubjectRulesReviews,
  versions: [
    served('authorization.k8s.io/v1', 'SelfSubjectRulesReview'),
    served('authorization.k8s.io/v1beta1', 'SelfSubjectRulesReview', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 SelfSubjectRulesReview'),
    }),
  ],
  verbs: ['create'],
  strategy: specStrategy(),
});
