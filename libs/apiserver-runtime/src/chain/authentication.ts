import type { UserInfo } from '@navarch/apimachinery';
import type { Authenticator } from '../interfaces';
import type { Exchange } from './exchange';

/** anonymous is who asks without credentials. */
export const anonymous: UserInfo = Object.freeze({
  name: 'system:anonymous',
  groups: Object.freeze(['system:unauthenticated']),
});

/**
 * authenticate finds out who asks: the transport's own proof first, then the authenticators in order; bad credentials are
 * 401. Without any it is the anonymous user: what that one may do is for the authorizers to say.
 */
export async function authenticate(exchange: Exchange, authenticators: readonly Authenticator[]): Promise<void> {
  const { request } = exchange;
  // What the transport proves comes before any token.
  if (request.user) {
    exchange.user = authenticated(request.user);
    return;
  }
  for (const authenticator of authenticators) {
    const user = await authenticator.authenticate(request, exchange);
    if (user) {
      exchange.user = authenticated(user);
      return;
    }
  }
  exchange.user = anonymous;
}

/** authenticated adds the group that everybody known is in. */
export function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated') || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
