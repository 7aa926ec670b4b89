import type { authenticationv1 } from '@navarch/api';
import { badRequest, type UserInfo } from '@navarch/apimachinery';
import type { VirtualHandler } from '@navarch/apiserver-runtime';
import type { TokenAuthenticator } from '../authn/token-authenticator';

/** tokenReview answers whose a token is. A bad token is an answer, not a failure. */
export function tokenReview(tokens: TokenAuthenticator, defaultAudiences: readonly string[]): VirtualHandler {
  return {
    async create(_context, object) {
      const review = object as authenticationv1.TokenReview;
      const { token, audiences } = review.spec;
      if (!token) throw badRequest('token is required for TokenReview in authentication');
      return {
        ...review,
        status: await reviewed(tokens, token, audiences?.length ? audiences : defaultAudiences),
      } as typeof review;
    },
  };
}

async function reviewed(
  tokens: TokenAuthenticator,
  token: string,
  audiences: readonly string[],
): Promise<authenticationv1.TokenReviewStatus> {
  try {
    const identity = await tokens.authenticateToken(token, audiences);
    if (!identity) return { user: {}, error: 'invalid bearer token' };
    const { user } = identity;
    return {
      authenticated: true,
      user: userOf(user, 'system:authenticated'),
      ...(identity.audiences && { audiences: [...identity.audiences] }),
    };
  } catch (error) {
    return { user: {}, error: `[invalid bearer token, ${error instanceof Error ? error.message : String(error)}]` };
  }
}

function userOf(user: UserInfo, ...added: string[]): authenticationv1.UserInfo {
  const groups = [...user.groups, ...added.filter(group => !user.groups.includes(group))];
  const extra = user.extra && Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
  return { username: user.name, ...(user.uid && { uid: user.uid }), groups, ...(extra && { extra }) };
}

/** selfSubjectReview answers who the asker is. */
export const selfSubjectReview: VirtualHandler = {
  create: ({ user }, object) =>
    Promise.resolve({ ...object, status: { userInfo: userOf(user) } } as authenticationv1.SelfSubjectReview),
};
