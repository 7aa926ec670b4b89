import { describe, expect, test } from '@jest/globals';
import { aesCbc } from './aes-cbc';
import { aesGcm } from './aes-gcm';
import { transformerFor, transformersFromConfig } from './config';
import { KeyedTransformer, type EncryptionKey } from './keyed-transformer';
import { secretbox } from './secretbox';
import storedByKubernetes from './stored-by-kubernetes.json' with { type: 'json' };
import { identity } from './transformers';

const key = (name: string, fill: number, length = 32) => ({ name, secret: Buffer.alloc(length, fill) });
const value = Buffer.from('{"kind":"Secret"}\n');

const CIPHERS = [
  { cipher: aesGcm, lengths: [16, 24, 32], adds: 12 + 16 },
  { cipher: aesCbc, lengths: [16, 24, 32], adds: 16 + 14 },
  { cipher: secretbox, lengths: [32], adds: 24 + 16 },
];

describe.each(CIPHERS)('$cipher.provider', ({ cipher, lengths, adds }) => {
  const withKeys = (...keys: EncryptionKey[]) => new KeyedTransformer(cipher, keys);

  test.each(lengths)('with a key of %i bytes reads what it wrote, each time otherwise', length => {
    const one = withKeys(key('a', 1, length));
    const stored = one.toStorage(value, '/registry/secrets/x');
    expect(stored.length).toBe(`k8s:enc:${cipher.provider}:v1:a:`.length + adds + value.length);
    expect(one.fromStorage(stored, '/registry/secrets/x')).toEqual({ value, stale: false });
    expect(one.toStorage(value, '/registry/secrets/x').equals(stored)).toBe(false);
  });

  test('another key, and a cut value, are refused', () => {
    const stored = withKeys(key('a', 1)).toStorage(value, 'k');
    for (const length of [20, 30, 50]) {
      expect(() => withKeys(key('a', 1)).fromStorage(stored.subarray(0, length), 'k')).toThrow();
    }
    expect(() => withKeys(key('b', 1)).fromStorage(stored, 'k')).toThrow('not configured');
  });

  test('after a rotation the older key reads, and what it reads is stale', () => {
    const stored = withKeys(key('old', 1)).toStorage(value, 'k');
    expect(withKeys(key('new', 2), key('old', 1)).fromStorage(stored, 'k')).toEqual({ value, stale: true });
    expect(() => withKeys(key('new', 2)).fromStorage(stored, 'k')).toThrow('not configured');
  });

  test.each([
    ['no keys', []],
    ['a short key', [key('a', 1, 15)]],
    ['a colon in a name', [key('a:b', 1)]],
    ['one name twice', [key('a', 1), key('a', 2)]],
  ])('refuses %s', (_, keys) => {
    expect(() => withKeys(...keys)).toThrow(cipher.provider);
  });
});

test.each([aesGcm, secretbox])('$provider refuses a value with any bit flipped', cipher => {
  const one = new KeyedTransformer(cipher, [key('a', 1)]);
  const stored = one.toStorage(value, 'k');
  for (let i = 0; i < stored.length; i++) {
    const changed = Buffer.from(stored);
    changed[i]! ^= 1;
    expect(() => one.fromStorage(changed, 'k')).toThrow();
  }
});

test('aesgcm refuses a value that was moved', () => {
  const one = new KeyedTransformer(aesGcm, [key('a', 1)]);
  const stored = one.toStorage(value, '/registry/secrets/x');
  expect(() => one.fromStorage(stored, '/registry/secrets/y')).toThrow('cannot be decrypted');
});

test.each(storedByKubernetes)('a value that kube-apiserver v1.20.2 stored with $provider is read', recorded => {
  const cipher = CIPHERS.find(one => one.cipher.provider === recorded.provider)!.cipher;
  const one = new KeyedTransformer(cipher, [key(recorded.keyName, 7)]);
  const object = one.fromStorage(Buffer.from(recorded.stored, 'base64'), recorded.key).value;
  expect(JSON.parse(object.toString())).toMatchObject({ kind: recorded.kind, metadata: { name: 'v' } });
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
    ['resources[0].providers[0]', config({ resources: ['secrets'], providers: [{ kms: {} }] })],
    ['resources[0].providers[0].secretbox.keys', config({ resources: ['secrets'], providers: [{ secretbox: {} }] })],
    [
      'resources[0].providers[0].aesgcm.keys[0].secret',
      config({ resources: ['secrets'], providers: [{ aesgcm: { keys: [{ name: 'a' }] } }] }),
    ],
  ])('names the field that is wrong: %s', (field, document) => {
    expect(() => transformersFromConfig(document)).toThrow(field);
  });
});
