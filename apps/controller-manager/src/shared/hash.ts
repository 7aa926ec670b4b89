import type { corev1 } from '@navarch/api';
import { canonicalJson } from './equality';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** fnv32a is the 32-bit FNV-1a hash of a text's UTF-8 bytes. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** fnv32 is the 32-bit FNV-1 hash of a text's UTF-8 bytes. */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

/** safeEncode turns digits into letters that form no words, as names with hashes have them. */
export function safeEncode(text: string): string {
  return [...text].map(char => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');
}

/**
 * templateHash is the value of the pod-template-hash label: the same for semantically equal templates, another for each
 * collisionCount. The value itself is an implementation's own, as documented: only equality counts.
 */
export function templateHash(template: corev1.PodTemplateSpec | undefined, collisionCount?: number): string {
  return safeEncode(
    String(fnv32a(canonicalJson(template) + (collisionCount === undefined ? '' : `/${collisionCount}`))),
  );
}
