import type { Authorizer } from '@navarch/apiserver-runtime';
import type { Config } from '../config';
import type { Caches } from '../caches';
import { AbacAuthorizer } from './abac';
import { AnonymousGate } from './anonymous-gate';
import { NodeAuthorizer } from './node/node-authorizer';
import { bootstrapPolicy } from './rbac/bootstrap-policy';
import { RbacAuthorizer } from './rbac/rbac-authorizer';
import { alwaysAllow, alwaysDeny, privilegedGroup } from './simple';

/** makeAuthorizers builds the chain that --authorization-mode names; system:masters and the gate for anonymous requests come first in any. */
export function makeAuthorizers(
  config: Config,
  caches: Caches,
  openToAnonymous: (path: string) => boolean,
): Authorizer[] {
  const make = (mode: Config['authorizationModes'][number]): Authorizer => {
    switch (mode) {
      case 'Node': {
        const role = bootstrapPolicy(config.emulated).clusterRoles.find(one => one.metadata!.name === 'system:node');
        return new NodeAuthorizer(caches.nodeGraph, role?.rules ?? []);
      }
      case 'RBAC':
        return new RbacAuthorizer(caches.ruleResolver);
      case 'ABAC':
        return new AbacAuthorizer(config.abacPolicies);
      case 'AlwaysAllow':
        return alwaysAllow;
      case 'AlwaysDeny':
        return alwaysDeny;
    }
  };
  return [privilegedGroup, new AnonymousGate(openToAnonymous), ...config.authorizationModes.map(make)];
}
