import { isRecord, setOwn } from '@navarch/apimachinery';
import { fieldsOf, specialForm, splitDefName, type FieldFacts } from '../schema';
import type { Message } from './message';
import { specialMessage } from './special';
import { BYTES, FIXED64, VARINT, WireError, type WireReader, type WireWriter } from './wire';

/** Codec reads and writes one type of value. Writers write backwards: see WireWriter. */
export interface Codec {
  readonly wireType: number;
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: unknown): void;
  /** writeEmpty writes the value of a field that nobody has set. */
  writeEmpty(writer: WireWriter): void;
  /** isEmpty tells a value that means nothing where its field is no pointer. */
  isEmpty(value: unknown): boolean;
}

const codecs = new Map<string, Codec>();

/** codecOf is the compiled codec of a definition or scalar. It throws for an unknown name. */
export function codecOf(type: string): Codec {
  let codec = codecs.get(type);
  if (!codec) codecs.set(type, (codec = SCALARS.get(type) ?? nested(messageOf(type))));
  return codec;
}

const nothing = (value: unknown) =>
  value === '' || value === 0 || value === false || value === null || value === undefined;
const scalar = <T>(wireType: number, read: (r: WireReader) => T, write: (w: WireWriter, value: T) => void): Codec => ({
  wireType,
  read,
  write: (w, value) => write(w, value as T),
  // An empty text is its length; a double is always there.
  writeEmpty: w => (wireType === FIXED64 ? w.double(0) : w.uint32(0)),
  isEmpty: nothing,
});

const SCALARS: ReadonlyMap<string, Codec> = new Map([
  [
    'string',
    scalar(
      BYTES,
      r => r.string(),
      (w, v: string) => w.string(v),
    ),
  ],
  [
    'bytes',
    scalar(
      BYTES,
      r => r.slice().toString('base64'),
      (w, v: string) => w.bytes(Buffer.from(v, 'base64')),
    ),
  ],
  [
    'bool',
    scalar(
      VARINT,
      r => r.uint32() !== 0,
      (w, v: boolean) => w.uint32(v ? 1 : 0),
    ),
  ],
  [
    'int32',
    scalar(
      VARINT,
      r => r.int32(),
      (w, v: number) => w.int64(v),
    ),
  ],
  [
    'int64',
    scalar(
      VARINT,
      r => r.int64(),
      (w, v: number) => w.int64(v),
    ),
  ],
  [
    'double',
    scalar(
      FIXED64,
      r => r.double(),
      (w, v: number) => w.double(v),
    ),
  ],
]);

const messages = new Map<string, Message>();

/** messageOf is the compiled form of a message. It throws for an unknown name. */
export function messageOf(defName: string): Message {
  let message = messages.get(defName);
  if (!message) {
    const form = specialForm(defName);
    messages.set(defName, (message = form ? specialMessage(form, defName, messageOf) : objectMessage(defName)));
  }
  return message;
}

function nested(message: Message): Codec {
  return {
    wireType: BYTES,
    read: reader => message.read(reader.message()),
    write(writer, value) {
      const before = writer.size;
      message.write(writer, value);
      writer.uint32(writer.size - before);
    },
    writeEmpty(writer) {
      const before = writer.size;
      message.writeEmpty(writer);
      writer.uint32(writer.size - before);
    },
    isEmpty: value => value === null || value === undefined,
  };
}

interface FieldCodec {
  readonly facts: FieldFacts;
  /** filled: a message has the field even if the object does not: Go's structs have no other way to say that a value is empty. */
  readonly filled: boolean;
  /** codec is resolved at first use: messages may contain themselves. */
  readonly codec: () => Codec;
}

function objectMessage(defName: string): Message {
  const facts = fieldsOf(defName);
  if (!facts) throw new Error(`no definition is named ${defName}`);
  const fields = facts.map((field): FieldCodec => {
    let codec: Codec | undefined;
    return { facts: field, filled: isFilled(field), codec: () => (codec ??= codecOf(field.type)) };
  });
  const byNumber = new Map(fields.map(f => [f.facts.number, f]));
  const { kind } = splitDefName(defName);
  // Backwards: the last field first.
  const descending = [...fields].sort((a, b) => b.facts.number - a.facts.number);
  return {
    read(reader) {
      const out: Record<string, unknown> = {};
      while (reader.more) {
        const tag = reader.tag(kind);
        const field = byNumber.get(tag >>> 3);
        if (field) readField(field, tag & 7, reader, out);
        else reader.skip(tag & 7);
      }
      return out;
    },
    write(writer, value) {
      if (!isRecord(value)) throw new WireError(`${defName}: an object is expected`);
      for (const field of descending) writeField(field, writer, value);
    },
    writeEmpty(writer) {
      for (const field of descending) writeField(field, writer, {});
    },
  };
}

