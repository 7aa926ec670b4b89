import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Cipher } from './keyed-transformer';

const BLOCK = 16;

/**
 * aesCbc seals as a random first block and the ciphertext, padded by PKCS #7. Nothing is authenticated: who can write to etcd can
 * change or move a value, and what comes out may be anything. It is there for clusters that have it already; aesgcm and secretbox are better.
 */
export const aesCbc: Cipher = {
  provider: 'aescbc',
  keyBytes: [16, 24, 32],

  seal(secret, value) {
    const first = randomBytes(BLOCK);
    const aes = createCipheriv(algorithm(secret), secret, first);
    return Buffer.concat([first, aes.update(value), aes.final()]);
  },

  open(secret, sealed) {
    if (sealed.length < 2 * BLOCK) throw new Error('too short');
    const aes = createDecipheriv(algorithm(secret), secret, sealed.subarray(0, BLOCK));
    return Buffer.concat([aes.update(sealed.subarray(BLOCK)), aes.final()]);
  },
};

const algorithm = (secret: Buffer) => `aes-${secret.length * 8}-cbc`;
