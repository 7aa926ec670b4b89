import type { Clock } from '@navarch/base';
import { compactVerify, decodeJwt, type JWTPayload } from 'jose';
import type { TokenAuthenticator, TokenIdentity } from '../token-authenticator';
import { Provider } from './provider';
import type { JwtSettings } from './settings';

/** NOT_BEFORE_LEEWAY_SECONDS forgives a provider whose clock is ahead. */
const NOT_BEFORE_LEEWAY_SECONDS = 300;

interface Known {
  readonly settings: JwtSettings;
  readonly provider: Provider;
}

/** JwtAuthenticator knows the tokens of OpenID providers. `use` changes whom it believes. */
export class JwtAuthenticator implements TokenAuthenticator {
  private issuers: ReadonlyMap<string, Known> = new Map();

  constructor(
    settings: readonly JwtSettings[],
    private readonly clock: Clock,
  ) {
    this.use(settings);
  }

  /** use believes these issuers from now on; their keys are asked for when their first token comes. */
  use(settings: readonly JwtSettings[]): void {
    this.issuers = new Map(
      settings.map(one => [one.issuer, { settings: one, provider: new Provider(one, this.clock) }]),
    );
  }

  async authenticateToken(token: string): Promise<TokenIdentity | undefined> {
    const issuer = issuerOf(token);
    const known = issuer === undefined ? undefined : this.issuers.get(issuer);
    if (!known) return undefined;
    const { settings, provider } = known;
    try {
      const { payload } = await compactVerify(token, await provider.keys(), { algorithms: [...settings.algorithms] });
      const claims = JSON.parse(Buffer.from(payload).toString('utf8')) as JWTPayload;
      checkClaims(claims, settings, this.clock.now() / 1000);
      return { user: settings.userOf(claims) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(why.startsWith('oidc: ') ? why : `oidc: verify token: ${why}`, { cause: error });
    }
  }
}

/** checkClaims throws unless a token of this issuer is meant for us, now (seconds). Pure. */
export function checkClaims(
  claims: JWTPayload,
  settings: Pick<JwtSettings, 'issuer' | 'audiences'>,
  now: number,
): void {
  if (claims.iss !== settings.issuer) throw new Error('id token issued by a different provider');
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
  if (!audiences.some(audience => settings.audiences.includes(audience)))
    throw new Error(`expected audience in ${JSON.stringify(settings.audiences)} got ${JSON.stringify(audiences)}`);
  if (typeof claims.exp !== 'number' || now > claims.exp) throw new Error('token is expired');
  if (typeof claims.nbf === 'number' && now + NOT_BEFORE_LEEWAY_SECONDS < claims.nbf)
    throw new Error('token is not valid yet');
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
