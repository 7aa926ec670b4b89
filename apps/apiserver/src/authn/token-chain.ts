import { TtlCache, type Clock } from '@navarch/base';
import { createHash } from 'node:crypto';
import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';

const CACHE_MS = 10_000;
const CACHE_SIZE = 4_096;

/** TokenChain asks its authenticators in order. What holds is believed for ten seconds, so that a signature is not checked with each request. */
export class TokenChain implements TokenAuthenticator {
  /** cache by digest: tokens themselves are not kept. */
  private readonly cache: TtlCache<string, TokenIdentity>;

  constructor(
    private readonly authenticators: readonly TokenAuthenticator[],
    clock: Clock,
  ) {
    this.cache = new TtlCache(clock, CACHE_SIZE);
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    const key = tokenKey(token, audiences);
    const known = this.cache.get(key);
    if (known) return known;
    const failures: Error[] = [];
    for (const authenticator of this.authenticators) {
      try {
        const identity = await authenticator.authenticateToken(token, audiences);
        if (!identity) continue;
        this.cache.set(key, identity, CACHE_MS);
        return identity;
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (failures.length) throw failures[0]!;
    return undefined;
  }
}

/** tokenKey stands for a token asked about for these audiences, and gives nothing away. */
export function tokenKey(token: string, audiences: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([token, audiences]))
    .digest('base64');
}
