import { formatDuration, parseDuration } from '@navarch/apimachinery';
import type { SpecialForm } from '../schema';
import type { Message } from './message';
import { BYTES, VARINT, WireError, type WireReader, type WireWriter } from './wire';

/** specialMessage reads and writes a message whose JSON form is not an object of its fields; `messageOf` gives those within it. */
export function specialMessage(form: SpecialForm, defName: string, messageOf: (defName: string) => Message): Message {
  const schema = (suffix: RegExp) => () => messageOf(defName.replace(suffix, ''));
  switch (form) {
    case 'time':
      return timestamps(date => `${date.slice(0, 19)}Z`, 0);
    case 'microTime':
      return timestamps(
        (date, nanos) => `${date.slice(0, 19)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`,
        6,
      );
    case 'duration':
      return {
        read: r => formatDuration(((readParts(r, { 1: x => x.int64() })[1] as number | undefined) ?? 0) / 1e6),
        write: (w, v) => varint(w, 1, Math.round(parseDuration(v as string) * 1e6)),
        writeEmpty: w => varint(w, 1, 0),
      };
    case 'quantity':
      return {
        read: r => (readParts(r, { 1: x => x.string() })[1] as string | undefined) ?? '0',
        write: (w, v) => text(w, 1, String(v)),
        writeEmpty: w => text(w, 1, '0'),
      };
    case 'intOrString':
      return intOrString;
    case 'rawObject':
    case 'fieldsV1':
    case 'json':
      return rawJson;
    case 'stringList':
      return { read: r => strings(r), write: (w, v) => writeStrings(w, 1, v as string[]), writeEmpty: nothing };
    case 'jsonOrList':
      return either(schema(/OrArray$/));
    case 'jsonOrBool':
      return orBool(schema(/OrBool$/));
    case 'jsonOrStrings':
      return orStrings(schema(/OrStringArray$/));
  }
}

const nothing = () => undefined;

type Parts = Readonly<Record<number, (reader: WireReader) => unknown>>;

/** readParts reads the named fields of a small message; the last of repeated ones counts. */
function readParts(reader: WireReader, parts: Parts): Record<number, unknown> {
  const found: Record<number, unknown> = {};
  while (reader.more) {
    const tag = reader.uint32();
    const part = parts[tag >>> 3];
    if (part) found[tag >>> 3] = part(reader);
    else reader.skip(tag & 7);
  }
  return found;
}

function varint(writer: WireWriter, number: number, value: number): void {
  writer.int64(value);
  writer.tag(number, VARINT);
}
function text(writer: WireWriter, number: number, value: string): void {
  writer.string(value);
  writer.tag(number, BYTES);
}
function sub(writer: WireWriter, number: number, message: Message, value: unknown): void {
  const before = writer.size;
  message.write(writer, value);
  writer.uint32(writer.size - before);
  writer.tag(number, BYTES);
}

/** timestamps are seconds and nanoseconds; the zero time is a message without either. */
function timestamps(print: (date: string, nanos: number) => string, decimals: number): Message {
  return {
    read(reader) {
      if (!reader.more) return null;
      const parts = readParts(reader, { 1: r => r.int64(), 2: r => r.int32() });
      const date = new Date(((parts[1] as number | undefined) ?? 0) * 1000);
      if (Number.isNaN(date.getTime())) throw new WireError('proto: time out of range');
      return print(date.toISOString(), (parts[2] as number | undefined) ?? 0);
    },
    write(writer, value) {
      const written = value as string;
      const fraction = decimals ? (/\.(\d+)/.exec(written)?.[1] ?? '') : '';
      const seconds = Math.floor(Date.parse(written) / 1000);
      if (Number.isNaN(seconds)) throw new WireError(`proto: ${JSON.stringify(value)} is no time`);
      varint(writer, 2, Number(fraction.padEnd(9, '0').slice(0, 9)));
      varint(writer, 1, seconds);
    },
    writeEmpty: nothing,
  };
}

const intOrString: Message = {
  read(reader) {
    const parts = readParts(reader, { 1: r => r.int64(), 2: r => r.int32(), 3: r => r.string() });
    return parts[1] === 1 ? (parts[3] ?? '') : (parts[2] ?? 0);
  },
  write(writer, value) {
    const isText = typeof value === 'string';
    text(writer, 3, isText ? value : '');
    varint(writer, 2, isText ? 0 : (value as number));
    varint(writer, 1, isText ? 1 : 0);
  },
  writeEmpty: writer => intOrString.write(writer, 0),
};

const rawJson: Message = {
  read(reader) {
    const raw = readParts(reader, { 1: r => r.slice() })[1] as Buffer | undefined;
    if (!raw?.length) return null;
    try {
      return JSON.parse(raw.toString()) as unknown;
    } catch (error) {
      throw new WireError(`proto: raw value is no JSON: ${(error as Error).message}`);
    }
  },
  write(writer, value) {
    text(writer, 1, JSON.stringify(value));
  },
  writeEmpty: nothing,
};

function strings(reader: WireReader, number = 1): string[] {
  const items: string[] = [];
  while (reader.more) {
    const tag = reader.uint32();
    if (tag >>> 3 === number) items.push(reader.string());
    else reader.skip(tag & 7);
  }
  return items;
}
function writeStrings(writer: WireWriter, number: number, items: readonly string[]): void {
  for (let i = items.length - 1; i >= 0; i--) text(writer, number, items[i]!);
}

/** either is a schema or a list of schemas. */
function either(schema: () => Message): Message {
  return {
    read(reader) {
      const list: unknown[] = [];
      const one = readParts(reader, {
        1: r => schema().read(r.message()),
        2: r => list.push(schema().read(r.message())),
      })[1];
      return list.length ? list : (one ?? []);
    },
    write(writer, value) {
      if (!Array.isArray(value)) return sub(writer, 1, schema(), value);
      for (let i = value.length - 1; i >= 0; i--) sub(writer, 2, schema(), value[i]);
    },
    writeEmpty: nothing,
  };
}

function orBool(schema: () => Message): Message {
  return {
    read(reader) {
      const parts = readParts(reader, { 1: r => r.uint32() !== 0, 2: r => schema().read(r.message()) });
      return parts[2] ?? parts[1] ?? false;
    },
    write(writer, value) {
      if (typeof value !== 'boolean') sub(writer, 2, schema(), value);
      varint(writer, 1, value === false ? 0 : 1);
    },
    writeEmpty: writer => varint(writer, 1, 0),
  };
}

function orStrings(schema: () => Message): Message {
  return {
    read(reader) {
      const list: string[] = [];
      const one = readParts(reader, { 1: r => schema().read(r.message()), 2: r => list.push(r.string()) })[1];
      return one ?? list;
    },
    write(writer, value) {
      if (Array.isArray(value)) writeStrings(writer, 2, value as string[]);
      else sub(writer, 1, schema(), value);
    },
    writeEmpty: nothing,
  };
}
