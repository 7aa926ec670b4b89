import type { Revision } from '../interface';
import { dataSize, MessageReader, MessageWriter } from './protobuf';

/** KeyValue is a key as etcd holds it. The value is a view into the message it came in: copy what is to be kept. */
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
  readonly revision: Revision;
  /** version counts the writes since the key was made. */
  readonly version: number;
}

export interface RangeRequest {
  readonly key: string | Buffer;
  /** end makes it the range [key, end); without it only the key. */
  readonly end?: Buffer;
  readonly limit?: number;
  readonly revision?: Revision;
  readonly countOnly?: boolean;
}

export interface RangeAnswer {
  readonly revision: Revision;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** count is that of the whole range, whatever the limit. */
  readonly count: number;
}

/** Condition is what a transaction compares: the key's mod revision (0: the key is absent), or how often it was written. */
export interface Condition {
  readonly key: Buffer;
  readonly modRevision?: Revision;
  readonly version?: number;
}

/** TxnRequest writes the key if the condition holds, else reads it. Without a value it is deleted. */
export interface TxnRequest {
  readonly condition: Condition;
  readonly value: Buffer | undefined;
  /** lease is its id in decimal digits. */
  readonly lease?: string;
}

export interface TxnAnswer {
  readonly succeeded: boolean;
  readonly revision: Revision;
  /** present is the key as it is, if the condition did not hold and the key exists. */
  readonly present: KeyValue | undefined;
}

export interface WatchRequest {
  readonly key: string | Buffer;
  readonly end: Buffer;
  readonly startRevision: Revision;
  /** previous asks for the state before each change. */
  readonly previous?: boolean;
}

export interface EtcdEvent {
  readonly deleted: boolean;
  readonly kv: KeyValue;
  readonly previous?: KeyValue;
}

export interface WatchAnswer {
  readonly created: boolean;
  readonly cancelled: boolean;
  readonly cancelReason: string;
  /** compactRevision is set when the watch would have begun below it. */
  readonly compactRevision: Revision;
  readonly storeRevision: Revision;
  readonly events: readonly EtcdEvent[];
}

// The field numbers are those of etcd's rpc.proto and kv.proto. What is to be sent is framed as gRPC wants it.

export function encodeRange(request: RangeRequest): Buffer {
  return new MessageWriter()
    .data(1, Buffer.from(request.key))
    .data(2, request.end)
    .number(3, request.limit)
    .number(4, request.revision)
    .bool(9, request.countOnly)
    .framed();
}

export function decodeRange(bytes: Buffer): RangeAnswer {
  const kvs: KeyValue[] = [];
  let [revision, more, count] = [0, false, 0];
  const reader = new MessageReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) revision = decodeHeader(reader.data());
    else if (reader.field === 2) kvs.push(decodeKeyValue(reader.data()));
    else if (reader.field === 3) more = reader.bool();
    else if (reader.field === 4) count = reader.number();
  }
  return { revision, kvs, more, count };
}

const TARGET_VERSION = 0;
const TARGET_MOD = 2;

export function encodeTxn({ condition, value, lease }: TxnRequest): Buffer {
  const { key, modRevision, version } = condition;
  const compare = new MessageWriter(key.length + 32)
    .number(2, modRevision === undefined ? TARGET_VERSION : TARGET_MOD)
    .data(3, key)
    .number(4, version)
    .number(6, modRevision)
    .message();
  const leaseField = new MessageWriter().int64(3, lease).message();
  const keySize = dataSize(key.length);
  const write = value ? keySize + dataSize(value.length) + leaseField.length : keySize;
  const message = new MessageWriter(write + 2 * key.length + 128).data(1, compare).open(2, dataSize(write));
  if (value) message.open(2, write).data(1, key).data(2, value).raw(leaseField);
  else message.open(3, write).data(1, key);
  return message.open(3, dataSize(keySize)).open(1, keySize).data(1, key).framed();
}

