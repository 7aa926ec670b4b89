import type { corev1 } from '@navarch/api';
import { isDNS1123Subdomain, isPathSegmentName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText } from '../../../shared/errors';

/** validateReference checks a reference to an object of any kind, which is by group, kind and name. */
export function validateReference(
  { apiGroup, kind, name }: corev1.TypedLocalObjectReference,
  path: Path,
): FieldError[] {
  return [
    ...(typeof apiGroup === 'string' ? each(path.child('apiGroup'), apiGroup, isDNS1123Subdomain(apiGroup)) : []),
    ...requireText(path.child('kind'), kind, 'kind is required'),
    ...(kind ? each(path.child('kind'), kind, isPathSegmentName(kind)) : []),
    ...requireText(path.child('name'), name, 'name is required'),
    ...(name ? each(path.child('name'), name, isPathSegmentName(name)) : []),
  ];
}
