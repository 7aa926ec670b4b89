import { describe, expect, test } from '@jest/globals';
import { AesGcmTransformer } from './aes-gcm';
import { transformerFor, transformersFromConfig } from './config';
import { identity } from './transformers';

const key = (name: string, fill: number, length = 32) => ({ name, secret: Buffer.alloc(length, fill) });
const value = Buffer.from('{"kind":"Secret"}\n');

describe('AesGcmTransformer', () => {
  test.each([16, 24, 32])('with a key of %i bytes reads what it wrote, under the same etcd key only', length => {
    const aes = new AesGcmTransformer([key('a', 1, length)]);
    const stored = aes.toStorage(value, '/registry/secrets/x');
    expect(stored.length).toBe('k8s:enc:aesgcm:v1:a:'.length + 12 + value.length + 16);
    expect(aes.fromStorage(stored, '/registry/secrets/x')).toEqual({ value, stale: false });
    expect(() => aes.fromStorage(stored, '/registry/secrets/y')).toThrow('cannot be decrypted');
    expect(aes.toStorage(value, '/registry/secrets/x').equals(stored)).toBe(false);
  });

  test('any flipped bit, and a cut value, are refused', () => {
    const aes = new AesGcmTransformer([key('a', 1)]);
    const stored = aes.toStorage(value, 'k');
    for (let i = 0; i < stored.length; i++) {
      const changed = Buffer.from(stored);
      changed[i]! ^= 1;
      expect(() => aes.fromStorage(changed, 'k')).toThrow();
    }
    expect(() => aes.fromStorage(stored.subarray(0, 30), 'k')).toThrow('too short');
  });

  test('after a rotation the older key reads, and what it reads is stale', () => {
    const stored = new AesGcmTransformer([key('old', 1)]).toStorage(value, 'k');
    const rotated = new AesGcmTransformer([key('new', 2), key('old', 1)]);
    expect(rotated.fromStorage(stored, 'k')).toEqual({ value, stale: true });
    expect(() => new AesGcmTransformer([key('new', 2)]).fromStorage(stored, 'k')).toThrow('not configured');
  });

  test.each([
    ['no keys', []],
    ['a short key', [key('a', 1, 15)]],
    ['a colon in a name', [key('a:b', 1)]],
    ['one name twice', [key('a', 1), key('a', 2)]],
  ])('refuses %s', (_, keys) => {
    expect(() => new AesGcmTransformer(keys)).toThrow();
  });
});

const secret = Buffer.alloc(32, 3).toString('base64');
const aesgcm = { aesgcm: { keys: [{ name: 'k', secret }] } };
const config = (...resources: unknown[]) => ({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'EncryptionConfiguration',
  resources,
});

describe('transformersFromConfig', () => {
  test('the first entry that names a resource counts', () => {
    const all = transformersFromConfig(
      config(
        { resources: ['secrets', 'widgets.example.com'], providers: [aesgcm, { identity: {} }] },
        { resources: ['*.example.com', '*.'], providers: [{ identity: {} }] },
      ),
    );
    const writes = (resource: string, group: string) =>
      transformerFor(all, resource, group)?.toStorage(value, 'k').subarray(0, 8).toString();
    expect(writes('secrets', '')).toBe('k8s:enc:');
    expect(writes('widgets', 'example.com')).toBe('k8s:enc:');
    expect(writes('gadgets', 'example.com')).toBe('{"kind":');
    expect(writes('pods', '')).toBe('{"kind":');
    expect(writes('deployments', 'apps')).toBeUndefined();
  });

  test('plain values are read beside encrypted ones, as stale; turned off, encrypted ones are', () => {
    const on = transformersFromConfig(config({ resources: ['*.*'], providers: [aesgcm, { identity: {} }] }))[0]!
      .transformer;
    const off = transformersFromConfig(config({ resources: ['*.*'], providers: [{ identity: {} }, aesgcm] }))[0]!
      .transformer;
    expect(on.fromStorage(value, 'k')).toEqual({ value, stale: true });
    expect(off.fromStorage(on.toStorage(value, 'k'), 'k')).toEqual({ value, stale: true });
    expect(off.fromStorage(value, 'k')).toEqual({ value, stale: false });
    expect(() => identity.fromStorage(on.toStorage(value, 'k'), 'k')).toThrow('encrypted');
  });

  test.each([
    ['kind', { kind: 'Other' }],
    ['apiVersion', { kind: 'EncryptionConfiguration', apiVersion: 'v1' }],
    ['resources', config()],
    ['resources[0].providers', config({ resources: ['secrets'], providers: [] })],
    ['resources[0].providers[0]', config({ resources: ['secrets'], providers: [{ secretbox: {} }] })],
    [
      'resources[0].providers[0].aesgcm.keys[0].secret',
      config({ resources: ['secrets'], providers: [{ aesgcm: { keys: [{ name: 'a' }] } }] }),
    ],
  ])('names the field that is wrong: %s', (field, document) => {
    expect(() => transformersFromConfig(document)).toThrow(field);
  });
});
