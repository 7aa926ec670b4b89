import type { Clock } from '@navarch/base';
import { createHash } from 'node:crypto';
import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';

const CACHE_MS = 10_000;
const CACHE_SIZE = 4_096;

/** TokenChain asks its authenticators in order. What holds is believed for ten seconds, so that a signature is not checked with each request. */
export class TokenChain implements TokenAuthenticator {
  /** cache by digest, oldest first; at most CACHE_SIZE entries. Tokens themselves are not kept. */
  private readonly cache = new Map<string, { identity: TokenIdentity; until: number }>();

  constructor(
    private readonly authenticators: readonly TokenAuthenticator[],
    private readonly clock: Clock,
  ) {}

  async authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    const key = createHash('sha256')
      .update(JSON.stringify([token, audiences]))
      .digest('base64');
    const known = this.cache.get(key);
    if (known && known.until > this.clock.now()) return known.identity;
    const failures: Error[] = [];
    for (const authenticator of this.authenticators) {
      try {
        const identity = await authenticator.authenticateToken(token, audiences);
        if (!identity) continue;
        this.remember(key, identity);
        return identity;
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (failures.length) throw failures[0]!;
    return undefined;
  }

  private remember(key: string, identity: TokenIdentity): void {
    this.cache.delete(key);
    this.cache.set(key, { identity, until: this.clock.now() + CACHE_MS });
    if (this.cache.size > CACHE_SIZE) this.cache.delete(this.cache.keys().next().value!);
  }
}
