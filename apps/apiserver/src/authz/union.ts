import { authorizeAll, type AuthorizationAttributes, type Authorizer, type Decision } from '@navarch/apiserver-runtime';

/** UnionAuthorizer is several authorizers as one: they are asked in order until one allows or denies. */
export class UnionAuthorizer implements Authorizer {
  constructor(private readonly authorizers: readonly Authorizer[]) {}

  authorize(attributes: AuthorizationAttributes): Promise<Decision> {
    return authorizeAll(this.authorizers, attributes);
  }
}
