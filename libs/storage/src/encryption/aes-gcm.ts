import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ValueTransformer } from '../interface';

/** EncryptionKey is a named AES key of 16, 24 or 32 bytes. */
export interface EncryptionKey {
  readonly name: string;
  readonly secret: Buffer;
}

const PREFIX = 'k8s:enc:aesgcm:v1:';
const NONCE = 12;
const TAG = 16;

/**
 * AesGcmTransformer encrypts values as Kubernetes' aesgcm provider stores them: `k8s:enc:aesgcm:v1:<key name>:`, a random nonce
 * of 12 bytes, the ciphertext, the tag; the etcd key is authenticated with it, so that a value cannot be moved. The first key
 * writes, all read; what another than the first wrote is stale. Random nonces bound a key to some 2^32 writes: rotate it.
 */
export class AesGcmTransformer implements ValueTransformer {
  private readonly keys: readonly { head: Buffer; cipher: string; secret: Buffer }[];

  constructor(keys: readonly EncryptionKey[]) {
    if (!keys.length) throw new Error('aesgcm needs at least one key');
    this.keys = keys.map(({ name, secret }) => {
      if (!/^[^:\s]+$/.test(name))
        throw new Error(`aesgcm key name ${JSON.stringify(name)} is empty or has a colon or space in it`);
      if (![16, 24, 32].includes(secret.length)) throw new Error(`aesgcm key ${name} must have 16, 24 or 32 bytes`);
      return { head: Buffer.from(`${PREFIX}${name}:`), cipher: `aes-${secret.length * 8}-gcm`, secret };
    });
    if (new Set(keys.map(key => key.name)).size < keys.length) throw new Error('aesgcm key names must differ');
  }

  toStorage(value: Buffer, key: string): Buffer {
    const { head, cipher, secret } = this.keys[0]!;
    const nonce = randomBytes(NONCE);
    const aes = createCipheriv(cipher as 'aes-256-gcm', secret, nonce, { authTagLength: TAG });
    aes.setAAD(Buffer.from(key));
    return Buffer.concat([head, nonce, aes.update(value), aes.final(), aes.getAuthTag()]);
  }

  fromStorage(stored: Buffer, key: string): { value: Buffer; stale: boolean } {
    const index = this.keys.findIndex(({ head }) => startsWith(stored, head));
    if (index < 0) throw new Error(`${key} is encrypted with a key that is not configured`);
    const { head, cipher, secret } = this.keys[index]!;
    const body = stored.subarray(head.length);
    if (body.length < NONCE + TAG) throw new Error(`${key} cannot be decrypted: too short`);
    const aes = createDecipheriv(cipher as 'aes-256-gcm', secret, body.subarray(0, NONCE), { authTagLength: TAG });
    aes.setAAD(Buffer.from(key));
    aes.setAuthTag(body.subarray(body.length - TAG));
    try {
      return { value: Buffer.concat([aes.update(body.subarray(NONCE, -TAG)), aes.final()]), stale: index > 0 };
    } catch (error) {
      throw new Error(`${key} cannot be decrypted: it was changed, moved, or written with another key`, {
        cause: error,
      });
    }
  }

  /** recognizes tells whether a stored value is this provider's. */
  recognizes(stored: Buffer): boolean {
    return startsWith(stored, Buffer.from(PREFIX));
  }
}

function startsWith(value: Buffer, head: Buffer): boolean {
  return value.length >= head.length && value.compare(head, 0, head.length, 0, head.length) === 0;
}
