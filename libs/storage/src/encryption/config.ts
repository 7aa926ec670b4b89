import type { ValueTransformer } from '../interface';
import { aesCbc } from './aes-cbc';
import { aesGcm } from './aes-gcm';
import { KeyedTransformer, type Cipher } from './keyed-transformer';
import { secretbox } from './secretbox';
import { ProviderChain, identity, type Recognizer } from './transformers';

const CIPHERS: ReadonlyMap<string, Cipher> = new Map([aesGcm, aesCbc, secretbox].map(one => [one.provider, one]));

/** ResourceTransformer says with what the values of some resources are transformed. */
export interface ResourceTransformer {
  /** resources are `resource` or `resource.group`, with `*.group`, `*.` (the core group) and `*.*` as wildcards. */
  readonly resources: readonly string[];
  readonly transformer: ValueTransformer;
}

/**
 * transformersFromConfig reads an EncryptionConfiguration (apiserver.config.k8s.io/v1), already parsed from its YAML. The first
 * entry that names a resource counts (see transformerFor). Providers: aesgcm, aescbc, secretbox and identity. Throws an Error that names the field.
 */
export function transformersFromConfig(document: unknown): ResourceTransformer[] {
  const config = object(document, 'the EncryptionConfiguration');
  if (config['kind'] !== 'EncryptionConfiguration') throw new Error('kind: must be EncryptionConfiguration');
  if (config['apiVersion'] !== 'apiserver.config.k8s.io/v1')
    throw new Error('apiVersion: must be apiserver.config.k8s.io/v1');
  return list(config['resources'], 'resources').map((item, i) => {
    const at = `resources[${i}]`;
    const entry = object(item, at);
    const resources = list(entry['resources'], `${at}.resources`).map((name, j) => text(name, `${at}.resources[${j}]`));
    const providers = list(entry['providers'], `${at}.providers`).map((p, j) => provider(p, `${at}.providers[${j}]`));
    return { resources, transformer: new ProviderChain(providers) };
  });
}

/** transformerFor is the transformer of a resource (plural name, group), undefined if none is configured. */
export function transformerFor(
  transformers: readonly ResourceTransformer[],
  resource: string,
  group: string,
): ValueTransformer | undefined {
  const names = [group ? `${resource}.${group}` : resource, `*.${group}`, '*.*'];
  return transformers.find(({ resources }) => resources.some(name => names.includes(name)))?.transformer;
}

function provider(item: unknown, at: string): ValueTransformer & Recognizer {
  const entry = object(item, at);
  const [name, ...more] = Object.keys(entry);
  if (name === undefined || more.length) throw new Error(`${at}: must name exactly one provider`);
  if (name === 'identity') return identity;
  const cipher = CIPHERS.get(name);
  if (!cipher) {
    const known = [...CIPHERS.keys()].join(', ');
    throw new Error(`${at}: provider ${JSON.stringify(name)} is not supported: use ${known} or identity`);
  }
  const keys = list(object(entry[name], `${at}.${name}`)['keys'], `${at}.${name}.keys`).map((key, i) => {
    const where = `${at}.${name}.keys[${i}]`;
    const fields = object(key, where);
    return {
      name: text(fields['name'], `${where}.name`),
      secret: Buffer.from(text(fields['secret'], `${where}.secret`), 'base64'),
    };
  });
  return new KeyedTransformer(cipher, keys);
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${at}: must be an object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value) || !value.length) throw new Error(`${at}: must be a list with something in it`);
  return value as unknown[];
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || !value) throw new Error(`${at}: must be a text`);
  return value;
}
