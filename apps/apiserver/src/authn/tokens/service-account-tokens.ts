import type { corev1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { Lookup } from '../../lookup';
import type { TokenAuthenticator, TokenIdentity } from '../token-authenticator';
import { AUTO_MADE_WARNING, isAutoMade, markedInvalid, type LegacyUsage } from './legacy-usage';
import type { VerificationKey } from './signing-keys';

const LEGACY_ISSUER = 'kubernetes/serviceaccount';
/** LEEWAY_SECONDS forgives clocks that differ a little. */
const LEEWAY_SECONDS = 60;

export interface ServiceAccountTokensOptions {
  /** issuers that are believed; the first signs. */
  readonly issuers: readonly string[];
  /** keys are those that verify at the moment. */
  readonly keys: () => readonly VerificationKey[];
  readonly clock: Clock;
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
  constructor(private readonly options: ServiceAccountTokensOptions) {}

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
    checkTimes(claims, this.options.clock.now() / 1000);
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
    const { accounts, pods, secrets, nodes, clock } = this.options;
    const alive = (object: KubeObject | undefined, reference: Partial<Reference>, what: string) => {
      const deleted = object?.metadata?.deletionTimestamp;
      const gone =
        !object ||
        object.metadata?.uid !== reference.uid ||
        (deleted && Date.parse(deleted) + LEEWAY_SECONDS * 1000 < clock.now());
      if (gone) throw new Error(`${what} has been invalidated`);
    };
    alive(await accounts(namespace, serviceaccount.name), serviceaccount, 'service account token');
    if (pod) alive(await pods(namespace, pod.name), pod, 'token');
    if (secret) alive(await secrets(namespace, secret.name), secret, 'token');
    if (!pod && !secret && node?.name && node.uid) alive(await nodes('', node.name), node, 'token');
  }

  /** legacy checks a token that is kept in a Secret: it holds as long as the Secret holds exactly it. */
  private async legacy(token: string, claims: JWTPayload, asked: readonly string[]): Promise<TokenIdentity> {
    const claim = (name: string) => String(claims[`kubernetes.io/serviceaccount/${name}`] ?? '');
    const namespace = claim('namespace');
    const account = { name: claim('service-account.name'), uid: claim('service-account.uid') };
    if (!namespace || !account.name || claims.sub !== `system:serviceaccount:${namespace}:${account.name}`)
      throw new Error('sub claim is invalid');
    const secret = await this.options.secrets(namespace, claim('secret.name'));
    if (!secret || secret.metadata?.deletionTimestamp) throw new Error('token has been invalidated');
    if (Buffer.from(secret.data?.token ?? '', 'base64').toString('utf8') !== token)
      throw new Error("token does not match server's copy");
    const found = await this.options.accounts(namespace, account.name);
    if (!found || found.metadata?.deletionTimestamp || found.metadata?.uid !== account.uid)
      throw new Error('service account token has been invalidated');
    const identity = { user: serviceAccountUser(namespace, account, {}), audiences: asked };
    if (!this.options.usage) return identity;
    const invalid = markedInvalid(secret, account.name);
    if (invalid) throw new Error(invalid);
    this.options.usage.note(secret);
    return isAutoMade(secret, found) ? { ...identity, warning: AUTO_MADE_WARNING } : identity;
  }
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
export function checkTimes({ exp, nbf }: JWTPayload, now: number): void {
  if (exp === undefined || now > exp + LEEWAY_SECONDS) throw new Error('service account token has expired');
  if (nbf !== undefined && now < nbf - LEEWAY_SECONDS) throw new Error('service account token is not valid yet');
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
