import { anonymous, type AuthorizationAttributes, type Authorizer, type Decision } from '@navarch/apiserver-runtime';

const ALWAYS_OPEN = /^\/(healthz|livez|readyz|version)(\/|$)/;

/**
 * AnonymousGate stands before the other authorizers: who shows no credentials gets to health and version, and to those behind it on
 * paths that the configuration opens to anonymous requests. Elsewhere no role helps, and nobody is asked.
 */
export class AnonymousGate implements Authorizer {
  constructor(
    private readonly isOpen: (path: string) => boolean,
    private readonly behind: (attributes: AuthorizationAttributes) => Promise<Decision>,
  ) {}

  authorize(attributes: AuthorizationAttributes): Promise<Decision> | Decision {
    const { user, isResourceRequest, path } = attributes;
    if (user.name !== anonymous.name) return this.behind(attributes);
    if (!isResourceRequest && ALWAYS_OPEN.test(path)) return this.letIn(attributes);
    return this.isOpen(path) ? this.behind(attributes) : { outcome: 'no opinion' };
  }

  /** letIn allows, for the reason of those behind if they have one. */
  private async letIn(attributes: AuthorizationAttributes): Promise<Decision> {
    const decision = await this.behind(attributes);
    return decision.outcome === 'allow' ? decision : { outcome: 'allow' };
  }
}
