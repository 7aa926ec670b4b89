import type { authorizationv1 } from '@navarch/api';
import type { AuthorizationAttributes, Authorizer, Decision } from '@navarch/apiserver-runtime';
import { TtlCache, type Clock, type Logger } from '@navarch/base';
import type { Expression } from '../../config-files/expression';
import type { ReviewClient } from '../../outbound/review-client';
import { accessReview, decisionOf, type AccessReviewVersion } from './access-review';

const CACHE_SIZE = 16_384;
/** Requests that take more to describe than this are not remembered: a cache of large keys would be one of large memory. */
const MAX_KEY = 10_000;

/** WebhookSettings say how a webhook is asked and how long its answers are believed. */
export interface WebhookSettings {
  readonly kubeconfig: string;
  readonly version: AccessReviewVersion;
  readonly timeoutMs: number;
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
  /** conditions: the webhook is asked only about requests for which all are true, of the review's `spec` as `request`. */
  readonly conditions: readonly Expression[];
  /** onFailure is the decision when the webhook cannot be asked. */
  readonly onFailure: 'no opinion' | 'deny';
}

/** WebhookAuthorizer asks a webhook by a SubjectAccessReview. */
export class WebhookAuthorizer implements Authorizer {
  private readonly cache: TtlCache<string, Decision>;

  constructor(
    private readonly client: Pick<ReviewClient, 'ask'>,
    private readonly settings: WebhookSettings,
    clock: Clock,
    private readonly log: Logger,
  ) {
    this.cache = new TtlCache(clock, CACHE_SIZE);
  }

  async authorize(asked: AuthorizationAttributes): Promise<Decision> {
    const { version, authorizedTtlMs, unauthorizedTtlMs, conditions, onFailure } = this.settings;
    if (conditions.length) {
      const matches = concerns(conditions, accessReview(asked, 'v1').spec);
      if (matches === false) return { outcome: 'no opinion' };
      if (matches !== true) return { outcome: onFailure, evaluationError: matches };
    }
    const review = accessReview(asked, version);
    const key = JSON.stringify(review);
    const known = this.cache.get(key);
    if (known) return known;
    try {
      const decision = decisionOf(await this.client.ask<authorizationv1.SubjectAccessReviewStatus>(review));
      const ttlMs = decision.outcome === 'allow' ? authorizedTtlMs : unauthorizedTtlMs;
      if (key.length <= MAX_KEY) this.cache.set(key, decision, ttlMs);
      return decision;
    } catch (error) {
      this.log.error('An authorization webhook failed', error);
      return { outcome: onFailure, evaluationError: error instanceof Error ? error.message : String(error) };
    }
  }

  /** rulesFor: a webhook is asked about one thing at a time. */
  rulesFor() {
    return { rules: [], errors: ['webhook authorizer does not support user rule resolution'], incomplete: true };
  }
}

/** concerns tells whether all conditions hold; one that does not decides before one that fails, whose failure is the answer. Pure. */
export function concerns(conditions: readonly Expression[], request: object): boolean | string {
  let failure: string | undefined;
  for (const condition of conditions) {
    try {
      if (condition({ request }) !== true) return false;
    } catch (error) {
      failure ??= error instanceof Error ? error.message : String(error);
    }
  }
  return failure ?? true;
}
