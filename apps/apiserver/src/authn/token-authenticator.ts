import type { UserInfo } from '@navarch/apimachinery';

/** TokenIdentity is whom a token stands for, and for which of the audiences asked about. */
export interface TokenIdentity {
  readonly user: UserInfo;
  readonly audiences?: readonly string[];
  /** warning is what who uses the token should be told. */
  readonly warning?: string;
}

/**
 * TokenAuthenticator knows one kind of token. It answers undefined for tokens that are not of its kind, and throws an Error
 * that says why for one that is and does not hold.
 */
export interface TokenAuthenticator {
  authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined>;
}
