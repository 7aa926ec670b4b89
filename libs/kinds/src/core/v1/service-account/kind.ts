import { ServiceAccounts, type corev1 } from '@navarch/api';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** Secrets are those of the account's namespace: all but their names is dropped. */
function nameSecretsOnly(account: corev1.ServiceAccount): void {
  account.secrets = account.secrets?.map(({ name }) => ({ ...(name && { name }) }));
  if (!account.secrets) delete account.secrets;
}

const ENFORCED = 'kubernetes.io/enforce-mountable-secrets';
/** ENFORCED_WARNS is the first release in which that annotation is deprecated. */
const ENFORCED_WARNS: Minor = 32;

function accountWarnings(
  account: corev1.ServiceAccount,
  old: corev1.ServiceAccount | undefined,
  { emulated }: StrategyContext,
): string[] {
  const has = (of: corev1.ServiceAccount | undefined) => of?.metadata?.annotations?.[ENFORCED] !== undefined;
  if (emulated < ENFORCED_WARNS || !has(account) || has(old)) return [];
  const advice = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${ENFORCED}]: ${advice}`];
}

/** serviceAccount declares ServiceAccount; the API server issues its tokens. */
export const serviceAccount = defineKind<corev1.ServiceAccount>({
  resource: ServiceAccounts,
  versions: [served('v1', 'ServiceAccount')],
  shortNames: ['sa'],
  columns: defineColumns<corev1.ServiceAccount>([
    nameColumn,
    text('Secrets', account => account.secrets?.length ?? 0),
    ageColumn,
  ]),
  strategy: plainStrategy<corev1.ServiceAccount>(undefined, {
    prepareForCreate: nameSecretsOnly,
    prepareForUpdate: nameSecretsOnly,
    warnings: accountWarnings,
  }),
  subresources: {
    connects: { token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] } },
  },
});
