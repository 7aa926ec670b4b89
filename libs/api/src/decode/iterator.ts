import { fieldsOf, isRoot, jsonFields, specialForm, splitDefName, type FieldFacts } from '../schema';
import { ByteReader } from './byte-reader';
import { goField, goStruct, goTextItem } from './go-names';
import { canonicalBase64 } from './scalars';

/** Complain says what a type that reads itself has against a value; undefined for nothing. */
export type Complain = (type: string, value: unknown) => string | undefined;

/**
 * iterator is v1.20's wording of why a body is not of a definition: the types on the way, the reader's complaint, and what stands around
 * the place. The body is read once more, as that release's reader does, since it does not stop at a failure: what it still reads
 * behind it names itself too, until it loses its place. undefined: it finds nothing wrong.
 */
export function iterator(defName: string, raw: Buffer, complain: Complain): string | undefined {
  const reader = new ByteReader(raw);
  new TypeReader(reader, complain).struct(defName);
  return reader.complaint;
}

/** ITERATOR_UNTIL is the last release whose reader of JSON words its failures so. */
const ITERATOR_UNTIL = 20;

/** unmarshalFailure words what a type that reads itself says of a whole body. */
export function unmarshalFailure(why: string, raw: Buffer, emulated: number): string {
  if (emulated > ITERATOR_UNTIL) return why;
  const reader = new ByteReader(raw);
  reader.skip();
  reader.fail('unmarshalerDecoder', why);
  return reader.complaint ?? why;
}

/** FEW are the fields up to which a struct has a reader of its own. */
const FEW = 10;

class TypeReader {
  constructor(
    private readonly reader: ByteReader,
    private readonly complain: Complain,
  ) {}

  struct(defName: string): void {
    const { reader } = this;
    const fields = structFields(defName);
    if (fields.size === 0) {
      if (!'{n'.includes(reader.peek())) reader.fail('skipObjectDecoder', 'expect object or null');
      else reader.skip();
      return;
    }
    if (!reader.startOfObject()) return;
    if (fields.size <= FEW) this.fewFields(fields);
    else this.manyFields(fields);
    reader.within(`${goStruct(defName)}.`);
  }

  private fewFields(fields: ReadonlyMap<string, Field>): void {
    const { reader } = this;
    for (;;) {
      const field = fields.get(this.key());
      if (field) this.field(field);
      else reader.skip();
      const c = reader.next();
      if (c === ',') continue;
      if (c !== '}') reader.fail('isObjectEnd', `object ended prematurely, unexpected char ${c}`);
      return;
    }
  }

  /** key reads a key; none where the reader has lost its place. */
  private key(): string {
    const { reader } = this;
    if (reader.next() !== '"') {
      reader.fail('readFieldHash', 'expect "');
      return '';
    }
    const key = reader.restOfString();
    return reader.colon('readFieldHash') ? key : '';
  }

  private manyFields(fields: ReadonlyMap<string, Field>): void {
    const { reader } = this;
    let c: string;
    do {
      const field = fields.get(reader.string());
      reader.colon('ReadObject');
      if (field) this.field(field);
      else reader.skip();
      c = reader.next();
    } while (c === ',');
    if (c !== '}') reader.fail('struct Decode', `expect }, but found ${c}`);
  }

  private field({ names, facts, item }: Field): void {
    if (facts.list) this.list(`[]${item}`, () => this.value(facts));
    else if (facts.map) this.map(() => this.value(facts));
    else if (!facts.pointer || !this.reader.isNull()) this.value(facts);
    for (const name of [...names].reverse()) this.reader.within(`${name}: `);
  }

  private value({ type }: FieldFacts): void {
    const { reader } = this;
    switch (type) {
      case 'string':
        return void reader.string();
      case 'bool':
        return void (reader.isNull() || reader.bool());
      case 'int32':
      case 'int64':
        return void (reader.isNull() || reader.integer(type === 'int32' ? 32 : 64));
      case 'double':
        return void (reader.isNull() || reader.double());
      case 'bytes':
        return this.bytes();
    }
    const form = specialForm(type);
    if (form === 'stringList') this.list(goStruct(type), () => reader.string());
    else if (form) this.itself(type);
    else this.struct(type);
  }

