import { field, isQualifiedName, type FieldError, type Path } from '@navarch/apimachinery';
import { each } from './errors';

const MAX_BYTES = 256 * 1024;

/** validateAnnotations checks keys and total size of annotations. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: Path): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const errors = entries.flatMap(([key]) => each(path, key, isQualifiedName(key.toLowerCase())));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return size > MAX_BYTES ? [...errors, field.tooLong(path, '', MAX_BYTES)] : errors;
}
