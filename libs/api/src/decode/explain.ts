import { splitDefName } from '../schema';
import { iterator, type Complain } from './iterator';
import { way, type Mismatch } from './mismatch';

/** Dialect is whose words a failure has: of reading a body, or of restoring a patched object. */
export type Dialect = 'json' | 'unstructured';

interface Context {
  /** complain is what types that read themselves have against a value. */
  readonly complain: Complain;
  readonly emulated: number;
  readonly raw: Buffer | string | undefined;
  readonly dialect: Dialect;
}

/** explain says in the API's words why a value does not fit; the release decides which. */
export function explain(mismatch: Mismatch, defName: string, { emulated, raw, dialect, complain }: Context): string {
  if (dialect === 'unstructured') return unstructured(mismatch);
  const old =
    emulated <= 20 && raw !== undefined && iterator(defName, Buffer.isBuffer(raw) ? raw : Buffer.from(raw), complain);
  return old || standard(mismatch, defName);
}

const jsonKind = (value: unknown, expected: string) =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'number'
          ? numberKind(value, expected)
          : typeof value;
const numberKind = (value: number, expected: string) =>
  Number.isInteger(value) && Math.abs(value) < 2 ** 31 && expected !== 'uint8' ? 'number' : `number ${value}`;

/** standard is encoding/json's wording, today's. */
function standard({ why, expected, actual, path }: Mismatch, defName: string): string {
  if (why !== undefined) return why;
  const fields = way(defName, path);
  const last = fields.at(-1);
  if (!last) return `json: cannot unmarshal ${jsonKind(actual, expected)} into Go value of type ${expected}`;
  const names = fields.map(f => f.facts.name).join('.');
  return `json: cannot unmarshal ${jsonKind(actual, expected)} into Go struct field ${splitDefName(last.owner).kind}.${names} of type ${expected}`;
}

const GO_KINDS: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool' };
const goKind = (value: unknown) =>
  Array.isArray(value)
    ? 'slice'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'int64'
        : 'float64'
      : (GO_KINDS[typeof value] ?? 'map');

function unstructured({ why, expected, actual }: Mismatch): string {
  if (expected === 'base64') return `error decoding from json: ${why}`;
  if (why !== undefined) return why;
  const kind = goKind(actual);
  if (expected === '[]uint8' || expected.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (expected.startsWith('map[')) return `cannot restore map from ${kind}`;
  if (expected.includes('.')) return `cannot restore struct from: ${kind}`;
  // A whole number could be a text, and a fraction a whole number; nothing else could be of another kind at all.
  const isNear = expected === 'string' ? kind === 'int64' : expected !== 'bool' && kind === 'float64';
  return isNear ? `cannot convert ${kind} to ${expected}` : `unrecognized type: ${expected}`;
}
