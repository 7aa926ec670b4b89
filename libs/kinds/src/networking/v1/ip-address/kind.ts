import { resource, type networkingv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** ipAddress declares IPAddress. */
export const ipAddress = defineKind({
  resource: resource<networkingv1.IPAddress>('networking.k8s.io/v1', 'ipaddresses', 'IPAddress', false),
  versions: [
    served('networking.k8s.io/v1', 'IPAddress', { since: 33 }),
  ],
  shortNames: ['ip'],
  strategy: plainStrategy(),
});
