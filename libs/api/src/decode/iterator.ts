import { jsonFields, type FieldFacts } from '../schema';
import { behind, locate } from './locate';
import { goField, goStruct, goTypeOf, type Mismatch, type Step } from './mismatch';

/**
 * iterator is v1.20's wording: the types on the way, the reader's complaint, and what stands around the place. That reader does not stop
 * at a failure: what it still reads behind the value names itself too, until it loses its place.
 */
export function iterator(mismatch: Mismatch, defName: string, raw: Buffer): string {
  const { path, expected, actual, why } = mismatch;
  const place = locate(raw, path);
  const head = why === undefined ? place.start + 1 : place.end;
  const complaint = complain(expected, String.fromCharCode(raw[place.start] ?? 0), actual, why);
  return wrap(located(complaint, raw, head), raw, path, levelsOf(defName, path), head === place.end);
}

/** ITERATOR_UNTIL is the last release whose reader of JSON words its failures so. */
const ITERATOR_UNTIL = 20;

/** unmarshalFailure words what a type that reads itself says of a whole body. */
export function unmarshalFailure(why: string, raw: Buffer, emulated: number): string {
  return emulated <= ITERATOR_UNTIL ? located(`unmarshalerDecoder: ${why}`, raw, raw.length) : why;
}

/** located adds to a complaint what stands around the byte that was read last. */
function located(complaint: string, raw: Buffer, head: number): string {
  const from = Math.max(0, head - 10);
  const near = raw.subarray(from, head + 10).toString();
  const wide = raw.subarray(Math.max(0, head - 50), head + 50).toString();
  return `${complaint}, error found in #${head - from} byte of ...|${near}|..., bigger context ...|${wide}|...`;
}

/** Level is one container on the way: a struct by its definition, or the list or map of a field. */
interface Level {
  readonly owner?: string;
  /** field is that of the path for a struct; for a list or map the one that holds it. */
  readonly field: FieldFacts;
}

function levelsOf(defName: string, path: readonly Step[]): Level[] {
  const levels: Level[] = [];
  let owner = defName;
  let inside: FieldFacts | undefined;
  for (const step of path) {
    if (inside) {
      levels.push({ field: inside });
      inside = undefined;
      continue;
    }
    const field = fieldOf(owner, step);
    if (!field) break;
    levels.push({ owner, field });
    if (field.list || field.map) inside = field;
    owner = field.type;
  }
  return levels;
}

/** wrap puts the names of the way before a complaint, from the inside out; `going` as long as the reader knows where it is. */
function wrap(complaint: string, raw: Buffer, path: readonly Step[], levels: readonly Level[], going: boolean): string {
  let text = complaint;
  for (let depth = levels.length - 1; depth >= 0; depth--) {
    const { owner, field } = levels[depth]!;
    // A list names itself too, a map does not.
    if (owner !== undefined && depth === levels.length - 1 && field.list) text = `${goTypeOf(field)}: ${text}`;
    if (owner !== undefined) text = fieldName(field, depth === 0) + text;
    const rest = going ? behind(raw, path.slice(0, depth + 1)) : [];
    for (const name of rest) {
      const read = readBehind(name, levels[depth]!, depth === 0);
      text = read.prefix + text;
      if (!(going = read.going)) break;
    }
    if (owner !== undefined) text = `${goStruct(owner)}.${text}`;
    else if (field.list) text = `${goTypeOf(field)}: ${text}`;
  }
  return text;
}

/** readBehind: strings are read as ever; anything else begins by stepping back a byte, which the reader cannot do after a failure. */
function readBehind(name: Step, { owner, field: holder }: Level, root: boolean): { prefix: string; going: boolean } {
  if (owner === undefined)
    return { prefix: isScalar(holder) ? '' : `${goStruct(holder.type)}.`, going: holder.type === 'string' };
  const field = fieldOf(owner, name);
  if (!field) return { prefix: '', going: false };
  const prefix = fieldName(field, root);
  if (field.list) return { prefix: `${prefix}${goTypeOf(field)}: `, going: false };
  if (field.map || isScalar(field)) return { prefix, going: !field.map && field.type === 'string' };
  return { prefix: `${prefix}${goStruct(field.type)}.`, going: false };
}

const fieldOf = (owner: string, name: Step) => jsonFields(owner).find(field => field.name === name);
const isScalar = (field: FieldFacts) => !field.type.includes('.');

/** fieldName is how a field names itself. Kind, version and metadata are embedded structs in Go. */
function fieldName(field: FieldFacts, root: boolean): string {
  if (root && (field.name === 'kind' || field.name === 'apiVersion')) return `TypeMeta: ${goField(field.name)}: `;
  if (field.name === 'metadata') return `${field.type.split('.').at(-1)}: `;
  return `${goField(field.name)}: `;
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
