import { field, foundIn, isQualifiedName, type FieldError, type Path } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { each } from '../../../shared/errors';

const MAX_PARAMETERS = 512;
const MAX_BYTES = 256 * 1024;

/** validateProvisioner checks who provides the volumes of a class. */
export function validateProvisioner(name: string | undefined, path: Path): FieldError[] {
  return name ? each(path, name, isQualifiedName(name.toLowerCase())) : [field.required(path)];
}

/** validateParameters checks what the provider is told; it may be nothing. */
export function validateParameters(
  parameters: Readonly<Record<string, string>>,
  path: Path,
  emulated: Minor,
): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) return [field.tooLong(path, MAX_PARAMETERS, emulated)];
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...foundIn(entries, ([key]) => (key ? [] : [field.invalid(path, key, 'field can not be empty.')])),
    ...(size > MAX_BYTES ? [field.tooLong(path, MAX_BYTES, emulated)] : []),
  ];
}
