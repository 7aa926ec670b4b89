import { decodeProtobuf, defNameOf, encodeProtobuf, encodeWatchEvent, unwrapUnknown, wrapUnknown } from '@navarch/api';
import { parseApiVersion, type AnyObject, type ListMeta, type Status } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Endpoint } from '../registry/resource';
import { partialOf } from '../tables/table';
import { apiVersionText, type BodyType } from './body-type';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** PARTIAL_SCHEMA is the definition of an object cut down to its metadata. */
export const PARTIAL_SCHEMA = `${META}.PartialObjectMetadata`;

/** ProtobufBody is a body in its envelope. */
export interface ProtobufBody {
  /** type is what the envelope says of the message. */
  readonly type: BodyType;
  readonly message: Buffer;
}

/** openProtobuf takes a body out of its envelope. It throws for bytes that are none. */
export function openProtobuf(body: Buffer): ProtobufBody {
  if (!body.length) throw new Error('empty data');
  const { apiVersion, kind, raw } = unwrapUnknown(body);
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  return { type: { kind, group, version }, message: raw };
}

/**
 * fromProtobuf reads a message of a type into plain JSON. What has no definition here keeps its type alone: it is refused by that later. It
 * throws for bytes that are no such message.
 */
export function fromProtobuf(type: BodyType, message: Buffer): Record<string, unknown> {
  const { kind, group, version } = type;
  const named = { kind, apiVersion: apiVersionText(type) };
  const defName = defNameOf(group, version, kind);
  return defName ? { ...named, ...decodeProtobuf(defName, message) } : named;
}

/** rawOf is an entry's message in an endpoint's version, without envelope; made once an entry. */
function rawOf(endpoint: Endpoint, entry: Entry): Buffer {
  const key = `raw:${endpoint.apiVersion}`;
  let raw = entry.memo.get(key) as Buffer | undefined;
  if (!raw) {
    const object = endpoint.apiVersion === entry.object().apiVersion ? entry.object() : endpoint.objectOf(entry);
    entry.memo.set(key, (raw = encodeProtobuf(endpoint.version.schema, object, endpoint.resource.emulated)));
  }
  return raw;
}

/** protobufOf is an entry's body. */
export function protobufOf(endpoint: Endpoint, entry: Entry): Buffer {
  return wrapUnknown({ apiVersion: endpoint.apiVersion, kind: endpoint.kindName }, rawOf(endpoint, entry));
}

/** protobufObject is the body of an object that is no entry. */
export function protobufObject(schema: string, object: AnyObject, emulated?: Minor): Buffer {
  const { apiVersion = '', kind = '' } = object;
  return wrapUnknown({ apiVersion, kind }, encodeProtobuf(schema, object, emulated));
}

/** protobufStatus is a Status as a body. */
export function protobufStatus(status: Status): Buffer {
  return wrapUnknown({ apiVersion: 'v1', kind: 'Status' }, encodeProtobuf(`${META}.Status`, status));
}

const ITEMS_TAG = 0x12;
const METADATA_TAG = 0x0a;

/** protobufList is a list's body. Each list message has its metadata as field 1 and its items as field 2. */
export function protobufList(endpoint: Endpoint, entries: readonly Entry[], metadata: ListMeta): Buffer {
  const { kind } = endpoint;
  const type = { apiVersion: endpoint.apiVersion, kind: kind.listKind ?? `${endpoint.kindName}List` };
  return wrapUnknown(
    type,
    listMessage(
      metadata,
      entries.map(entry => rawOf(endpoint, entry)),
    ),
  );
}

function listMessage(metadata: ListMeta, items: readonly Buffer[]): Buffer {
  const parts = delimited(METADATA_TAG, encodeProtobuf(`${META}.ListMeta`, metadata));
  for (const item of items) parts.push(...delimited(ITEMS_TAG, item));
  return Buffer.concat(parts);
}

function delimited(tag: number, message: Buffer): Buffer[] {
  const head = [tag];
  let length = message.length;
  for (; length > 0x7f; length = Math.floor(length / 128)) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return [Buffer.from(head), message];
}

/** protobufPartial is an entry's metadata as a body. */
export function protobufPartial(endpoint: Endpoint, entry: Entry, version: string): Buffer {
  const type = { apiVersion: `meta.k8s.io/${version}`, kind: 'PartialObjectMetadata' };
  return wrapUnknown(type, rawPartial(endpoint, entry, version));
}

function rawPartial(endpoint: Endpoint, entry: Entry, version: string): Buffer {
  const key = `raw:partial:${version}`;
  let raw = entry.memo.get(key) as Buffer | undefined;
  if (!raw) {
    raw = encodeProtobuf(PARTIAL_SCHEMA, partialOf(endpoint, entry, version), endpoint.resource.emulated);
    entry.memo.set(key, raw);
  }
  return raw;
}

/** protobufMetadata is the metadata of an object that no storage holds as a body. */
export function protobufMetadata(partial: AnyObject, emulated: Minor): Buffer {
  const { apiVersion = '', kind = '' } = partial;
  return wrapUnknown({ apiVersion, kind }, encodeProtobuf(PARTIAL_SCHEMA, partial, emulated));
}

/** protobufPartialList is a list of entries' metadata as a body. */
export function protobufPartialList(
  endpoint: Endpoint,
  entries: readonly Entry[],
  metadata: ListMeta,
  version: string,
): Buffer {
  const type = { apiVersion: `meta.k8s.io/${version}`, kind: 'PartialObjectMetadataList' };
  return wrapUnknown(
    type,
    listMessage(
      metadata,
      entries.map(entry => rawPartial(endpoint, entry, version)),
    ),
  );
}

/** framed puts a message's length before it, as watches send them. */
function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(4 + message.length);
  frame.writeUInt32BE(message.length, 0);
  message.copy(frame, 4);
  return frame;
}

/** protobufEvent is one event of a watch with its frame. */
export function protobufEvent(type: string, endpoint: Endpoint, entry: Entry): Buffer {
  return framed(encodeWatchEvent(type, protobufOf(endpoint, entry)));
}

/** protobufPartialEvent is the same with the object's metadata only. */
export function protobufPartialEvent(endpoint: Endpoint, type: string, entry: Entry, version: string): Buffer {
  return framed(encodeWatchEvent(type, protobufPartial(endpoint, entry, version)));
}

/** protobufBookmark is a bookmark; `schema` is the definition of its object. */
export function protobufBookmark(schema: string, object: AnyObject, emulated: Minor): Buffer {
  return framed(encodeWatchEvent('BOOKMARK', protobufObject(schema, object, emulated)));
}

/** protobufErrorEvent is the event that ends a watch with a Status. */
export function protobufErrorEvent(status: Status): Buffer {
  return framed(encodeWatchEvent('ERROR', protobufStatus(status)));
}
