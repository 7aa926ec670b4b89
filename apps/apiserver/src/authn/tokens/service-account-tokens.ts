import type { corev1 } from '@navarch/api';
import { notFound, type KubeObject } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { Minor } from '@navarch/kinds';
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { Lookup } from '../../lookup';
import type { TokenAuthenticator, TokenIdentity } from '../token-authenticator';
import { AUTO_MADE_WARNING, isAutoMade, markedInvalid, type LegacyUsage } from './legacy-usage';
import type { VerificationKey } from './signing-keys';
import { tokenRefusals, type Subject, type TokenRefusals } from './token-refusals';

const LEGACY_ISSUER = 'kubernetes/serviceaccount';
/** LEEWAY_SECONDS forgives clocks that differ a little. */
const LEEWAY_SECONDS = 60;

export interface ServiceAccountTokensOptions {
  /** issuers that are believed; the first signs. */
  readonly issuers: readonly string[];
  /** keys are those that verify at the moment. */
  readonly keys: () => readonly VerificationKey[];
  readonly clock: Clock;
  readonly emulated: Minor;
  readonly accounts: Lookup<corev1.ServiceAccount>;
  readonly secrets: Lookup<corev1.Secret>;
  readonly pods: Lookup<corev1.Pod>;
  readonly nodes: Lookup<corev1.Node>;
  /** usage notes when tokens of Secrets are used; without it nobody does. */
  readonly usage?: LegacyUsage;
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** Bound is the private claim of a bound token. */
interface Bound {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  readonly node?: Partial<Reference>;
}

/**
 * ServiceAccountTokens verifies service-account tokens, bound and legacy: signature, issuer, audience, times, and that what
 * they are bound to is still there.
 */
export class ServiceAccountTokens implements TokenAuthenticator {
  private readonly refusals: TokenRefusals;

  constructor(private readonly options: ServiceAccountTokensOptions) {
    this.refusals = tokenRefusals(options.emulated);
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    const issuer = issuerOf(token);
    if (issuer === LEGACY_ISSUER) return this.legacy(token, await this.verified(token), audiences);
    if (issuer === undefined || !this.options.issuers.includes(issuer)) return undefined;
    return this.bound(await this.verified(token), audiences);
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { kid } = decodeProtectedHeader(token);
    const keys = this.options.keys();
    const named = keys.find(key => key.kid === kid);
    for (const { key, alg } of named ? [named] : keys) {
      try {
        const { payload } = await compactVerify(token, key, { algorithms: [alg] });
        return JSON.parse(Buffer.from(payload).toString('utf8')) as JWTPayload;
      } catch {
        continue;
      }
    }
    throw new Error('invalid signature');
  }

  private async bound(claims: JWTPayload, asked: readonly string[]): Promise<TokenIdentity> {
    const named = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
    const audiences = asked.filter(audience => named.includes(audience));
    if (!audiences.length) {
      throw new Error(`token audiences ${quoted(named)} is invalid for the target audiences ${quoted(asked)}`);
    }
    checkTimes(claims, this.options.clock.now() / 1000, this.refusals);
    const bound = claims['kubernetes.io'] as Bound | undefined;
    if (!bound?.namespace || !bound.serviceaccount?.name) throw new Error('token has no service account');
    await this.checkAlive(bound);
    const { pod, node } = bound;
    const extra = {
      ...(claims.jti && { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] }),
      ...(pod && {
        'authentication.kubernetes.io/pod-name': [pod.name],
        'authentication.kubernetes.io/pod-uid': [pod.uid],
      }),
      ...(node?.name && { 'authentication.kubernetes.io/node-name': [node.name] }),
      ...(node?.uid && { 'authentication.kubernetes.io/node-uid': [node.uid] }),
    };
    return { user: serviceAccountUser(bound.namespace, bound.serviceaccount, extra), audiences };
  }

  private async checkAlive({ namespace, serviceaccount, pod, secret, node }: Bound): Promise<void> {
    const { pods, secrets, nodes } = this.options;
    await this.checkAccount(namespace, serviceaccount, LEEWAY_SECONDS);
    if (secret) this.checkBound('secret', await secrets(namespace, secret.name), secret);
    if (pod) this.checkBound('pod', await pods(namespace, pod.name), pod);
    if (!pod && !secret && node?.name && node.uid) this.checkBound('node', await nodes('', node.name), node);
  }

