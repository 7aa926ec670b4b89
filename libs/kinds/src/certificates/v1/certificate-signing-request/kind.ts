import { CertificateSigningRequests } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** certificateSigningRequest declares CertificateSigningRequest. */
export const certificateSigningRequest = defineKind({
  resource: CertificateSigningRequests,
  versions: [
    served('certificates.k8s.io/v1', 'CertificateSigningRequest', { storedSince: 22 }),
    served('certificates.k8s.io/v1beta1', 'CertificateSigningRequest', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'certificates.k8s.io/v1 CertificateSigningRequest') }),
  ],
  shortNames: ['csr'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
    writes: { approval: { strategy: statusStrategy(), verbs: ['get', 'patch', 'update'] } },
  },
});
