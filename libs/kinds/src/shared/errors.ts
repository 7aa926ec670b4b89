import { field, type FieldError, type Path } from '@navarch/apimachinery';
import type { Minor } from '../kind';

/** Release is what a validation has to know: messages differ between releases, and policies between clusters. */
export interface Release {
  readonly emulated: Minor;
  /** allowPrivileged: containers may be privileged; they may unless it is false. */
  readonly allowPrivileged?: boolean;
}

/** invalidStruct is an invalid value that is no scalar: messages show it in Go's syntax, `go`. */
export function invalidStruct(path: Path, go: string, detail: string): FieldError {
  const message = `Invalid value: ${go}${detail && `: ${detail}`}`;
  return { reason: 'FieldValueInvalid', field: path.toString(), message };
}

/** unsupportedStruct is field.notSupported for a structure, shown as `go`. */
export function unsupportedStruct(path: Path, go: string, supported: readonly string[]): FieldError {
  const list = supported.map(v => JSON.stringify(v)).join(', ');
  const message = `Unsupported value: ${go}${list && `: supported values: ${list}`}`;
  return { reason: 'FieldValueNotSupported', field: path.toString(), message };
}

/** duplicateStruct is field.duplicate for a structure, shown as `go`. */
export function duplicateStruct(path: Path, go: string): FieldError {
  return { reason: 'FieldValueDuplicate', field: path.toString(), message: `Duplicate value: ${go}` };
}

/** each turns the texts of a name check into invalid-value findings. */
export function each(path: Path, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map(text => field.invalid(path, value, text));
}

/** oneOf: findings if the value is not one of these. */
export function oneOf(path: Path, value: string | undefined, supported: readonly string[]): FieldError[] {
  return supported.includes(value ?? '') ? [] : [field.notSupported(path, value ?? '', supported)];
}

/** oneOfRequired: findings if the value is absent or not one of these. */
export function oneOfRequired(path: Path, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value ? oneOf(path, value, supported) : [field.required(path)];
}

/** requireText: findings if the text is absent or empty. */
export function requireText(path: Path, value: string | undefined, detail = ''): FieldError[] {
  return value ? [] : [field.required(path, detail)];
}

/** NON_NEGATIVE is the message for a negative number. */
export const NON_NEGATIVE = 'must be greater than or equal to 0';
/** IMMUTABLE is the message for a field that may not change. */
export const IMMUTABLE = 'field is immutable';

/** nonNegative: findings if the number is below zero; absent is fine. */
export function nonNegative(path: Path, value: number | undefined): FieldError[] {
  return (value ?? 0) < 0 ? [field.invalid(path, value, NON_NEGATIVE)] : [];
}
