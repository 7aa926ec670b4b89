import { ServiceAccounts, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

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
  strategy: plainStrategy<corev1.ServiceAccount>(),
  subresources: {
    connects: { token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] } },
  },
});
