import type { authenticationv1, corev1 } from '@navarch/api';
import { ServiceAccounts } from '@navarch/api';
import type { Clock } from '@navarch/base';
import type { KubeClient } from '@navarch/client';

interface Token {
  readonly token: string;
  readonly refreshAt: number;
}

const DEFAULT_LIFETIME_S = 3600;
const MAX_AGE_MS = 24 * 3600_000;

/** TokenManager asks for service account tokens bound to pods, keeps them, and renews each after 80 % of its life (or a day). */
export class TokenManager {
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly client: KubeClient,
    private readonly clock: Clock,
  ) {}

  /** token answers one that is fresh enough; if renewal fails, the old one. */
  async token(pod: corev1.Pod, projection: corev1.ServiceAccountTokenProjection): Promise<string> {
    const key = keyOf(pod, projection);
    const known = this.tokens.get(key);
    if (known && this.clock.now() < known.refreshAt) return known.token;
    try {
      const fresh = await this.request(pod, projection);
      this.tokens.set(key, fresh);
      return fresh.token;
    } catch (error) {
      if (known) return known.token;
      throw error;
    }
  }

  /** refreshAt is when the first of the pod's tokens wants renewal; undefined if it has none. */
  refreshAt(podUid: string): number | undefined {
    const times = [...this.tokens].filter(([key]) => key.startsWith(`${podUid}/`)).map(([, token]) => token.refreshAt);
    return times.length ? Math.min(...times) : undefined;
  }

  forget(podUid: string): void {
    for (const key of this.tokens.keys()) if (key.startsWith(`${podUid}/`)) this.tokens.delete(key);
  }

  private async request(pod: corev1.Pod, projection: corev1.ServiceAccountTokenProjection): Promise<Token> {
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const body: authenticationv1.TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: projection.audience ? [projection.audience] : [],
        expirationSeconds: projection.expirationSeconds ?? DEFAULT_LIFETIME_S,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
      },
    };
    const account = pod.spec?.serviceAccountName ?? 'default';
    const asked = this.clock.now();
    const { status } = await this.client.resource(ServiceAccounts).createSubresource(namespace, account, 'token', body);
    if (!status?.token) throw new Error(`no token in the answer for service account ${namespace}/${account}`);
    const lifetime = Date.parse(status.expirationTimestamp) - asked;
    return { token: status.token, refreshAt: asked + Math.min(lifetime * 0.8, MAX_AGE_MS) };
  }
}

function keyOf(
  pod: corev1.Pod,
  { audience = '', expirationSeconds = DEFAULT_LIFETIME_S }: corev1.ServiceAccountTokenProjection,
): string {
  return `${pod.metadata?.uid}/${pod.spec?.serviceAccountName}/${audience}/${expirationSeconds}`;
}
