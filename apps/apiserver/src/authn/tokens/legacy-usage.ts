import { Secrets, type corev1 } from '@navarch/api';
import { describe, type Clock, type Logger } from '@navarch/base';
import type { KubeClient } from '@navarch/client';

const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const DAY_MS = 86_400_000;

/** AUTO_MADE_WARNING is what who uses a token that nobody asked for is told. */
export const AUTO_MADE_WARNING =
  'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.';

/** isAutoMade tells whether a Secret's token was made for its account without being asked for: the account names it. Pure. */
export function isAutoMade(secret: corev1.Secret, account: corev1.ServiceAccount): boolean {
  return account.secrets?.some(({ name }) => name === secret.metadata?.name) ?? false;
}

/** LegacyUsage keeps a label on Secrets with tokens of the old kind that says on which day their token was last used, as releases from 1.27 on do. */
export class LegacyUsage {
  constructor(
    private readonly client: KubeClient,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** note brings a Secret's label up to date. It does not wait: a label that cannot be written is logged and keeps nobody out. */
  note(secret: corev1.Secret): void {
    const labels = usageLabels(secret, this.clock.now());
    if (!labels) return;
    const { namespace = '', name = '' } = secret.metadata!;
    this.client
      .resource(Secrets)
      .patch(namespace, name, { type: 'merge', body: { metadata: { labels } } })
      .catch((error: unknown) =>
        this.log.warn('The last use of a token could not be noted', {
          secret: `${namespace}/${name}`,
          err: describe(error),
        }),
      );
  }
}

/** usageLabels are the labels that a use at this time asks for; undefined if they are there. Another server's clock may be a day ahead. Pure. */
export function usageLabels(secret: corev1.Secret, nowMs: number): Record<string, string | null> | undefined {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const known = secret.metadata?.labels?.[LAST_USED];
  if (known === day(nowMs) || known === day(nowMs + DAY_MS)) return undefined;
  return { [LAST_USED]: day(nowMs), [INVALID_SINCE]: null };
}

/** markedInvalid says why a token that nobody used for long may not be used any more; undefined if it may. Pure. */
export function markedInvalid(secret: corev1.Secret, account: string): string | undefined {
  const { namespace, name, labels } = secret.metadata ?? {};
  if (!labels?.[INVALID_SINCE]) return undefined;
  return (
    `the token in secret ${namespace}/${name} for service account ${namespace}/${account} has been marked invalid. ` +
    `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
  );
}
