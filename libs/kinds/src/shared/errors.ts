import { field, type FieldError, type Path } from '@navarch/apimachinery';
import type { Minor } from '../kind';

/** Release is what a validation has to know: messages differ between releases, and policies between clusters. */
export interface Release {
  readonly emulated: Minor;
  /** allowPrivileged: containers may be privileged; they may unless it is false. */
  readonly allowPrivileged?: boolean;
}

/** JSON_VALUES is the first release whose messages show structures as JSON; those up to 1.33 show them in Go's syntax. */
const JSON_VALUES: Minor = 34;

/** shownStruct is how messages show a structure: `go` up to release 1.33. */
export function shownStruct(value: unknown, go: string, { emulated }: Release): string {
  return emulated >= JSON_VALUES ? field.render(value) : go;
}

/** invalidStruct is an invalid value that is no scalar; see shownStruct. */
export function invalidStruct(path: Path, value: unknown, go: string, detail: string, release: Release): FieldError {
  const shown = shownStruct(value, go, release);
  return {
    reason: 'FieldValueInvalid',
    field: path.toString(),
    message: `Invalid value: ${shown}${detail && `: ${detail}`}`,
  };
}

/** unsupportedStruct is field.notSupported for a structure; see shownStruct. */
export function unsupportedStruct(
  path: Path,
  value: unknown,
  go: string,
  supported: readonly string[],
  release: Release,
): FieldError {
  const shown = shownStruct(value, go, release);
  const list = supported.map(v => JSON.stringify(v)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field: path.toString(),
    message: `Unsupported value: ${shown}${list && `: supported values: ${list}`}`,
  };
}

/** duplicateStruct is field.duplicate for a structure; see shownStruct. */
export function duplicateStruct(path: Path, value: unknown, go: string, release: Release): FieldError {
  const shown = shownStruct(value, go, release);
  return { reason: 'FieldValueDuplicate', field: path.toString(), message: `Duplicate value: ${shown}` };
}

/** each turns the texts of a name check into invalid-value findings. */
export function each(path: Path, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map(text => field.invalid(path, value, text));
}

/** twice repeats findings: what is checked at two places is reported twice, and clients see that in the causes. */
export const twice = (errors: readonly FieldError[]): FieldError[] => [...errors, ...errors];

/** oneOf: findings if the value is not one of these. */
export function oneOf(path: Path, value: string | undefined, supported: readonly string[]): FieldError[] {
  return supported.includes(value ?? '') ? [] : [field.notSupported(path, value ?? '', supported)];
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
