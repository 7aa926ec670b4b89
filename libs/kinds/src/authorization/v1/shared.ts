import type { authorizationv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';

const SPEC = Path.at('spec');

/** validateWhat: a review asks about a resource or about a path, not both. */
export function validateWhat({
  resourceAttributes,
  nonResourceAttributes,
}: authorizationv1.SelfSubjectAccessReviewSpec): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    return [
      field.invalid(
        SPEC.child('nonResourceAttributes'),
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  // The message shows the text null.
  return [
    field.invalid(
      SPEC.child('resourceAttributes'),
      'null',
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
  ];
}

/** validateReview adds that a review is about somebody. */
export function validateReview(spec: authorizationv1.SubjectAccessReviewSpec): FieldError[] {
  const somebody = spec.user || spec.groups?.length;
  return [
    ...validateWhat(spec),
    ...(somebody
      ? []
      : [field.invalid(SPEC.child('user'), spec.user ?? '', 'at least one of user or group must be specified')]),
  ];
}

type Fields = Record<string, unknown>;

/** fromBeta: v1beta1 called the groups of a review group. In place. */
export function fromBeta(object: Fields): void {
  renameInSpec(object, 'group', 'groups');
}

/** toBeta is the way back. */
export function toBeta(object: Fields): void {
  renameInSpec(object, 'groups', 'group');
}

function renameInSpec(object: Fields, from: string, to: string): void {
  const spec = object['spec'] as Fields | undefined;
  if (spec?.[from] === undefined) return;
  spec[to] = spec[from];
  delete spec[from];
}
