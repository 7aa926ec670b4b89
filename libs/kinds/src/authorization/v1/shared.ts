import type { authorizationv1 } from '@navarch/api';
import { field, Path, type FieldError, type ObjectMeta } from '@navarch/apimachinery';
import { invalidStruct, type Release } from '../../shared/errors';
import { goStruct } from '../../shared/go-struct';

const SPEC = Path.at('spec');

/** refusePath refuses the path that a review asks about. */
export function refusePath(asked: authorizationv1.NonResourceAttributes, why: string): FieldError {
  const shown = goStruct('authorization.NonResourceAttributes', asked);
  return invalidStruct(SPEC.child('nonResourceAttributes'), shown, why);
}

/** validateWhat: a review asks about a resource or about a path, not both. */
export function validateWhat({
  resourceAttributes,
  nonResourceAttributes,
}: authorizationv1.SelfSubjectAccessReviewSpec): FieldError[] {
  if (resourceAttributes && nonResourceAttributes)
    return [refusePath(nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
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

/** validateNoMetadata: a review is nobody's object, so that it has no metadata; but for its namespace, where it has one. */
export function validateNoMetadata(metadata: ObjectMeta = {}, { emulated }: Release, namespaced = false): FieldError[] {
  const { name, generateName, namespace, uid, resourceVersion, labels, annotations, finalizers } = metadata;
  const texts = [name, generateName, namespaced ? '' : namespace, uid, resourceVersion];
  const maps = [labels, annotations, finalizers, metadata.ownerReferences].map(map => Object.keys(map ?? {}).length);
  if (texts.every(text => !text) && maps.every(size => size === 0)) return [];
  const detail = namespaced ? 'must be empty except for namespace' : 'must be empty';
  const { managedFields: _, ...shown } = metadata;
  return [invalidStruct(Path.at('metadata'), goStruct('v1.ObjectMeta', shown, emulated), detail)];
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
