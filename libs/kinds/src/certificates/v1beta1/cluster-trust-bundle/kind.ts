import { resource, type certificatesv1beta1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** clusterTrustBundle declares ClusterTrustBundle. */
export const clusterTrustBundle = defineKind({
  resource: resource<certificatesv1beta1.ClusterTrustBundle>('certificates.k8s.io/v1beta1', 'clustertrustbundles', 'ClusterTrustBundle', false),
  versions: [
    served('certificates.k8s.io/v1beta1', 'ClusterTrustBundle', { since: 33 }),
  ],
  strategy: plainStrategy(),
});
