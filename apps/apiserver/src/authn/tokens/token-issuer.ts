import type { authenticationv1, corev1 } from '@navarch/api';
import type { Clock } from '@navarch/base';
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from './signing-keys';

/** PROJECTED_SECONDS is what pods ask for (one hour and seven seconds): such tokens are extended to a year, with a warning after the hour. */
export const PROJECTED_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

/** Binding names what a token's life hangs on: a pod or a secret or a node, by uid. */
export interface TokenBinding {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
  /** node of a bound pod. */
  readonly node?: { readonly name: string; readonly uid?: string };
}

export interface TokenIssuerOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** key signs at the moment. */
  readonly key: () => SigningKey;
  readonly clock: Clock;
  /** detailed: tokens carry a jti and the pod's node, as releases from 1.29 on do. */
  readonly detailed: boolean;
  /** extend: what pods mount lives a year. */
  readonly extend: boolean;
  /** maxSeconds bounds a token's life; 0: nothing does. */
  readonly maxSeconds: number;
}

/** TokenIssuer signs bound service-account tokens. */
export class TokenIssuer {
  constructor(private readonly options: TokenIssuerOptions) {}

  get defaultAudiences(): readonly string[] {
    return this.options.audiences;
  }

  /** shorten answers the life that a token gets if this one is asked for. */
  shorten(seconds: number): number {
    const { maxSeconds } = this.options;
    return maxSeconds ? Math.min(seconds, maxSeconds) : seconds;
  }

  /** issue signs a token for an account; expirationSeconds counts from now. */
  async issue(
    account: corev1.ServiceAccount,
    spec: Pick<authenticationv1.TokenRequestSpec, 'audiences'> & { readonly expirationSeconds: number },
    binding?: TokenBinding,
  ): Promise<{ token: string; expiresAtMs: number }> {
    const { issuer, audiences, clock, detailed, extend } = this.options;
    const key = this.options.key();
    const nowMs = clock.now();
    const now = Math.floor(nowMs / 1000);
    const chosen = spec.audiences?.length ? spec.audiences : [...audiences];
    const extended =
      extend &&
      binding?.kind === 'Pod' &&
      spec.expirationSeconds === PROJECTED_SECONDS &&
      chosen.every(one => audiences.includes(one));
    const lifetime = extended ? EXTENDED_SECONDS : spec.expirationSeconds;
    const { namespace, name, uid } = account.metadata!;
    const claims = {
      aud: chosen,
      exp: now + lifetime,
      iat: now,
      iss: issuer,
      ...(detailed && { jti: randomUUID() }),
      'kubernetes.io': {
        namespace,
        ...(detailed && binding?.kind === 'Pod' && binding.node && { node: binding.node }),
        ...(binding && { [binding.kind.toLowerCase()]: { name: binding.name, uid: binding.uid } }),
        serviceaccount: { name, uid },
        ...(extended && { warnafter: now + spec.expirationSeconds }),
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey);
    // The asker is to renew it at the time it asked for, also where it lives longer.
    return { token, expiresAtMs: (now + spec.expirationSeconds) * 1000 };
  }
}
