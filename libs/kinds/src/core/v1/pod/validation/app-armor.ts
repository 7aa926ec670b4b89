import type { corev1 } from '@navarch/api';
import { field, type FieldError, type Path } from '@navarch/apimachinery';
import { oneOf, type Release } from '../../../../shared/errors';

const MAX_PROFILE = 4095;

/** validateAppArmor checks a profile: one of the host has a name, the others have none. */
export function validateAppArmor(
  profile: corev1.AppArmorProfile | undefined,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile: file } = profile;
  const at = path.child('localhostProfile');
  switch (type) {
    case 'Localhost': {
      if (!file?.trim()) return [field.required(at, 'must be set when AppArmor type is Localhost')];
      const padded = file.trim() !== file ? [field.invalid(at, file, 'must not be padded with whitespace')] : [];
      return file.length > MAX_PROFILE ? [...padded, field.tooLong(at, MAX_PROFILE, emulated)] : padded;
    }
    case 'RuntimeDefault':
    case 'Unconfined':
      return file === undefined ? [] : [field.invalid(at, file, 'can only be set when AppArmor type is Localhost')];
    default: {
      const where = path.child('type');
      if (!type) return [field.required(where, 'type is required when appArmorProfile is set')];
      return oneOf(where, type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
    }
  }
}
