import { jsonFields, splitDefName, type FieldFacts } from '../schema';
import { locate } from './locate';
import { goField, goStruct, goTypeOf, type Mismatch, type Step } from './mismatch';

/** Dialect is whose words a failure has: of reading a body, or of restoring a patched object. */
export type Dialect = 'json' | 'unstructured';

interface Context {
  readonly emulated: number;
  readonly raw: Buffer | string | undefined;
  readonly dialect: Dialect;
}

/** explain says in the API's words why a value does not fit; the release decides which. */
export function explain(mismatch: Mismatch, defName: string, { emulated, raw, dialect }: Context): string {
  if (dialect === 'unstructured') return unstructured(mismatch);
  if (emulated <= 20 && raw !== undefined)
    return iterator(mismatch, defName, Buffer.isBuffer(raw) ? raw : Buffer.from(raw));
  return standard(mismatch, defName);
}

const jsonKind = (value: unknown) =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'number'
          ? numberKind(value)
          : typeof value;
const numberKind = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'number' : `number ${value}`;

/** standard is encoding/json's wording, today's. */
function standard({ why, expected, actual, path }: Mismatch, defName: string): string {
  if (why !== undefined) return why;
  const fields = way(defName, path);
  const last = fields.at(-1);
  if (!last) return `json: cannot unmarshal ${jsonKind(actual)} into Go value of type ${expected}`;
  const names = fields.map(f => f.facts.name).join('.');
  return `json: cannot unmarshal ${jsonKind(actual)} into Go struct field ${splitDefName(last.owner).kind}.${names} of type ${expected}`;
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
  if (why !== undefined) return why;
  if (expected.startsWith('[]')) return `cannot restore slice from ${goKind(actual)}`;
  if (expected.startsWith('map[')) return `cannot restore map from ${goKind(actual)}`;
  if (expected.includes('.')) return `cannot restore struct from: ${goKind(actual)}`;
  return `cannot convert ${goKind(actual) === 'map' ? 'map[string]interface {}' : goKind(actual) === 'slice' ? '[]interface {}' : goKind(actual)} to ${expected}`;
}

/** iterator is v1.20's wording: the types on the way, the reader's complaint, and what stands around the place. */
function iterator(mismatch: Mismatch, defName: string, raw: Buffer): string {
  const { path, expected, actual, why } = mismatch;
  let prefix = '';
  for (const { owner, facts } of way(defName, path)) {
    prefix += `${goStruct(owner)}.${goField(facts.name)}: `;
    // A list names itself too, a map does not.
    if (facts.list) prefix += `${goTypeOf(facts)}: `;
  }
  const place = locate(raw, path);
  const head = why === undefined ? place.start + 1 : place.end;
  const from = Math.max(0, head - 10);
  const near = raw.subarray(from, head + 10).toString();
  const wide = raw.subarray(Math.max(0, head - 50), head + 50).toString();
  const complaint = complain(expected, String.fromCharCode(raw[place.start] ?? 0), actual, why);
  return `${prefix}${complaint}, error found in #${head - from} byte of ...|${near}|..., bigger context ...|${wide}|...`;
}

function complain(expected: string, found: string, actual: unknown, why: string | undefined): string {
  if (why !== undefined) return expected === 'base64' ? `decode base64: ${why}` : `unmarshalerDecoder: ${why}`;
  if (expected === 'bool') return `ReadBool: expect t or f, but found ${found}`;
  if (expected === 'string') return `ReadString: expects " or n, but found ${found}`;
  if (expected === 'int32' || expected === 'int64') {
    // The reader shows a byte that is no digit as the number it took it for, which is no character.
    if (typeof actual !== 'number') return `readUint${expected.slice(3)}: unexpected character: \ufffd`;
    return Number.isInteger(actual)
      ? `readUint${expected.slice(3)}: overflow`
      : `readUint${expected.slice(3)}: can not decode float as int`;
  }
  if (expected.startsWith('[]')) return `decode slice: expect [ or n, but found ${found}`;
  if (expected.startsWith('map[')) return `ReadMapCB: expect { or n, but found ${found}`;
  return `ReadObject: expect { or , or } or n, but found ${found}`;
}

/** way is the fields that a path goes through, each with the definition that has it. */
function way(defName: string, path: readonly Step[]): { owner: string; facts: FieldFacts }[] {
  const fields: { owner: string; facts: FieldFacts }[] = [];
  let owner = defName;
  let inMap = false;
  for (const step of path) {
    if (typeof step === 'number') continue;
    if (inMap) {
      inMap = false;
      continue;
    }
    const facts = jsonFields(owner).find(f => f.name === step);
    if (!facts) break;
    fields.push({ owner, facts });
    inMap = facts.map ?? false;
    owner = facts.type;
  }
  return fields;
}
