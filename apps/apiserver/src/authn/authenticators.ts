import type { Authenticator } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { KubeClient } from '@navarch/client';
import type { Caches } from '../caches';
import type { Config } from '../config';
import type { Credentials } from '../credentials/credentials';
import type { Live, LiveFiles } from '../credentials/live';
import type { ApiServerFlags } from '../flags';
import { readReviewEndpoint, ReviewClient } from '../outbound/review-client';
import { AudienceAgnostic } from './audience-agnostic';
import { BearerAuthenticator } from './bearer';
import { BootstrapTokens } from './bootstrap-tokens';
import type { AuthenticationConfiguration } from './jwt/authentication-configuration';
import { JwtAuthenticator } from './jwt/jwt-authenticator';
import { StaticTokens } from './static-tokens';
import { TokenChain } from './token-chain';
import type { TokenAuthenticator } from './token-authenticator';
import { LegacyUsage } from './tokens/legacy-usage';
import { ServiceAccountTokens } from './tokens/service-account-tokens';
import { TOKEN_REVIEW_VERSIONS, WebhookTokens } from './webhook-tokens';

const WEBHOOK_TIMEOUT_MS = 30_000;

export interface TokenParts {
  readonly config: Config;
  readonly credentials: Credentials;
  /** settings name the issuers of JSON Web Tokens. */
  readonly settings: Live<AuthenticationConfiguration>;
  readonly files: LiveFiles;
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
      ...{ clock, accounts, secrets, pods, nodes, emulated: config.emulated },
      ...(config.emulated >= 27 && { usage: new LegacyUsage(client, clock, log) }),
    }),
  ];
  if (flags['token-auth-file']) kinds.unshift(agnostic(new StaticTokens(() => credentials.staticTokens.current)));
  if (flags['enable-bootstrap-token-auth'])
    kinds.push(agnostic(new BootstrapTokens(name => secrets('kube-system', name), clock)));
  const jwt = new JwtAuthenticator(parts.settings.current.jwt, clock);
  parts.settings.onChange(({ jwt: issuers }) => jwt.use(issuers));
  kinds.push(agnostic(jwt));
  if (flags['authentication-token-webhook-config-file']) kinds.push(webhookTokens(parts));
  return new TokenChain(kinds, clock);
}

function webhookTokens({ config, flags, files, clock }: TokenParts): WebhookTokens {
  const flag = 'authentication-token-webhook-config-file';
  const endpoint = files.follow(`--${flag}`, read => readReviewEndpoint(flags[flag], read));
  const version = TOKEN_REVIEW_VERSIONS.find(one => one === flags['authentication-token-webhook-version']);
  if (!version)
    throw new Error(`--authentication-token-webhook-version: known are ${TOKEN_REVIEW_VERSIONS.join(', ')}`);
  return new WebhookTokens({
    client: new ReviewClient(endpoint, WEBHOOK_TIMEOUT_MS, clock),
    ...{ version, clock },
    audiences: config.audiences,
    ttlMs: flags['authentication-token-webhook-cache-ttl'],
  });
}

/** makeAuthenticators are those beside the transport's own proof. */
export function makeAuthenticators(
  tokens: TokenAuthenticator,
  audiences: readonly string[],
  log: Logger,
): Authenticator[] {
  return [new BearerAuthenticator(tokens, audiences, log)];
}
