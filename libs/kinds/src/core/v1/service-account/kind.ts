import { ServiceAccounts, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** Secrets are those of the account's namespace: all but their names is dropped. */
function nameSecretsOnly(account: corev1.ServiceAccount): void {
  account.secrets = account.secrets?.map(({ name }) => ({ ...(name && { name }) }));
  if (!account.secrets) delete account.secrets;
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
  }),
  subresources: {
    connects: { token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] } },
  },
});
