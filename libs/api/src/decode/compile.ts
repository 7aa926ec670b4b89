import { isRecord, setOwn, sortedKeys } from '@navarch/apimachinery';
import { fieldsOf, goneFields, jsonFields, schemaWithin, specialForm, type FieldFacts } from '../schema';
import { goStruct, goTypeOf, Mismatch, type Step } from './mismatch';
import { canonicalBase64, canonicalDuration, canonicalMicroTime, canonicalQuantity, canonicalTime } from './scalars';

/** DecodeState goes along with one decoding. */
export interface DecodeState {
  readonly path: Step[];
  readonly unknown: string[];
  /** emulated is the release whose output form is wanted. */
  readonly emulated: number;
  /** sorted: maps get their keys in order, as the server writes them; else they keep the client's. */
  readonly sorted: boolean;
  /** keepsEmpty: lists and maps that are there stay, even if there is nothing in them. */
  readonly keepsEmpty: boolean;
  /** restored: the value is what a patch made of an object, and not a body. */
  readonly restored: boolean;
}

/** Decoder reads a JSON value that is not null into its typed form; undefined: it counts as nothing. It throws a Mismatch. */
export type Decoder = (value: unknown, state: DecodeState) => unknown;

/** LAST_THAT_WRAPS is the last release known to keep the lower 32 bits of the larger numbers that come of a patch. */
const LAST_THAT_WRAPS = 20;

/** TypeDecoder reads a type, and makes the value that stands where there is nothing. */
interface TypeDecoder {
  readonly decode: Decoder;
  readonly zero: (state: DecodeState) => unknown;
  /** isEmpty tells values that an optional field without pointer drops. */
  readonly isEmpty: (value: unknown) => boolean;
}

const decoders = new Map<string, TypeDecoder>();

/** decoderOf is the compiled decoder of a definition. It throws for an unknown name. */
export function decoderOf(defName: string): TypeDecoder {
  let decoder = decoders.get(defName);
  if (!decoder) decoders.set(defName, (decoder = compileType(defName)));
  return decoder;
}

const fail = (expected: string, value: unknown, state: DecodeState, why?: string): never => {
  throw new Mismatch(expected, value, [...state.path], why);
};
const never = () => false;
const isNothing = (value: unknown) => value === null || value === '' || value === 0 || value === false;

function compileType(type: string): TypeDecoder {
  return scalarDecoder(type) ?? specialDecoder(type) ?? structDecoder(type);
}

function scalarDecoder(type: string): TypeDecoder | undefined {
  switch (type) {
    case 'string':
      return {
        decode: (v, s) => (typeof v === 'string' ? v : fail('string', v, s)),
        zero: () => '',
        isEmpty: isNothing,
      };
    case 'bool':
      return {
        decode: (v, s) => (typeof v === 'boolean' ? v : fail('bool', v, s)),
        zero: () => false,
        isEmpty: isNothing,
      };
    case 'int32':
      return {
        decode: (v, s) => {
          if (!Number.isInteger(v)) return fail('int32', v, s);
          const lower = (v as number) | 0;
          return v === lower || (s.restored && s.emulated <= LAST_THAT_WRAPS) ? lower : fail('int32', v, s);
        },
        zero: () => 0,
        isEmpty: isNothing,
      };
    case 'int64':
      return {
        decode: (v, s) => (Number.isInteger(v) && Math.abs(v as number) <= 2 ** 63 ? v : fail('int64', v, s)),
        zero: () => 0,
        isEmpty: isNothing,
      };
    case 'double':
      return { decode: (v, s) => (Number.isFinite(v) ? v : fail('float64', v, s)), zero: () => 0, isEmpty: isNothing };
    case 'bytes':
      return { decode: bytes, zero: () => '', isEmpty: isNothing };
    default:
      return undefined;
  }
}

const base64 = texts('[]uint8', canonicalBase64);

/** bytes come as base64, or as a list of their numbers, of which null is none. */
const bytes: Decoder = (value, state) => {
  if (!Array.isArray(value)) return base64(value, state);
  const numbers = value.map((item: unknown) =>
    item === null
      ? 0
      : Number.isInteger(item) && (item as number) >>> 8 === 0
        ? (item as number)
        : fail('uint8', item, state),
  );
  return Buffer.from(numbers).toString('base64');
};

const jsonKindOf = (value: unknown) =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** texts reads values that are strings with a form of their own. */
function texts(expected: string, canonical: (text: string) => string): Decoder {
  return (value, state) => {
    if (typeof value !== 'string') {
      if (expected === '[]uint8') return fail(expected, value, state);
      return fail(
        'unmarshal',
        value,
        state,
        `json: cannot unmarshal ${jsonKindOf(value)} into Go value of type string`,
      );
    }
    try {
      return canonical(value);
    } catch (error) {
      return fail(expected === '[]uint8' ? 'base64' : 'unmarshal', value, state, (error as Error).message);
    }
  };
}

