import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';

/** AudienceAgnostic lets tokens that know nothing of audiences hold for this API's own, and for no other. */
export class AudienceAgnostic implements TokenAuthenticator {
  constructor(
    private readonly inner: TokenAuthenticator,
    private readonly own: readonly string[],
  ) {}

  async authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    const common = audiences.filter(audience => this.own.includes(audience));
    if (!common.length) return undefined;
    const identity = await this.inner.authenticateToken(token, audiences);
    return identity && { ...identity, audiences: common };
  }
}
