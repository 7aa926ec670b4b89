import type { Authenticator } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { KubeClient } from '@navarch/client';
import type { Caches } from '../caches';
import type { Config } from '../config';
import type { Credentials } from '../credentials/credentials';
import type { ApiServerFlags } from '../flags';
import { AudienceAgnostic } from './audience-agnostic';
import { BearerAuthenticator } from './bearer';
import { BootstrapTokens } from './bootstrap-tokens';
import { StaticTokens } from './static-tokens';
import { TokenChain } from './token-chain';
import type { TokenAuthenticator } from './token-authenticator';
import { LegacyUsage } from './tokens/legacy-usage';
import { ServiceAccountTokens } from './tokens/service-account-tokens';

export interface TokenParts {
  readonly config: Config;
  readonly credentials: Credentials;
  readonly flags: ApiServerFlags;
  readonly caches: Caches;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** makeTokenAuthenticator knows all kinds of tokens that the flags allow. */
export function makeTokenAuthenticator(parts: TokenParts): TokenAuthenticator {
  const { config, credentials, flags, caches, client, clock, log } = parts;
  const { accounts, secrets, pods, nodes } = caches;
  const agnostic = (inner: TokenAuthenticator) => new AudienceAgnostic(inner, config.audiences);
  const kinds: TokenAuthenticator[] = [
    new ServiceAccountTokens({
      issuers: config.issuers,
      keys: () => credentials.tokenKeys.current.verification,
      ...{ clock, accounts, secrets, pods, nodes },
      ...(config.emulated >= 27 && { usage: new LegacyUsage(client, clock, log) }),
    }),
  ];
  if (flags['token-auth-file']) kinds.unshift(agnostic(new StaticTokens(() => credentials.staticTokens.current)));
  if (flags['enable-bootstrap-token-auth'])
    kinds.push(agnostic(new BootstrapTokens(name => secrets('kube-system', name), clock)));
  return new TokenChain(kinds, clock);
}

/** makeAuthenticators are those beside the transport's own proof. */
export function makeAuthenticators(
  tokens: TokenAuthenticator,
  audiences: readonly string[],
  log: Logger,
): Authenticator[] {
  return [new BearerAuthenticator(tokens, audiences, log)];
}
