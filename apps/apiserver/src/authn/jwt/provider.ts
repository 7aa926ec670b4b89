import { TtlCache, type Clock } from '@navarch/base';
import { createRemoteJWKSet, customFetch, type RemoteJWKSet } from 'jose';
import { exchange } from '../../outbound/exchange';
import type { JwtSettings } from './settings';

const TIMEOUT_MS = 5_000;
/** RETRY_MS is how long a failure is taken for the answer, so that bad tokens cannot make us ask all the time. */
const RETRY_MS = 10_000;
/** An unknown key may be a new one: then the key set is read again, at most this often. */
const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 10 * 60_000;

/** Provider is an OpenID provider: it is found by its discovery document when its first token comes, and its keys are read again as they change. */
export class Provider {
  private readonly failures: TtlCache<string, Error>;
  private found: Promise<RemoteJWKSet> | undefined;

  constructor(
    private readonly settings: Pick<JwtSettings, 'issuer' | 'discoveryUrl' | 'ca'>,
    clock: Clock,
  ) {
    this.failures = new TtlCache(clock, 4);
  }

  /** keys answers the function that finds a token's key. It rejects with an Error while the provider cannot be reached. */
  keys(): Promise<RemoteJWKSet> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = undefined;
      throw error;
    });
    return this.found;
  }

  private async discover(): Promise<RemoteJWKSet> {
    const { issuer, discoveryUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` } = this.settings;
    const document = JSON.parse(await this.get(new URL(discoveryUrl))) as { issuer?: unknown; jwks_uri?: unknown };
    if (document.issuer !== issuer)
      throw new Error(`issuer did not match the issuer returned by provider, expected ${JSON.stringify(issuer)}`);
    const uri = typeof document.jwks_uri === 'string' && URL.canParse(document.jwks_uri) && new URL(document.jwks_uri);
    if (!uri || uri.protocol !== 'https:') throw new Error('the provider names no https URL of its keys');
    return createRemoteJWKSet(uri, {
      ...{ timeoutDuration: TIMEOUT_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS },
      [customFetch]: async url => new Response(await this.get(new URL(url))),
    });
  }

  private async get(url: URL): Promise<string> {
    const failed = this.failures.get(url.href);
    if (failed) throw failed;
    try {
      const { status, body } = await exchange({ url, method: 'GET', ca: this.settings.ca, timeoutMs: TIMEOUT_MS });
      if (status !== 200) throw new Error(`GET ${url.href}: status ${status}`);
      return body.toString();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.failures.set(url.href, failure, RETRY_MS);
      throw failure;
    }
  }
}
