import { goPrint } from './go-print';

/** INT64 is where whole numbers end that Go reads from JSON as such. */
const INT64 = 2 ** 63;

/** isInt64 tells the numbers that Go reads from JSON as whole ones. */
export function isInt64(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) < INT64;
}

/** PLAIN are the exponents of numbers that Go's %v shows without one. */
const PLAIN = { least: -4, below: 6 };

/** goNumber shows a number read from JSON as Go's %v does: whole ones in full, others with an exponent from a million on. */
export function goNumber(value: number): string {
  if (isInt64(value)) return String(value);
  const [digits, text] = value.toExponential().split('e') as [string, string];
  const exponent = Number(text);
  if (exponent >= PLAIN.least && exponent < PLAIN.below) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

const GO_KINDS: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool' };

/** goTypeName is Go's name of the type that a JSON value is read as. */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  return GO_KINDS[typeof value] ?? 'map[string]interface {}';
}

/** accessorError says that what stands at a path (`.spec.replicas`) is not of a type, by Go's name of it. */
export function accessorError(path: string, value: unknown, wanted: string): string {
  return `${path} accessor error: ${goPrint(value)} is of the type ${goTypeName(value)}, expected ${wanted}`;
}
