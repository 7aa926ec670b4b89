import type { Clock, Logger } from '@navarch/base';
import type { Authenticator } from '@navarch/apiserver-runtime';
import type { Caches } from '../caches';
import type { Config } from '../config';
import { BearerAuthenticator } from './bearer';
import { BootstrapTokens } from './bootstrap-tokens';
import { StaticTokens } from './static-tokens';
import { TokenChain } from './token-chain';
import type { TokenAuthenticator } from './token-authenticator';
import { ServiceAccountTokens } from './tokens/service-account-tokens';

/** makeTokenAuthenticator knows all kinds of tokens that the flags allow. */
export function makeTokenAuthenticator(
  config: Config,
  bootstrapTokens: boolean,
  caches: Caches,
  clock: Clock,
): TokenAuthenticator {
  const { accounts, secrets, pods, nodes } = caches;
  return new TokenChain(
    [
      ...(config.staticTokens ? [new StaticTokens(config.staticTokens)] : []),
      new ServiceAccountTokens({
        issuers: config.issuers,
        keys: config.verificationKeys,
        clock,
        accounts,
        secrets,
        pods,
        nodes,
      }),
      ...(bootstrapTokens ? [new BootstrapTokens(name => secrets('kube-system', name), clock)] : []),
    ],
    clock,
  );
}

/** makeAuthenticators are those beside the transport's own proof. */
export function makeAuthenticators(
  tokens: TokenAuthenticator,
  audiences: readonly string[],
  log: Logger,
): Authenticator[] {
  return [new BearerAuthenticator(tokens, audiences, log)];
}
