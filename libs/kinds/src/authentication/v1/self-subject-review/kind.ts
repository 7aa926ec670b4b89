import { SelfSubjectReviews } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy } from '../../../shared/strategies';

/** selfSubjectReview declares SelfSubjectReview. */
export const selfSubjectReview = defineKind({
  resource: SelfSubjectReviews,
  versions: [served('authentication.k8s.io/v1', 'SelfSubjectReview', { since: 28 })],
  verbs: ['create'],
  strategy: specStrategy(),
});
