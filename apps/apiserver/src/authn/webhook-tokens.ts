import type { authenticationv1 } from '@navarch/api';
import { TtlCache, type Clock } from '@navarch/base';
import type { ReviewClient } from '../outbound/review-client';
import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';
import { tokenKey } from './token-chain';

const CACHE_SIZE = 4_096;

/** TOKEN_REVIEW_VERSIONS are those that a webhook may be asked in. */
export const TOKEN_REVIEW_VERSIONS = ['v1beta1', 'v1'] as const;
export type TokenReviewVersion = (typeof TOKEN_REVIEW_VERSIONS)[number];

export interface WebhookTokensOptions {
  readonly client: Pick<ReviewClient, 'ask'>;
  readonly version: TokenReviewVersion;
  /** audiences are this API's own: what a webhook that knows nothing of audiences speaks for. */
  readonly audiences: readonly string[];
  /** ttlMs is how long answers are believed, good and bad ones; failures are not. */
  readonly ttlMs: number;
  readonly clock: Clock;
}

/** WebhookTokens asks a webhook whose a token is. */
export class WebhookTokens implements TokenAuthenticator {
  private readonly cache: TtlCache<string, Promise<authenticationv1.TokenReviewStatus>>;

  constructor(private readonly options: WebhookTokensOptions) {
    this.cache = new TtlCache(options.clock, CACHE_SIZE);
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    return identityOf(await this.review(token, audiences), audiences, this.options.audiences);
  }

  /** review: who asks about a token that is being asked about waits for the same answer. */
  private review(token: string, audiences: readonly string[]): Promise<authenticationv1.TokenReviewStatus> {
    const { client, version, ttlMs } = this.options;
    const key = tokenKey(token, audiences);
    const known = this.cache.get(key);
    if (known) return known;
    const asked = client.ask<authenticationv1.TokenReviewStatus>({
      ...{ kind: 'TokenReview', apiVersion: `authentication.k8s.io/${version}` },
      spec: { token, ...(audiences.length && { audiences }) },
    });
    this.cache.set(key, asked, ttlMs);
    asked.catch(() => this.cache.set(key, asked, 0));
    return asked;
  }
}

/** identityOf is what a webhook's answer says: undefined if it does not know the token. It throws an Error if it found something wrong with it. Pure. */
export function identityOf(
  status: authenticationv1.TokenReviewStatus,
  asked: readonly string[],
  own: readonly string[],
): TokenIdentity | undefined {
  if (!status.authenticated) {
    if (status.error) throw new Error(status.error);
    return undefined;
  }
  const given = status.audiences?.length ? status.audiences : own;
  const audiences = asked.filter(audience => given.includes(audience));
  if (!audiences.length) return undefined;
  const { username, uid, groups = [], extra } = status.user ?? {};
  if (!username) throw new Error('the webhook names no user');
  return { user: { name: username, groups, ...(uid && { uid }), ...(extra && { extra }) }, audiences };
}
