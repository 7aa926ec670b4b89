import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock, type Clock } from '@navarch/base';
import { createTestPki, requireProgram, startEtcd, startProxy, type TestEtcd, type TestProxy } from '@navarch/testing';
import { createBackend } from './backend';
import { aesGcm } from './encryption/aes-gcm';
import { KeyedTransformer } from './encryption/keyed-transformer';
import { EtcdClient } from './etcd3/client';
import type { StorageBackend } from './interface';
import { Recorder } from './testsuite/recorder';
import { widget, widgets } from './testsuite/resource';

const at = (name: string) => ({ namespace: 'ns', name });
const config = widgets('faults');

requireProgram('etcd')('the watch cache behind a failing network', () => {
  let etcd: TestEtcd;
  let proxy: TestProxy;
  let backend: StorageBackend;
  /** direct has its own way to etcd. */
  let direct: StorageBackend;
  beforeEach(async () => {
    etcd = await startEtcd();
    proxy = await startProxy(Number(new URL(etcd.endpoints[0]!).port));
    backend = createBackend({ endpoints: [`http://127.0.0.1:${proxy.port}`], compactionIntervalMs: 0 });
    direct = createBackend({ endpoints: etcd.endpoints, cached: false, compactionIntervalMs: 0 });
  }, 30_000);
  afterEach(async () => {
    await backend.close();
    await direct.close();
    await proxy.stop();
    await etcd.stop();
  }, 30_000);

  test('a gap that etcd has forgotten ends the watches with 410 and begins the cache anew', async () => {
    const [storage, theirs] = [backend.storage(config), direct.storage(config)];
    await backend.ready();
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    const recorder = await Recorder.start(storage, { predicate: {}, after: a.revision - 1, bookmarks: true });
    await recorder.reach(a.revision);
    proxy.cut();
    await theirs.delete(at('a'));
    const b = (await theirs.create(at('b'), widget('ns', 'b')))!;
    const client = new EtcdClient({ endpoints: etcd.endpoints });
    await client.compact(b.revision);
    client.close();
    proxy.heal();
    await recorder.until(({ ended }) => ended !== undefined, 'the end');
    expect(recorder.ended!.error).toMatchObject({
      code: 410,
      message: expect.stringMatching(/^too old resource version: /),
    });
    expect(recorder.all.map(notice => notice.type)).toEqual(['ADDED']);
    const list = await storage.list({ predicate: {} });
    expect(list.entries.map(entry => entry.name)).toEqual(['b']);
    await expect(storage.watch({ predicate: {}, after: a.revision }, recorder)).rejects.toMatchObject({ code: 410 });
    const next = await Recorder.start(storage, { predicate: {}, after: list.revision });
    const c = (await theirs.create(at('c'), widget('ns', 'c')))!;
    await next.reach(c.revision);
    expect(next.events).toEqual([`ADDED c@${c.revision}`]);
  }, 60_000);

  test('what was written while the connection was cut arrives once, in order', async () => {
    const [storage, theirs] = [backend.storage(config), direct.storage(config)];
    await backend.ready();
    const recorder = await Recorder.start(storage, { predicate: {}, after: await storage.revision() });
    const want: string[] = [];
    for (let round = 0; round < 5; round++) {
      proxy.cut();
      for (let i = 0; i < 3; i++) {
        const made = (await theirs.create(at(`w${round}-${i}`), widget('ns', `w${round}-${i}`)))!;
        want.push(`ADDED ${made.name}@${made.revision}`);
      }
      proxy.heal();
    }
    await recorder.until(({ events }) => events.length >= want.length);
    expect(recorder.events).toEqual(want);
    recorder.watch.stop();
  }, 60_000);

  test.each(['cut', 'freeze'] as const)(
    'fault %s: requests and the feed go on to the next member',
    async fault => {
      const second = await startProxy(Number(new URL(etcd.endpoints[0]!).port));
      const endpoints = [proxy, second].map(({ port }) => `http://127.0.0.1:${port}`);
      const both = createBackend({ endpoints, compactionIntervalMs: 0, timeoutMs: 1_000 });
      const storage = both.storage(config);
      await both.ready();
      const recorder = await Recorder.start(storage, { predicate: {}, after: await storage.revision() });
      proxy[fault]();
      const made = (await direct.storage(config).create(at('a'), widget('ns', 'a')))!;
      expect((await storage.list({ predicate: {} })).entries.map(entry => entry.revision)).toEqual([made.revision]);
      await recorder.reach(made.revision);
      const more = (await storage.create(at('b'), widget('ns', 'b')))!;
      await recorder.reach(more.revision);
      expect(recorder.events).toEqual([`ADDED a@${made.revision}`, `ADDED b@${more.revision}`]);
      await both.close();
      await second.stop();
    },
    60_000,
  );

  test('a feed that hangs is noticed though nobody reads', async () => {
    const second = await startProxy(Number(new URL(etcd.endpoints[0]!).port));
    const endpoints = [proxy, second].map(({ port }) => `http://127.0.0.1:${port}`);
    const hurried: Clock = {
      now: () => systemClock.now(),
      after: (ms, fn) => systemClock.after(ms / 20, fn),
      sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
    };
    const both = createBackend({ endpoints, clock: hurried, compactionIntervalMs: 0, timeoutMs: 500 });
    const storage = both.storage(config);
    await both.ready();
    const recorder = await Recorder.start(storage, { predicate: {}, after: await storage.revision() });
    proxy.freeze();
    const made = (await direct.storage(config).create(at('a'), widget('ns', 'a')))!;
    await recorder.reach(made.revision);
    recorder.watch.stop();
    await both.close();
    await second.stop();
  }, 60_000);

  test('a resource that is opened later is loaded, joins the feed, and can be released', async () => {
    const theirs = direct.storage(widgets('later'));
    await backend.ready();
    for (let i = 0; i < 5; i++) await theirs.create(at(`w${i}`), widget('ns', `w${i}`));
    const storage = backend.storage(widgets('later'));
    expect((await storage.list({ predicate: {} })).entries).toHaveLength(5);
    const recorder = await Recorder.start(storage, { predicate: { name: 'w5' } });
    const w5 = (await theirs.create(at('w5'), widget('ns', 'w5')))!;
    await recorder.reach(w5.revision);
    backend.release(storage.config.prefix);
    expect([recorder.events, recorder.ended]).toEqual([[`ADDED w5@${w5.revision}`], {}]);
    expect((await backend.storage(widgets('later')).list({ predicate: {} })).entries).toHaveLength(6);
  }, 30_000);

  test('encrypted values: etcd has no plain text, a moved value does not decrypt, one bad object hides no other', async () => {
    const aes = new KeyedTransformer(aesGcm, [{ name: 'k1', secret: Buffer.alloc(32, 7) }]);
    for (const each of [backend, direct]) each.transform(config.prefix, aes);
    const [storage, theirs] = [backend.storage(config), direct.storage(config)];
    await backend.ready();
    const made = (await storage.create(at('a'), widget('ns', 'a', { text: 'secret' })))!;
    await storage.create(at('b'), widget('ns', 'b'));
    const client = new EtcdClient({ endpoints: etcd.endpoints });
    const stored = (await client.range({ key: made.key })).kvs[0]!.value;
    expect([stored.toString('latin1').slice(0, 21), stored.includes('secret')]).toEqual([
      'k8s:enc:aesgcm:v1:k1:',
      false,
    ]);
    expect((await theirs.get(at('a')))!.json).toEqual(made.json);
    await client.swap({ key: made.key.replace(/a$/, 'moved'), expected: 0, value: stored });
    client.close();
    await expect(theirs.get(at('moved'))).rejects.toThrow('cannot be decrypted');
    expect((await storage.list({ predicate: {} })).entries.map(entry => entry.name)).toEqual(['a', 'b']);
    const again = await storage.guaranteedUpdate(at('a'), current => structuredClone(current!.object()));
    expect(again.revision).toBe(made.revision);
  }, 30_000);

  test('a value written with an older key is written anew though its object is the same', async () => {
    const keys = [1, 2].map(n => ({ name: `k${n}`, secret: Buffer.alloc(32, n) }));
    direct.transform(config.prefix, new KeyedTransformer(aesGcm, keys));
    backend.transform(config.prefix, new KeyedTransformer(aesGcm, keys.toReversed()));
    const old = (await direct.storage(config).create(at('a'), widget('ns', 'a')))!;
    const storage = backend.storage(config);
    const rewritten = await storage.guaranteedUpdate(at('a'), current => structuredClone(current!.object()));
    expect(rewritten.revision).toBeGreaterThan(old.revision);
    expect((await storage.guaranteedUpdate(at('a'), current => structuredClone(current!.object()))).revision).toBe(
      rewritten.revision,
    );
  }, 30_000);
});

requireProgram('etcd')('etcd over TLS', () => {
  test('needs the client certificate', async () => {
    const pki = await createTestPki();
    const server = await pki.issue({ name: 'etcd' });
    const client = await pki.issue({ name: 'system:apiserver' });
    const etcd = await startEtcd({ tls: server });
    const tls = { ca: readFileSync(pki.caFile), cert: Buffer.from(client.certPem), key: Buffer.from(client.keyPem) };
    const backend = createBackend({ endpoints: etcd.endpoints, tls });
    const stranger = createBackend({ endpoints: etcd.endpoints, tls: { ca: tls.ca }, cached: false });
    const storage = backend.storage(config);
    await backend.ready();
    await storage.create(at('a'), widget('ns', 'a'));
    expect((await storage.get(at('a')))!.name).toBe('a');
    await expect(stranger.healthy()).rejects.toMatchObject({ code: 503 });
    await backend.close();
    await stranger.close();
    await etcd.stop();
    pki.remove();
  }, 30_000);
});
