import type { ValueTransformer } from '../interface';

/** PREFIXED begins every value that any provider encrypted. */
const PREFIXED = Buffer.from('k8s:enc:');

/** identity stores values as they are. It refuses to read what some provider encrypted, rather than to hand it out as an object. */
export const identity: ValueTransformer & Recognizer = {
  toStorage: value => value,
  fromStorage(stored, key) {
    if (!this.recognizes(stored)) throw new Error(`${key} is encrypted and no provider for it is configured`);
    return { value: stored, stale: false };
  },
  recognizes: stored => !startsWith(stored, PREFIXED),
};

/** Recognizer tells a provider's values from others'. */
export interface Recognizer {
  recognizes(stored: Buffer): boolean;
}

/** ProviderChain writes with its first provider and reads with the one that recognizes the value; then it is stale. */
export class ProviderChain implements ValueTransformer {
  constructor(private readonly providers: readonly (ValueTransformer & Recognizer)[]) {
    if (!providers.length) throw new Error('at least one encryption provider is needed');
  }

  toStorage(value: Buffer, key: string): Buffer {
    return this.providers[0]!.toStorage(value, key);
  }

  fromStorage(stored: Buffer, key: string): { value: Buffer; stale: boolean } {
    const provider = this.providers.find(candidate => candidate.recognizes(stored));
    if (!provider) throw new Error(`${key} was stored by a provider that is not configured`);
    const { value, stale } = provider.fromStorage(stored, key);
    return { value, stale: stale || provider !== this.providers[0] };
  }
}

/** startsWith tells whether a value begins with these bytes. */
export function startsWith(value: Buffer, head: Buffer): boolean {
  return value.length >= head.length && value.compare(head, 0, head.length, 0, head.length) === 0;
}
