import type { AuthorizationAttributes, Authorizer, Decision } from '@navarch/apiserver-runtime';

const ALWAYS_OPEN = /^\/(healthz|livez|readyz|version)(\/|$)/;

/**
 * AnonymousGate stands before the other authorizers: who shows no credentials gets to health and version, and further only on
 * paths that the configuration opens to anonymous requests. There the authorizers behind it decide; elsewhere no role helps.
 */
export class AnonymousGate implements Authorizer {
  constructor(private readonly isOpen: (path: string) => boolean) {}

  authorize({ user, isResourceRequest, path }: AuthorizationAttributes): Decision {
    if (user.name !== 'system:anonymous') return { outcome: 'no opinion' };
    if (!isResourceRequest && ALWAYS_OPEN.test(path)) return { outcome: 'allow' };
    return { outcome: this.isOpen(path) ? 'no opinion' : 'deny' };
  }
}
