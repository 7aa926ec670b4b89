import { ServiceAccounts } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** serviceAccount declares ServiceAccount. */
export const serviceAccount = defineKind({
  resource: ServiceAccounts,
  versions: [
    served('v1', 'ServiceAccount'),
  ],
  shortNames: ['sa'],
  strategy: plainStrategy(),
  subresources: { connects: { token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] } } },
});