export function decodeTxn(bytes: Buffer): TxnAnswer {
  let [revision, succeeded] = [0, false];
  let present: KeyValue | undefined;
  const reader = new MessageReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) revision = decodeHeader(reader.data());
    else if (reader.field === 2) succeeded = reader.bool();
    else if (reader.field === 3) present = decodeRead(reader.data());
  }
  return { succeeded, revision, present: succeeded ? undefined : present };
}

/** decodeRead reads a ResponseOp: the first key of a range that was read; undefined for any other operation. */
function decodeRead(bytes: Buffer): KeyValue | undefined {
  const reader = new MessageReader(bytes);
  while (reader.next()) if (reader.field === 1) return decodeRange(reader.data()).kvs[0];
  return undefined;
}

/** encodeWatch is the message that begins a watch on a stream. */
export function encodeWatch({ key, end, startRevision, previous }: WatchRequest): Buffer {
  const create = new MessageWriter().data(1, Buffer.from(key)).data(2, end).number(3, startRevision).bool(6, previous);
  return new MessageWriter().data(1, create.message()).framed();
}

export function decodeWatch(bytes: Buffer): WatchAnswer {
  const events: EtcdEvent[] = [];
  let [storeRevision, created, cancelled, compactRevision, cancelReason] = [0, false, false, 0, ''];
  const reader = new MessageReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) storeRevision = decodeHeader(reader.data());
    else if (reader.field === 3) created = reader.bool();
    else if (reader.field === 4) cancelled = reader.bool();
    else if (reader.field === 5) compactRevision = reader.number();
    else if (reader.field === 6) cancelReason = reader.text();
    else if (reader.field === 11) events.push(decodeEvent(reader.data()));
  }
  return { created, cancelled, cancelReason, compactRevision, storeRevision, events };
}

function decodeEvent(bytes: Buffer): EtcdEvent {
  let deleted = false;
  let kv: KeyValue | undefined;
  let previous: KeyValue | undefined;
  const reader = new MessageReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) deleted = reader.number() === 1;
    else if (reader.field === 2) kv = decodeKeyValue(reader.data());
    else if (reader.field === 3) previous = decodeKeyValue(reader.data());
  }
  if (!kv) throw new Error('an event of etcd has no key');
  // An absent previous state arrives as none, or as an empty key.
  return { deleted, kv, ...(previous?.key && { previous }) };
}

const NOTHING = Buffer.alloc(0);

function decodeKeyValue(bytes: Buffer): KeyValue {
  let [key, revision, version, value] = ['', 0, 0, NOTHING as Buffer];
  const reader = new MessageReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 3) revision = reader.number();
    else if (reader.field === 4) version = reader.number();
    else if (reader.field === 5) value = reader.data();
  }
  return { key, value, revision, version };
}

/** decodeHeader is the store's revision, the only part of an answer's header that matters here. */
function decodeHeader(bytes: Buffer): Revision {
  const reader = new MessageReader(bytes);
  while (reader.next()) if (reader.field === 3) return reader.number();
  return 0;
}

export function encodeLeaseGrant(ttlSeconds: number): Buffer {
  return new MessageWriter().number(1, ttlSeconds).framed();
}

/** decodeLeaseGrant is the lease's id in decimal digits. */
export function decodeLeaseGrant(bytes: Buffer): string {
  const reader = new MessageReader(bytes);
  let id = '0';
  let error = '';
  while (reader.next()) {
    if (reader.field === 2) id = reader.int64();
    else if (reader.field === 4) error = reader.text();
  }
  if (error) throw new Error(error);
  return id;
}

export function encodeCompaction(revision: Revision): Buffer {
  return new MessageWriter().number(1, revision).framed();
}

/** encodeStatus asks a member for its status. */
export function encodeStatus(): Buffer {
  return new MessageWriter().framed();
}

/** decodeSize is how many bytes a member's database takes, from the answer about its status. */
export function decodeSize(bytes: Buffer): number {
  const reader = new MessageReader(bytes);
  let size = 0;
  while (reader.next()) if (reader.field === 3) size = reader.number();
  return size;
}
