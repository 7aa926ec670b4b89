import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestPki, eventually, requireProgram, startEtcd, type TestEtcd, type TestPki } from '@navarch/testing';
import { readFileSync } from 'node:fs';
import { EtcdChannel, type EtcdTls } from './channel';
import { decodeRange, decodeTxn, decodeWatch, encodeRange, encodeTxn, encodeWatch } from './messages';

const TXN = '/etcdserverpb.KV/Txn';
const RANGE = '/etcdserverpb.KV/Range';
const WATCH = '/etcdserverpb.Watch/Watch';
const TIMEOUT_MS = 60_000;
const LARGE = 1_400_000;

const all = { key: Buffer.from([0]), end: Buffer.from([0]) };
const put = async (channel: EtcdChannel, key: string, value: Buffer) => {
  const condition = { key: Buffer.from(key), modRevision: 0 };
  return decodeTxn(await channel.unary(TXN, encodeTxn({ condition, value }), TIMEOUT_MS));
};

requireProgram('etcd')('a channel to a real etcd', () => {
  let pki: TestPki;
  beforeAll(async () => {
    pki = await createTestPki();
  });
  afterAll(() => pki.remove());

  describe.each([
    ['in the open', false],
    ['over TLS', true],
  ])('%s', (_, secure) => {
    let etcd: TestEtcd;
    let tls: EtcdTls | undefined;
    let channel: EtcdChannel;
    beforeEach(async () => {
      const client = await pki.issue({ name: 'client' });
      etcd = await startEtcd(secure ? { tls: await pki.issue({ name: 'etcd' }) } : {});
      if (secure)
        tls = { ca: readFileSync(pki.caFile), cert: Buffer.from(client.certPem), key: Buffer.from(client.keyPem) };
      channel = new EtcdChannel(etcd.endpoints[0]!, tls);
    }, 60_000);
    afterEach(async () => {
      channel.close();
      await etcd.stop();
    });

    test('values larger than all windows go through, both ways', async () => {
      const value = (i: number) => Buffer.alloc(LARGE, 97 + i);
      await Promise.all(
        Array.from({ length: 26 }, (_, i) => put(channel, `large${String(i).padStart(2, '0')}`, value(i))),
      );
      const answer = decodeRange(await channel.unary(RANGE, encodeRange(all), TIMEOUT_MS));
      expect(answer.kvs.map(kv => kv.value.equals(value(answer.kvs.indexOf(kv))))).toEqual(Array(26).fill(true));
    }, 60_000);

    test('many calls at once have each its answer', async () => {
      const size = 1_000;
      const answers = await Promise.all(
        Array.from({ length: size }, (_, i) => put(channel, `many${i}`, Buffer.from(`value${i}`))),
      );
      expect(new Set(answers.map(answer => answer.revision)).size).toBe(size);
      const read = await Promise.all(
        Array.from({ length: size }, (_, i) => channel.unary(RANGE, encodeRange({ key: `many${i}` }), TIMEOUT_MS)),
      );
      expect(read.map(bytes => String(decodeRange(bytes).kvs[0]?.value))).toEqual(
        Array.from({ length: size }, (_, i) => `value${i}`),
      );
    }, 60_000);

    test('what etcd refuses is told in its words, before it has read all of it', async () => {
      await expect(put(channel, 'a', Buffer.alloc(1_600_000))).rejects.toThrow(
        '3 INVALID_ARGUMENT: etcdserver: request is too large',
      );
      await expect(put(channel, 'a', Buffer.alloc(20_000_000))).rejects.toThrow('8 RESOURCE_EXHAUSTED: ');
      expect((await put(channel, 'a', Buffer.from('small'))).succeeded).toBe(true);
    }, 60_000);

    test('a watch delivers until it is cancelled, and the connection goes on', async () => {
      const keys: string[] = [];
      let onKey: () => void = () => undefined;
      const reach = (count: number) =>
        new Promise<void>(resolve => {
          onKey = () => keys.length >= count && resolve();
          onKey();
        });
      const stream = await channel.stream(
        WATCH,
        encodeWatch({ ...all, startRevision: 1 }),
        message => {
          keys.push(...decodeWatch(message).events.map(event => event.kv.key));
          onKey();
        },
        error => keys.push(`ended: ${String(error)}`),
      );
      await put(channel, 'a', Buffer.alloc(LARGE));
      await put(channel, 'b', Buffer.alloc(10));
      await reach(2);
      stream.cancel();
      await put(channel, 'c', Buffer.alloc(10));
      await put(channel, 'd', Buffer.alloc(10));
      expect(keys).toEqual(['a', 'b']);
    }, 60_000);

    test('etcd killed amid calls: each is answered or fails, none twice, and a new connection is made', async () => {
      await put(channel, 'first', Buffer.alloc(10));
      const calls = Array.from({ length: 200 }, (_, i) => put(channel, `k${i}`, Buffer.alloc(100_000)));
      const settled = Promise.allSettled(calls);
      await Promise.any(calls);
      etcd.kill();
      const failed = (await settled).filter(each => each.status === 'rejected');
      for (const { reason } of failed) expect(reason).toMatchObject({ code: 14 });
      await etcd.restart();
      const again = await eventually(() => put(channel, 'again', Buffer.alloc(10)), { timeoutMs: TIMEOUT_MS });
      expect(again.succeeded).toBe(true);
    }, 60_000);

    test('a client of the other kind gets no connection', async () => {
      const { port } = new URL(etcd.endpoints[0]!);
      const other = new EtcdChannel(`${secure ? 'http' : 'https'}://127.0.0.1:${port}`, undefined);
      await expect(put(other, 'a', Buffer.alloc(1))).rejects.toThrow('14 UNAVAILABLE: No connection established: ');
      other.close();
    }, 60_000);
  });
});