/** isFilled: texts, numbers and structs that are no pointers always have a value. */
function isFilled({ type, list, map, inline, pointer, always }: FieldFacts): boolean {
  if (list || map || inline || pointer || type === 'bytes') return false;
  return SCALARS.has(type) || always === true;
}

/** isOfRelease tells whether a release's messages have a field. */
function isOfRelease({ since = 0, unreleased, shownUntil = 0 }: FieldFacts, emulated: number): boolean {
  return since <= emulated && (!unreleased || emulated <= shownUntil);
}

function readField(
  { facts, codec }: FieldCodec,
  wireType: number,
  reader: WireReader,
  out: Record<string, unknown>,
): void {
  const { wireType: expected, isEmpty, read } = codec();
  if (facts.map) {
    const entries = (out[facts.name] ??= {}) as Record<string, unknown>;
    const [key, value] = readEntry(reader.message(), codec());
    setOwn(entries, key, value);
  } else if (facts.list) {
    const items = (out[facts.name] ??= []) as unknown[];
    if (wireType === BYTES && expected !== BYTES)
      for (const packed = reader.message(); packed.more;) items.push(read(packed));
    else if (wireType !== expected) throw wrongType(wireType, facts);
    else items.push(read(reader));
  } else if (wireType !== expected) throw wrongType(wireType, facts);
  else {
    const value = read(reader);
    // An embedded struct is a message of its own here, but its fields stand directly in the JSON object.
    if (facts.inline) Object.assign(out, value);
    else if (facts.pointer || facts.always || !isEmpty(value)) out[facts.name] = value;
  }
}

const wrongType = (wireType: number, { name }: FieldFacts) =>
  new WireError(`proto: wrong wireType = ${wireType} for field ${memberName(name)}`);

/** memberName is how messages name a field: as the member of a Go struct, where embedded metadata goes by its type. */
const memberName = (name: string) =>
  name === 'metadata' ? 'ObjectMeta' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

function readEntry(reader: WireReader, codec: Codec): [string, unknown] {
  let key = '';
  let value: unknown;
  while (reader.more) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = codec.read(reader);
    else reader.skip(tag & 7);
  }
  return [key, value ?? (codec === SCALARS.get('string') || codec === SCALARS.get('bytes') ? '' : null)];
}

function writeField({ facts, filled, codec }: FieldCodec, writer: WireWriter, object: Record<string, unknown>): void {
  if (facts.inline) return writeOne(facts.number, codec(), writer, object);
  const value = Object.hasOwn(object, facts.name) ? object[facts.name] : undefined;
  if (value === undefined || value === null) {
    if (filled && isOfRelease(facts, writer.emulated)) writeEmpty(facts.number, codec(), writer);
  } else if (facts.list) {
    const items = value as unknown[];
    for (let i = items.length - 1; i >= 0; i--) writeOne(facts.number, codec(), writer, items[i]);
  } else if (facts.map) {
    const entries = value as Record<string, unknown>;
    for (const key of Object.keys(entries).sort().reverse())
      writeEntry(facts.number, codec(), writer, key, entries[key]);
  } else writeOne(facts.number, codec(), writer, value);
}

function writeOne(number: number, codec: Codec, writer: WireWriter, value: unknown): void {
  codec.write(writer, value);
  writer.tag(number, codec.wireType);
}

function writeEmpty(number: number, codec: Codec, writer: WireWriter): void {
  codec.writeEmpty(writer);
  writer.tag(number, codec.wireType);
}

function writeEntry(number: number, codec: Codec, writer: WireWriter, key: string, value: unknown): void {
  const before = writer.size;
  if (value !== null && value !== undefined) writeOne(2, codec, writer, value);
  else if (codec.wireType === BYTES) {
    // The zero time of a map is a message without anything in it.
    writer.uint32(0);
    writer.tag(2, BYTES);
  }
  writer.string(key);
  writer.tag(1, BYTES);
  writer.uint32(writer.size - before);
  writer.tag(number, BYTES);
}
