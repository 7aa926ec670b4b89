import { field, isPercent, isValidPortName, isValidPortNum, type FieldError, type Path } from '@navarch/apimachinery';
import { each, invalidStruct, nonNegative } from './errors';
import { goIntOrString } from './go-syntax';

/** validateNonNegativeIntOrPercent checks `5` or `25%`. */
export function validateNonNegativeIntOrPercent(value: number | string | undefined, path: Path): FieldError[] {
  if (typeof value !== 'string') return nonNegative(path, value);
  return isPercent(value).map(text => invalidStruct(path, goIntOrString(value), text));
}

/** validateNotMoreThan100Percent refuses `101%`; numbers are fine. */
export function validateNotMoreThan100Percent(value: number | string | undefined, path: Path): FieldError[] {
  const percent = percentOf(value);
  if (percent === undefined || percent <= 100) return [];
  return [invalidStruct(path, goIntOrString(value!), 'must not be greater than 100%')];
}

/** percentOf is the number of a well-formed percentage; undefined for anything else. */
export function percentOf(value: number | string | undefined): number | undefined {
  return typeof value === 'string' && /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/** numberOf is the number meant, percentages as their number: `25%` is 25, as is `25`. Malformed text counts as 0. */
export function numberOf(value: number | string | undefined): number {
  if (typeof value === 'number') return value;
  return percentOf(value) ?? (/^[+-]?\d+$/.test(value ?? '') ? Number(value) : 0);
}

/** validatePortNumOrName checks a port given as number or as name. */
export function validatePortNumOrName(port: number | string | undefined, path: Path): FieldError[] {
  return typeof port === 'string'
    ? each(path, port, isValidPortName(port))
    : each(path, port ?? 0, isValidPortNum(port ?? 0));
}

/** validatePort checks a port number that must be there. */
export function validatePort(port: number | undefined, path: Path): FieldError[] {
  return isValidPortNum(port ?? 0).map(text => field.invalid(path, port ?? 0, text));
}
