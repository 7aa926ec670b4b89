import type { ValueTransformer } from '../interface';
import { startsWith, type Recognizer } from './transformers';

/** EncryptionKey is a named key; how long its secret is depends on the cipher. */
export interface EncryptionKey {
  readonly name: string;
  readonly secret: Buffer;
}

/** Cipher is what a provider does with one key: its part of `k8s:enc:<provider>:v1:<key name>:<sealed>`. */
export interface Cipher {
  readonly provider: string;
  /** keyBytes are the lengths that a secret may have. */
  readonly keyBytes: readonly number[];
  /** seal makes a value unreadable; key is where it will be stored. */
  seal(secret: Buffer, value: Buffer, key: string): Buffer;
  /** open is the value that was sealed. Throws if it was not sealed so, as far as the cipher can tell. */
  open(secret: Buffer, sealed: Buffer, key: string): Buffer;
}

/**
 * KeyedTransformer encrypts values with a cipher as Kubernetes' provider of that name stores them. The first key writes, all
 * read; what another than the first wrote is stale.
 */
export class KeyedTransformer implements ValueTransformer, Recognizer {
  private readonly prefix: Buffer;
  private readonly keys: readonly { head: Buffer; secret: Buffer }[];

  constructor(
    private readonly cipher: Cipher,
    keys: readonly EncryptionKey[],
  ) {
    const { provider, keyBytes } = cipher;
    if (!keys.length) throw new Error(`${provider} needs at least one key`);
    this.prefix = Buffer.from(`k8s:enc:${provider}:v1:`);
    this.keys = keys.map(({ name, secret }) => {
      if (!/^[^:\s]+$/.test(name))
        throw new Error(`${provider} key name ${JSON.stringify(name)} is empty or has a colon or space in it`);
      if (!keyBytes.includes(secret.length))
        throw new Error(`${provider} key ${name} must have ${keyBytes.join(' or ')} bytes`);
      return { head: Buffer.from(`${this.prefix.toString()}${name}:`), secret };
    });
    if (new Set(keys.map(key => key.name)).size < keys.length) throw new Error(`${provider} key names must differ`);
  }

  toStorage(value: Buffer, key: string): Buffer {
    const { head, secret } = this.keys[0]!;
    return Buffer.concat([head, this.cipher.seal(secret, value, key)]);
  }

  fromStorage(stored: Buffer, key: string): { value: Buffer; stale: boolean } {
    const index = this.keys.findIndex(({ head }) => startsWith(stored, head));
    if (index < 0) throw new Error(`${key} is encrypted with a key that is not configured`);
    const { head, secret } = this.keys[index]!;
    try {
      return { value: this.cipher.open(secret, stored.subarray(head.length), key), stale: index > 0 };
    } catch (error) {
      throw new Error(`${key} cannot be decrypted: it was changed, moved, or written with another key`, {
        cause: error,
      });
    }
  }

  recognizes(stored: Buffer): boolean {
    return startsWith(stored, this.prefix);
  }
}
