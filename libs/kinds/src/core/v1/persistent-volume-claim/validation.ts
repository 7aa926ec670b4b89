import type { corev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, parseQuantity, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, type Release } from '../../../shared/errors';
import { validateLabelSelector } from '../../../shared/label-validation';

/** accessModes are those a release knows, in the order in which messages list them. */
export const accessModes = ({ emulated }: Release): readonly string[] => [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  ...(emulated >= 22 ? ['ReadWriteOncePod'] : []),
];

/** VOLUME_MODES in the order in which messages list them. */
export const VOLUME_MODES = ['Block', 'Filesystem'] as const;

/** validateAccessModes checks each mode; ReadWriteOncePod stands alone. */
export function validateAccessModes(modes: readonly string[], path: Path, release: Release): FieldError[] {
  const errors = modes.flatMap(mode => oneOf(path, mode, accessModes(release)));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(field.forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

/** validateClaimSpec checks the spec of a claim. */
export function validateClaimSpec(
  spec: Partial<corev1.PersistentVolumeClaimSpec>,
  path: Path,
  release: Release,
): FieldError[] {
  const { accessModes: modes = [], resources, selector, storageClassName, volumeMode } = spec;
  const errors: FieldError[] = [];
  if (modes.length === 0) errors.push(field.required(path.child('accessModes'), 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(selector, path.child('selector')));
  errors.push(...validateAccessModes(modes, path.child('accessModes'), release));
  const at = path.child('resources').key('storage');
  const storage = resources?.requests?.['storage'];
  if (storage === undefined) errors.push(field.required(at));
  else {
    const quantity = parseQuantity(storage);
    if (quantity.sign() <= 0) errors.push(field.invalid(at, quantity.toString(), 'must be greater than zero'));
  }
  if (storageClassName)
    errors.push(...each(path.child('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)));
  if (volumeMode !== undefined) errors.push(...oneOf(path.child('volumeMode'), volumeMode, VOLUME_MODES));
  return errors;
}