  /** checkAccount answers the account; it throws unless that is there, the same one, and not being deleted for longer than these seconds. */
  private async checkAccount(
    namespace: string,
    { name, uid }: Reference,
    leeway: number,
  ): Promise<corev1.ServiceAccount> {
    const { refusals } = this;
    const account = await this.options.accounts(namespace, name);
    if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
    if (this.isDeleted(account, leeway)) throw new Error(refusals.accountGone(namespace, name));
    const present = account.metadata?.uid ?? '';
    if (present !== uid) throw new Error(refusals.otherUid('account', present, uid));
    return account;
  }

  private checkBound(
    subject: Exclude<Subject, 'account'>,
    object: KubeObject | undefined,
    { uid = '' }: Partial<Reference>,
  ): void {
    const { refusals } = this;
    if (!object || this.isDeleted(object, LEEWAY_SECONDS)) throw new Error(refusals.invalidated);
    const present = object.metadata?.uid ?? '';
    if (present !== uid) throw new Error(refusals.otherUid(subject, present, uid));
  }

  private isDeleted({ metadata }: KubeObject, leeway: number): boolean {
    const deleted = metadata?.deletionTimestamp;
    return !!deleted && (!leeway || Date.parse(deleted) + leeway * 1000 < this.options.clock.now());
  }

  /** legacy checks a token that is kept in a Secret: it holds as long as the Secret holds exactly it. */
  private async legacy(token: string, claims: JWTPayload, asked: readonly string[]): Promise<TokenIdentity> {
    const { namespace, account, secretName } = legacyClaims(claims);
    const secret = await this.options.secrets(namespace, secretName);
    if (!secret || this.isDeleted(secret, 0)) throw new Error(this.refusals.invalidated);
    if (Buffer.from(secret.data?.token ?? '', 'base64').toString('utf8') !== token)
      throw new Error(this.refusals.notTheCopy);
    const found = await this.checkAccount(namespace, account, 0);
    const identity = { user: serviceAccountUser(namespace, account, {}), audiences: asked };
    if (!this.options.usage) return identity;
    const invalid = markedInvalid(secret, account.name);
    if (invalid) throw new Error(invalid);
    this.options.usage.note(secret);
    return isAutoMade(secret, found) ? { ...identity, warning: AUTO_MADE_WARNING } : identity;
  }
}

/** legacyClaims reads what a token of a Secret says of itself; throws if something is missing, or does not fit. */
function legacyClaims(claims: JWTPayload) {
  if (!claims.sub) throw new Error('sub claim is missing');
  const claim = (key: string, title: string) => {
    const value = claims[`kubernetes.io/serviceaccount/${key}`];
    if (typeof value !== 'string' || !value) throw new Error(`${title} claim is missing`);
    return value;
  };
  const namespace = claim('namespace', 'namespace');
  const secretName = claim('secret.name', 'secretName');
  const name = claim('service-account.name', 'serviceAccountName');
  const uid = claim('service-account.uid', 'serviceAccountUID');
  if (claims.sub !== `system:serviceaccount:${namespace}:${name}`) throw new Error('sub claim is invalid');
  return { namespace, account: { name, uid }, secretName };
}

/** serviceAccountUser is the user that a service account is. */
export function serviceAccountUser(
  namespace: string,
  account: Reference,
  extra: Record<string, string[]>,
): TokenIdentity['user'] {
  return {
    name: `system:serviceaccount:${namespace}:${account.name}`,
    ...(account.uid && { uid: account.uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    ...(Object.keys(extra).length && { extra }),
  };
}

/** checkTimes throws unless now (seconds) lies within a token's times. Pure. */
export function checkTimes({ exp, nbf }: JWTPayload, now: number, refusals: TokenRefusals): void {
  if (exp === undefined || now > exp + LEEWAY_SECONDS) throw new Error(refusals.expired);
  if (nbf !== undefined && now < nbf - LEEWAY_SECONDS) throw new Error(refusals.early);
}

/** issuerOf reads the issuer without believing it; undefined for what is no JWT. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

const quoted = (values: readonly string[]) => `[${values.map(value => JSON.stringify(value)).join(' ')}]`;
