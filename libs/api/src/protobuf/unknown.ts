import { BYTES, WireError, WireReader, WireWriter } from './wire';

/** MAGIC stands before every protobuf body of the API. */
const MAGIC = Buffer.from('k8s\0');

/** UnknownEnvelope is runtime.Unknown: a message with the type that it is of. */
export interface UnknownEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** raw is the message itself, or JSON if contentType says so. */
  readonly raw: Buffer;
  readonly contentEncoding: string;
  readonly contentType: string;
}

/** isWrapped tells bodies that begin as protobuf does. */
export const isWrapped = (body: Buffer): boolean =>
  body.length >= MAGIC.length && body.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) === 0;

/** wrapUnknown is the body of a message: magic, type, bytes. */
export function wrapUnknown(
  type: { readonly apiVersion: string; readonly kind: string },
  raw: Buffer,
  contentType = '',
): Buffer {
  const writer = new WireWriter();
  writer.string(contentType);
  writer.tag(4, BYTES);
  writer.string('');
  writer.tag(3, BYTES);
  writer.bytes(raw);
  writer.tag(2, BYTES);
  const before = writer.size;
  writer.string(type.kind);
  writer.tag(2, BYTES);
  writer.string(type.apiVersion);
  writer.tag(1, BYTES);
  writer.uint32(writer.size - before);
  writer.tag(1, BYTES);
  return Buffer.concat([MAGIC, writer.finish()]);
}

/** unwrapUnknown takes a body apart. It throws a WireError for what does not begin with the magic, or is cut off. */
export function unwrapUnknown(body: Buffer): UnknownEnvelope {
  if (!isWrapped(body))
    throw new WireError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  if (body.length === MAGIC.length) throw new WireError('empty body');
  const reader = new WireReader(body, MAGIC.length);
  let type = { apiVersion: '', kind: '' };
  let raw = Buffer.alloc(0);
  let contentEncoding = '';
  let contentType = '';
  while (reader.more) {
    const tag = reader.tag('Unknown');
    if (tag === 0x0a) type = readType(reader.message());
    else if (tag === 0x12) raw = Buffer.from(reader.slice());
    else if (tag === 0x1a) contentEncoding = reader.string();
    else if (tag === 0x22) contentType = reader.string();
    else skip(reader, tag, FIELDS);
  }
  return { ...type, raw, contentEncoding, contentType };
}

function readType(reader: WireReader): { apiVersion: string; kind: string } {
  const type = { apiVersion: '', kind: '' };
  while (reader.more) {
    const tag = reader.tag('TypeMeta');
    if (tag === 0x0a) type.apiVersion = reader.string();
    else if (tag === 0x12) type.kind = reader.string();
    else skip(reader, tag, TYPE_FIELDS);
  }
  return type;
}

/** FIELDS and TYPE_FIELDS are the names of the fields of an envelope and of the type in it, by number. */
const FIELDS = ['', 'TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'];
const TYPE_FIELDS = ['', 'APIVersion', 'Kind'];

/** skip leaves an unknown field out. A known one of another wire type is refused. */
function skip(reader: WireReader, tag: number, names: readonly string[]): void {
  const name = names[tag >>> 3];
  if (name) throw new WireError(`proto: wrong wireType = ${tag & 7} for field ${name}`);
  reader.skip(tag & 7);
}

/** encodeWatchEvent is one event of a watch as a message: its type, and an object that was wrapped already. */
export function encodeWatchEvent(type: string, wrapped: Buffer): Buffer {
  const writer = new WireWriter();
  const before = writer.size;
  writer.bytes(wrapped);
  writer.tag(1, BYTES);
  writer.uint32(writer.size - before);
  writer.tag(2, BYTES);
  writer.string(type);
  writer.tag(1, BYTES);
  return writer.finish();
}
