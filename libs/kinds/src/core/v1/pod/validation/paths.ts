import { field, type FieldError, type Path } from '@navarch/apimachinery';

/** validateNoBacksteps refuses paths with a `..` part. */
export function validateNoBacksteps(text: string, path: Path): FieldError[] {
  return text.split('/').includes('..') ? [field.invalid(path, text, "must not contain '..'")] : [];
}

/** validateDescendingPath wants a relative path that does not leave its folder. */
export function validateDescendingPath(text: string, path: Path): FieldError[] {
  const absolute = text.startsWith('/') ? [field.invalid(path, text, 'must be a relative path')] : [];
  return [...absolute, ...validateNoBacksteps(text, path)];
}

/** validateNonReservedPath is validateDescendingPath for files the kubelet writes; it keeps names beginning with `..` for itself. */
export function validateNonReservedPath(text: string, path: Path): FieldError[] {
  const reserved =
    text.startsWith('..') && !text.startsWith('../') ? [field.invalid(path, text, "must not start with '..'")] : [];
  return [...validateDescendingPath(text, path), ...reserved];
}

/** validateMode checks permission bits. */
export function validateMode(mode: number | undefined, path: Path): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return [];
  return [field.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}
