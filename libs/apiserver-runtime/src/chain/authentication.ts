import { unauthorized, type UserInfo } from '@navarch/apimachinery';
import type { Authenticator } from '../interfaces';
import type { Exchange } from './exchange';

/** anonymous is who asks without credentials. */
export const anonymous: UserInfo = Object.freeze({
  name: 'system:anonymous',
  groups: Object.freeze(['system:unauthenticated']),
});

const alwaysAnonymous = /^\/(healthz|livez|readyz|version)(\/|$)/;

/**
 * authenticate finds out who asks: the transport's own proof first, then the authenticators in order. Without any
 * credentials it is the anonymous user, where that is allowed (health and version always); bad credentials are 401.
 */
export async function authenticate(
  exchange: Exchange,
  authenticators: readonly Authenticator[],
  allowAnonymous: boolean,
): Promise<void> {
  const { request } = exchange;
  // What the transport proves comes before any token.
  if (request.user) {
    exchange.user = authenticated(request.user);
    return;
  }
  for (const authenticator of authenticators) {
    const user = await authenticator.authenticate(request);
    if (user) {
      exchange.user = authenticated(user);
      return;
    }
  }
  if (!allowAnonymous && !alwaysAnonymous.test(request.path)) throw unauthorized();
  exchange.user = anonymous;
}

/** authenticated adds the group that everybody known is in. */
export function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated') || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