function specialDecoder(type: string): TypeDecoder | undefined {
  const form = specialForm(type);
  const nullZero = { zero: () => null, isEmpty: never };
  switch (form) {
    case undefined:
      return undefined;
    case 'time':
      return { decode: texts('v1.Time', canonicalTime), ...nullZero };
    case 'microTime':
      return { decode: texts('v1.MicroTime', canonicalMicroTime), ...nullZero };
    case 'duration':
      return { decode: texts('v1.Duration', canonicalDuration), zero: () => '0s', isEmpty: never };
    case 'quantity':
      return {
        decode: (value, state) => {
          try {
            // A quantity may be written as a bare number too; its own reader sees the text of anything else.
            return canonicalQuantity(
              typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value),
            );
          } catch (error) {
            return fail('unmarshal', value, state, (error as Error).message);
          }
        },
        zero: () => '0',
        isEmpty: never,
      };
    case 'intOrString': {
      const isInt32 = (v: number) => v === (v | 0);
      return {
        decode: (v, s) =>
          typeof v === 'string'
            ? v
            : typeof v === 'number' && isInt32(v)
              ? v
              : fail(
                  'unmarshal',
                  v,
                  s,
                  `json: cannot unmarshal ${typeof v === 'number' ? `number ${v}` : jsonKindOf(v)} into Go value of type int32`,
                ),
        zero: () => 0,
        isEmpty: never,
      };
    }
    case 'stringList': {
      const list = listDecoder({ name: '', number: 0, type: 'string', list: true });
      return { decode: list, zero: () => [], isEmpty: never };
    }
    case 'rawObject':
    case 'fieldsV1':
    case 'json':
      return { decode: (value, state) => (state.restored ? sortedKeys(value) : value), ...nullZero };
    case 'jsonOrList':
      return { decode: schemaOr(type, schemaWithin(type)), ...nullZero };
    case 'jsonOrStrings':
      return { decode: schemaOr(type, 'string'), ...nullZero };
    case 'jsonOrBool': {
      const decode: Decoder = (v, s) => {
        if (typeof v === 'boolean') return v;
        return isRecord(v) ? decoderOf(schemaWithin(type)).decode(v, s) : fail('unmarshal', v, s, OR_BOOL);
      };
      return { decode: alone(decode), ...nullZero };
    }
  }
}

const OR_BOOL = 'boolean or JSON schema expected';

/** schemaOr reads a schema or a list; anything else counts as nothing. */
function schemaOr(type: string, element: string): Decoder {
  const list = listDecoder({ name: '', number: 0, type: element, list: true });
  return alone((value, state) => {
    if (Array.isArray(value)) return list(value, state);
    return isRecord(value) ? decoderOf(schemaWithin(type)).decode(value, state) : undefined;
  });
}

/** alone: a type that reads itself keeps to itself which fields it does not know. */
const alone =
  (decode: Decoder): Decoder =>
  (value, state) =>
    decode(value, { ...state, unknown: [] });

/** typeOf finds a field's type when it is first needed: types may contain themselves. */
function typeOf({ type }: FieldFacts): () => TypeDecoder {
  let decoder: TypeDecoder | undefined;
  return () => (decoder ??= decoderOf(type));
}

function listDecoder(facts: FieldFacts): Decoder {
  const goType = goTypeOf(facts);
  const element = typeOf(facts);
  return (value, state) => {
    if (!Array.isArray(value)) return fail(goType, value, state);
    const { decode, zero } = element();
    const out: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      state.path.push(i);
      out[i] = value[i] === null ? zero(state) : decode(value[i], state);
      state.path.pop();
    }
    return out;
  };
}

function mapDecoder(facts: FieldFacts): Decoder {
  const goType = goTypeOf(facts);
  const element = typeOf(facts);
  return (value, state) => {
    if (!isRecord(value)) return fail(goType, value, state);
    const { decode, zero } = element();
    const out: Record<string, unknown> = {};
    const keys = Object.keys(value);
    if (state.sorted) keys.sort();
    for (const key of keys) {
      const item = value[key];
      state.path.push(key);
      setOwn(out, key, item === null ? zero(state) : decode(item, state));
      state.path.pop();
    }
    return out;
  };
}

