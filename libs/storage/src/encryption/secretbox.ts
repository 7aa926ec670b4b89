import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { randomBytes } from 'node:crypto';
import type { Cipher } from './keyed-transformer';

const NONCE = 24;

/** secretbox seals as a random nonce of 24 bytes and NaCl's box (XSalsa20, Poly1305). A value can be moved, and not changed. */
export const secretbox: Cipher = {
  provider: 'secretbox',
  keyBytes: [32],

  seal(secret, value) {
    const nonce = randomBytes(NONCE);
    return Buffer.concat([nonce, xsalsa20poly1305(secret, nonce).encrypt(value)]);
  },

  open(secret, sealed) {
    return Buffer.from(xsalsa20poly1305(secret, sealed.subarray(0, NONCE)).decrypt(sealed.subarray(NONCE)));
  },
};