  /** itself reads a value that knows how to read itself. */
  private itself(type: string): void {
    const { reader } = this;
    reader.peek();
    const text = reader.skip();
    if (reader.complaint !== undefined) return;
    const why = this.complain(type, JSON.parse(text));
    if (why !== undefined) reader.fail('unmarshalerDecoder', why);
  }

  private bytes(): void {
    const { reader } = this;
    if (reader.isNull()) return;
    const c = reader.peek();
    if (c === '[') this.list('[]uint8', () => void (reader.isNull() || reader.octet()));
    else if (c !== '"') reader.fail('base64Codec', 'invalid input');
    else {
      const text = reader.string();
      try {
        canonicalBase64(text);
      } catch (error) {
        reader.fail('decode base64', (error as Error).message);
      }
    }
  }

  private list(goType: string, item: () => void): void {
    const { reader } = this;
    this.items(item);
    reader.within(`${goType}: `);
  }

  private items(item: () => void): void {
    const { reader } = this;
    let c = reader.next();
    if (c === 'n') return reader.literal('ull');
    if (c !== '[') return reader.fail('decode slice', `expect [ or n, but found ${c}`);
    if (reader.next() === ']') return;
    reader.back();
    item();
    for (c = reader.next(); c === ','; c = reader.next()) item();
    if (c !== ']') reader.fail('decode slice', `expect ], but found ${c}`);
  }

  private map(value: () => void): void {
    const { reader } = this;
    let c = reader.next();
    if (c === 'n') return reader.literal('ull');
    if (c !== '{') return reader.fail('ReadMapCB', `expect { or n, but found ${c}`);
    if (reader.next() === '}') return;
    reader.back();
    do {
      reader.string();
      if (!reader.colon('ReadMapCB')) return;
      value();
      c = reader.next();
    } while (c === ',');
    if (c !== '}') reader.fail('ReadMapCB', `expect }, but found ${c}`);
  }
}

/** Field is a field as Go's struct has it: names are those of the structs that it is embedded by, and its own. */
interface Field {
  readonly names: readonly string[];
  readonly facts: FieldFacts;
  /** item is Go's name of a list's items. */
  readonly item: string;
}

const structs = new Map<string, ReadonlyMap<string, Field>>();

function structFields(defName: string): ReadonlyMap<string, Field> {
  let fields = structs.get(defName);
  if (!fields) structs.set(defName, (fields = new Map(embedded(defName, []).map(field => [field.facts.name, field]))));
  return fields;
}

function embedded(defName: string, around: readonly string[]): Field[] {
  const { kind, version } = splitDefName(defName);
  const own = (fieldsOf(defName) ?? []).flatMap((facts): Field[] => {
    if (facts.inline) return embedded(facts.type, [...around, goField(facts.name, kind)]);
    if (facts.unreleased && facts.shownUntil === undefined) return [];
    const meta = /\.(ObjectMeta|ListMeta)$/.exec(facts.type)?.[1];
    const name = facts.name === 'metadata' && meta ? meta : goField(facts.name, kind);
    return [{ names: [...around, name], facts, item: itemOf(facts, kind, version) }];
  });
  if (around.length || !isRoot(defName)) return own;
  const typeMeta = jsonFields(defName).filter(({ name }) => name === 'kind' || name === 'apiVersion');
  return [
    ...typeMeta.map(facts => ({ names: ['TypeMeta', goField(facts.name)], facts, item: '' })),
    ...own.filter(({ facts }) => facts.name !== 'kind' && facts.name !== 'apiVersion'),
  ];
}

const ITEMS: Readonly<Record<string, string>> = { bytes: '[]uint8', double: 'float64' };

function itemOf({ name, type, list }: FieldFacts, kind: string, version: string): string {
  if (type.includes('.')) return goStruct(type);
  return (list && goTextItem(name, kind, version)) || ITEMS[type] || type;
}