interface FieldDecoder {
  readonly index: number;
  readonly name: string;
  readonly decode: Decoder;
  readonly isCollection: boolean;
  /** dropsEmpty tells values that the field does not keep. */
  readonly dropsEmpty: (value: unknown) => boolean;
  /** since is the first release that knows the field. */
  readonly since: number;
  readonly alwaysSince: number | undefined;
  readonly alwaysUntil: number;
  /** zero is what the field holds where it is always written. */
  readonly zero: (state: DecodeState) => unknown;
}

const isEmptyList = (value: unknown) => (value as unknown[]).length === 0;
const isEmptyMap = (value: unknown) => Object.keys(value as object).length === 0;

function fieldDecoder(facts: FieldFacts, index: number, isItems: boolean): FieldDecoder {
  const { name, list, map, always, pointer } = facts;
  const collection = list || map;
  const type = typeOf(facts);
  const decode: Decoder = list
    ? listDecoder(facts)
    : map
      ? mapDecoder(facts)
      : (value, state) => type().decode(value, state);
  const keeps = pointer || (always && !collection);
  return {
    index,
    name,
    since: facts.since ?? 0,
    decode,
    isCollection: Boolean(collection),
    dropsEmpty: isItems
      ? never
      : keeps
        ? never
        : list
          ? isEmptyList
          : map
            ? isEmptyMap
            : value => type().isEmpty(value),
    alwaysSince: always ? (facts.alwaysSince ?? 0) : undefined,
    alwaysUntil: facts.alwaysUntil ?? Infinity,
    zero: isItems ? () => [] : collection || pointer ? () => null : state => type().zero(state),
  };
}

function structDecoder(defName: string): TypeDecoder {
  if (!fieldsOf(defName)) throw new Error(`no definition is named ${defName}`);
  const goType = goStruct(defName);
  // The items of a list of objects are a list even if there are none.
  const isList = defName.endsWith('List') && jsonFields(defName).some(f => f.type.endsWith('.ListMeta'));
  const fields = jsonFields(defName).map((facts, i) => fieldDecoder(facts, i, isList && facts.name === 'items'));
  const byName = new Map(fields.map(f => [f.name, f]));
  const gone = new Map(
    goneFields(defName).map(facts => [facts.name, { ...fieldDecoder(facts, 0, false), until: facts.shownUntil! }]),
  );
  const always = fields.filter(f => f.alwaysSince !== undefined);

  const decode: Decoder = (value, state) => {
    if (!isRecord(value)) return fail(goType, value, state);
    const found: FieldDecoder[] = [];
    const values: unknown[] = [];
    let missing = always.length;
    for (const key of Object.keys(value)) {
      const field = byName.get(key);
      if (!field || field.since > state.emulated) {
        const former = gone.get(key);
        if (former && state.emulated <= former.until) {
          // What is not kept has to fit all the same.
          if (value[key] !== null) decodeField(former, value[key], state);
          continue;
        }
        state.unknown.push(pathText([...state.path, key]));
        continue;
      }
      const item = value[key];
      if (item === null || item === undefined) continue;
      const decoded = decodeField(field, item, state);
      if (decoded === undefined) continue;
      if (field.dropsEmpty(decoded) && !keepsEmpty(field, state)) continue;
      if (field.alwaysSince !== undefined) missing--;
      insert(found, values, field, decoded);
    }
    if (missing) {
      for (const field of always) {
        const isWritten = field.alwaysSince! <= state.emulated && state.emulated <= field.alwaysUntil;
        if (isWritten && !found.includes(field)) insert(found, values, field, field.zero(state));
      }
    }
    const out: Record<string, unknown> = {};
    for (let i = 0; i < found.length; i++) out[found[i]!.name] = values[i];
    return out;
  };
  return { decode, zero: state => decode({}, state), isEmpty: never };
}

/** keepsEmpty: what the server writes has no empty lists and maps; of what it reads, those stay that are written in any case, as nothing. */
const keepsEmpty = ({ isCollection, alwaysSince }: FieldDecoder, state: DecodeState): boolean =>
  isCollection && (state.keepsEmpty || (alwaysSince !== undefined && !state.sorted));

function decodeField({ name, decode }: FieldDecoder, value: unknown, state: DecodeState): unknown {
  state.path.push(name);
  const decoded = decode(value, state);
  state.path.pop();
  return decoded;
}

/** insert puts a field where the schema has it, wherever the client wrote it: equal objects have equal bytes. */
function insert(found: FieldDecoder[], values: unknown[], field: FieldDecoder, value: unknown): void {
  let at = found.length;
  for (; at > 0 && found[at - 1]!.index > field.index; at--) {
    found[at] = found[at - 1]!;
    values[at] = values[at - 1];
  }
  found[at] = field;
  values[at] = value;
}

/** pathText shows a path as strict errors do: `spec.containers[0].foo`. */
export function pathText(path: readonly Step[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text ? `.${step}` : step;
  return text;
}
