import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import protobuf from 'protobufjs';
import { PrefixReader } from './length-prefix';
import {
  decodeLeaseGrant,
  decodeRange,
  decodeTxn,
  decodeWatch,
  encodeCompaction,
  encodeLeaseGrant,
  encodeRange,
  encodeTxn,
  encodeWatch,
} from './messages';
import { MessageWriter } from './protobuf';

// Another implementation, by etcd's own descriptions, reads what is written here and writes what is read here.
const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('etcd3/package.json')), 'proto');
const root = new protobuf.Root();
for (const file of ['kv.proto', 'rpc.proto']) protobuf.parse(readFileSync(path.join(folder, file), 'utf8'), root);
const theirs = (name: string) => root.lookupType(`etcdserverpb.${name}`);
const read = (name: string, bytes: Buffer) =>
  theirs(name).toObject(theirs(name).decode(bytes), { longs: String, bytes: String, enums: String });
const write = (name: string, message: object) =>
  Buffer.from(theirs(name).encode(theirs(name).fromObject(message)).finish());
const base64 = (text: string) => Buffer.from(text).toString('base64');

const LARGE = 2 ** 53 - 1;
const LEASE = '9223372036854775807';
const header = { revision: LARGE, clusterId: '18446744073709551615', memberId: 1, raftTerm: 7 };
const long = 'x'.repeat(70_000);

test.each([
  [
    'RangeRequest',
    encodeRange({ key: '/a', end: Buffer.from('/b'), limit: 500, revision: LARGE, countOnly: true }),
    { key: base64('/a'), rangeEnd: base64('/b'), limit: '500', revision: String(LARGE), countOnly: true },
  ],
  ['RangeRequest', encodeRange({ key: Buffer.from([0]) }), { key: 'AA==' }],
  [
    'TxnRequest',
    encodeTxn({ condition: { key: Buffer.from('/a'), modRevision: 0 }, value: Buffer.from(long), lease: LEASE }),
    {
      compare: [{ target: 'Mod', key: base64('/a') }],
      success: [{ requestPut: { key: base64('/a'), value: base64(long), lease: LEASE } }],
      failure: [{ requestRange: { key: base64('/a') } }],
    },
  ],
  [
    'TxnRequest',
    encodeTxn({ condition: { key: Buffer.from(long), modRevision: 300 }, value: undefined }),
    {
      compare: [{ target: 'Mod', key: base64(long), modRevision: '300' }],
      success: [{ requestDeleteRange: { key: base64(long) } }],
      failure: [{ requestRange: { key: base64(long) } }],
    },
  ],
  [
    'TxnRequest',
    encodeTxn({ condition: { key: Buffer.from('k'), version: 2 }, value: Buffer.from('v') }),
    {
      compare: [{ key: base64('k'), version: '2' }],
      success: [{ requestPut: { key: base64('k'), value: base64('v') } }],
      failure: [{ requestRange: { key: base64('k') } }],
    },
  ],
  [
    'WatchRequest',
    encodeWatch({ key: Buffer.from([0]), end: Buffer.from([0]), startRevision: 12, previous: true }),
    { createRequest: { key: 'AA==', rangeEnd: 'AA==', startRevision: '12', prevKv: true } },
  ],
  ['LeaseGrantRequest', encodeLeaseGrant(3660), { TTL: '3660' }],
  ['CompactionRequest', encodeCompaction(LARGE), { revision: String(LARGE) }],
])('%s', (name, framed, expected) => {
  const messages: Buffer[] = [];
  new PrefixReader(message => messages.push(message)).push(framed);
  expect(messages.map(message => read(name, message))).toEqual([expected]);
});

const kv = {
  key: Buffer.from('/a'),
  value: Buffer.from(long),
  modRevision: 300,
  createRevision: 5,
  version: 2,
  lease: LEASE,
};

test('a range', () => {
  const bytes = write('RangeResponse', {
    header,
    kvs: [kv, { ...kv, value: Buffer.alloc(0) }],
    more: true,
    count: 12_345,
  });
  const answer = decodeRange(bytes);
  expect(answer).toMatchObject({ revision: LARGE, more: true, count: 12_345 });
  expect(answer.kvs.map(({ key, revision, version, value }) => [key, revision, version, value.length])).toEqual([
    ['/a', 300, 2, 70_000],
    ['/a', 300, 2, 0],
  ]);
});

test('a transaction that was done, one that was not, and one of an absent key', () => {
  expect(
    decodeTxn(write('TxnResponse', { header, succeeded: true, responses: [{ responsePut: { header } }] })),
  ).toEqual({
    ...{ succeeded: true, revision: LARGE, present: undefined },
  });
  const failed = { header, responses: [{ responseRange: { header, kvs: [kv] } }] };
  expect(decodeTxn(write('TxnResponse', failed))).toMatchObject({
    succeeded: false,
    present: { key: '/a', revision: 300 },
  });
  expect(
    decodeTxn(write('TxnResponse', { header, responses: [{ responseRange: { header } }] })).present,
  ).toBeUndefined();
});

test('events, and the end of a watch', () => {
  const events = [
    { kv, prevKv: { ...kv, modRevision: 299 } },
    { type: 'Delete', kv: { key: kv.key, modRevision: 301 } },
  ];
  const answer = decodeWatch(write('WatchResponse', { header, watchId: 3, created: true, events }));
  expect(answer).toMatchObject({ created: true, cancelled: false, storeRevision: LARGE });
  expect(answer.events.map(event => [event.deleted, event.kv.revision, event.previous?.revision])).toEqual([
    [false, 300, 299],
    [true, 301, undefined],
  ]);
  const end = write('WatchResponse', { header, canceled: true, compactRevision: 40, cancelReason: 'no' });
  expect(decodeWatch(end)).toMatchObject({ cancelled: true, compactRevision: 40, cancelReason: 'no', events: [] });
});

test('a lease', () => {
  expect(decodeLeaseGrant(write('LeaseGrantResponse', { header, ID: LEASE, TTL: 60 }))).toBe(LEASE);
  expect(() => decodeLeaseGrant(write('LeaseGrantResponse', { header, error: 'exists' }))).toThrow('exists');
});

test('what ends early is refused', () => {
  const bytes = write('RangeResponse', { header, kvs: [kv] });
  expect(() => decodeRange(bytes.subarray(0, -1))).toThrow('ends early');
});

test('messages come out of chunks of any size', () => {
  const messages = [Buffer.alloc(0), Buffer.from('a'), Buffer.from(long), Buffer.from('b')];
  const stream = Buffer.concat(messages.map(message => new MessageWriter().raw(message).framed()));
  for (const size of [1, 4, 5, 6, 1_000, stream.length]) {
    const got: string[] = [];
    const reader = new PrefixReader(message => got.push(message.toString()));
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    expect(got).toEqual(messages.map(String));
  }
});
