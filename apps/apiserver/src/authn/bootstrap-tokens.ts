import type { corev1 } from '@navarch/api';
import type { Clock } from '@navarch/base';
import { timingSafeEqual } from 'node:crypto';
import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** BootstrapTokens knows the tokens of Secrets `kube-system/bootstrap-token-<id>`, with which new nodes join. */
export class BootstrapTokens implements TokenAuthenticator {
  constructor(
    private readonly secret: (name: string) => Promise<corev1.Secret | undefined>,
    private readonly clock: Clock,
  ) {}

  async authenticateToken(token: string): Promise<TokenIdentity | undefined> {
    const [, id, given] = TOKEN.exec(token) ?? [];
    if (!id || !given) return undefined;
    const secret = await this.secret(`bootstrap-token-${id}`);
    const user = secret && bootstrapUser(secret, id, given, this.clock.now());
    return user && { user };
  }
}

/** bootstrapUser checks a token against its Secret: kind, secret, expiry, usage. Pure. */
export function bootstrapUser(
  secret: corev1.Secret,
  id: string,
  given: string,
  nowMs: number,
): TokenIdentity['user'] | undefined {
  const value = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  if (secret.metadata?.deletionTimestamp || secret.type !== 'bootstrap.kubernetes.io/token') return undefined;
  const expected = Buffer.from(value('token-secret'));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  if (value('token-id') !== id || value('usage-bootstrap-authentication') !== 'true') return undefined;
  const expiration = value('expiration');
  // An expiry that cannot be read must not make a token last for ever.
  if (expiration && !(Date.parse(expiration) > nowMs)) return undefined;
  const extra = value('auth-extra-groups')
    .split(',')
    .map(group => group.trim())
    .filter(Boolean);
  if (extra.some(group => !GROUP.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [...new Set(['system:bootstrappers', ...extra])].sort() };
}
