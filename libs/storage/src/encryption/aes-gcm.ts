import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Cipher } from './keyed-transformer';

const NONCE = 12;
const TAG = 16;

/**
 * aesGcm seals as a random nonce of 12 bytes, the ciphertext, the tag; the etcd key is authenticated with it, so that a value
 * cannot be moved. Random nonces bound a key to some 2^32 writes: rotate it.
 */
export const aesGcm: Cipher = {
  provider: 'aesgcm',
  keyBytes: [16, 24, 32],

  seal(secret, value, key) {
    const nonce = randomBytes(NONCE);
    const aes = createCipheriv(algorithm(secret), secret, nonce, { authTagLength: TAG });
    aes.setAAD(Buffer.from(key));
    return Buffer.concat([nonce, aes.update(value), aes.final(), aes.getAuthTag()]);
  },

  open(secret, sealed, key) {
    if (sealed.length < NONCE + TAG) throw new Error('too short');
    const aes = createDecipheriv(algorithm(secret), secret, sealed.subarray(0, NONCE), { authTagLength: TAG });
    aes.setAAD(Buffer.from(key));
    aes.setAuthTag(sealed.subarray(-TAG));
    return Buffer.concat([aes.update(sealed.subarray(NONCE, -TAG)), aes.final()]);
  },
};

const algorithm = (secret: Buffer) => `aes-${secret.length * 8}-gcm` as 'aes-256-gcm';
