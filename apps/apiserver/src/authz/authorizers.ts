import type { UserInfo } from '@navarch/apimachinery';
import { authorizeAll, type AuthorizationAttributes, type Decision } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { Caches } from '../caches';
import type { Live, LiveFiles } from '../credentials/live';
import { readReviewEndpoint, ReviewClient } from '../outbound/review-client';
import { AbacAuthorizer } from './abac';
import { AnonymousGate } from './anonymous-gate';
import type { AuthorizerSettings } from './authorization-settings';
import { NodeAuthorizer } from './node/node-authorizer';
import { bootstrapPolicy } from './rbac/bootstrap-policy';
import { RbacAuthorizer } from './rbac/rbac-authorizer';
import type { Rules, RuleSource } from './rule-source';
import { alwaysAllow, alwaysDeny, privilegedGroup } from './simple';
import { WebhookAuthorizer } from './webhook/webhook-authorizer';

export interface AuthorizerParts {
  readonly settings: Live<readonly AuthorizerSettings[]>;
  /** openToAnonymous tells whether requests without credentials get to the authorizers at a path. */
  readonly openToAnonymous: (path: string) => boolean;
  readonly caches: Caches;
  readonly files: LiveFiles;
  readonly emulated: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Authorizers are all that decide, as one: the gate for anonymous requests and system:masters first, then those that the settings name, in their order. */
export class Authorizers implements RuleSource {
  private gate!: AnonymousGate;
  private sources: readonly RuleSource[];

  constructor(parts: AuthorizerParts) {
    const use = (settings: readonly AuthorizerSettings[]) => {
      const named = settings.map(one => makeAuthorizer(one, parts));
      const chain = [privilegedGroup, ...named];
      this.sources = named;
      this.gate = new AnonymousGate(parts.openToAnonymous, asked => authorizeAll(chain, asked));
    };
    this.sources = [];
    use(parts.settings.current);
    parts.settings.onChange(use);
  }

  authorize(attributes: AuthorizationAttributes): Promise<Decision> | Decision {
    return this.gate.authorize(attributes);
  }

  rulesFor(user: UserInfo, namespace: string): Rules {
    const found = this.sources.map(source => source.rulesFor(user, namespace));
    return {
      rules: found.flatMap(one => one.rules),
      errors: found.flatMap(one => one.errors),
      incomplete: found.some(one => one.incomplete),
    };
  }
}

function makeAuthorizer(settings: AuthorizerSettings, parts: AuthorizerParts): RuleSource {
  const { caches, emulated, files, clock, log } = parts;
  switch (settings.type) {
    case 'Node': {
      const role = bootstrapPolicy(emulated).clusterRoles.find(one => one.metadata!.name === 'system:node');
      return new NodeAuthorizer(caches.nodeGraph, role?.rules ?? [], emulated >= 32);
    }
    case 'RBAC':
      return new RbacAuthorizer(caches.ruleResolver);
    case 'ABAC':
      return new AbacAuthorizer(settings.policies);
    case 'AlwaysAllow':
      return alwaysAllow;
    case 'AlwaysDeny':
      return alwaysDeny;
    case 'Webhook': {
      const { kubeconfig, timeoutMs } = settings.webhook;
      const endpoint = files.follow(kubeconfig, read => readReviewEndpoint(kubeconfig, read));
      return new WebhookAuthorizer(new ReviewClient(endpoint, timeoutMs, clock), settings.webhook, clock, log);
    }
  }
}
