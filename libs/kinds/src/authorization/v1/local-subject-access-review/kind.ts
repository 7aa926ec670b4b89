import { LocalSubjectAccessReviews, type authorizationv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import type { Release } from '../../../shared/errors';
import { deprecatedFor, served } from '../../../shared/served';
import { fromBeta, refusePath, toBeta, validateNoMetadata, validateReview } from '../shared';

/** A local review asks about its own namespace. */
function validate({ metadata, spec }: authorizationv1.LocalSubjectAccessReview, release: Release): FieldError[] {
  const asked = spec.resourceAttributes?.namespace ?? '';
  const errors = [...validateReview(spec), ...validateNoMetadata(metadata, release, true)];
  if (spec.resourceAttributes && asked !== (metadata?.namespace ?? ''))
    errors.push(
      field.invalid(Path.at('spec', 'resourceAttributes', 'namespace'), asked, 'must match metadata.namespace'),
    );
  if (spec.nonResourceAttributes)
    errors.push(refusePath(spec.nonResourceAttributes, 'disallowed on this kind of request'));
  return errors;
}

/** localSubjectAccessReview declares LocalSubjectAccessReview, which is answered and never stored. */
export const localSubjectAccessReview = defineKind<authorizationv1.LocalSubjectAccessReview>({
  resource: LocalSubjectAccessReviews,
  versions: [
    served('authorization.k8s.io/v1', 'LocalSubjectAccessReview'),
    served('authorization.k8s.io/v1beta1', 'LocalSubjectAccessReview', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'authorization.k8s.io/v1 LocalSubjectAccessReview'),
      toHub: fromBeta,
      fromHub: toBeta,
    }),
  ],
  verbs: ['create'],
  strategy: { validate: validate },
});
