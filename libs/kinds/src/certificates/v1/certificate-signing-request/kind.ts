import { CertificateSigningRequests, type certificatesv1 } from '@navarch/api';
import { humanDuration } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { betaSigner } from './request';
import { approvalStrategy, requestStatusStrategy, requestStrategy } from './strategy';

type CSR = certificatesv1.CertificateSigningRequest;

/** In v1beta1 signer, usages and the status of conditions may be left out. */
function defaultBeta(object: Record<string, unknown>): void {
  const spec = object['spec'] as Record<string, unknown> | undefined;
  if (!spec) return;
  spec['usages'] ??= ['digital signature', 'key encipherment'];
  spec['signerName'] ??= betaSigner(spec['request'], spec['usages']);
  const { conditions } = (object['status'] ?? {}) as { conditions?: Record<string, unknown>[] };
  for (const one of conditions ?? []) one['status'] ||= 'True';
}

function condition({ status = {} }: CSR): string {
  const has = (type: string) => (status.conditions ?? []).some(c => c.type === type);
  const parts = [
    has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending',
    ...(has('Failed') ? ['Failed'] : []),
    ...(status.certificate ? ['Issued'] : []),
  ];
  return parts.join(',');
}

/** certificateSigningRequest declares CertificateSigningRequest. */
export const certificateSigningRequest = defineKind<CSR>({
  resource: CertificateSigningRequests,
  versions: [
    served('certificates.k8s.io/v1', 'CertificateSigningRequest', { storedSince: 22 }),
    served('certificates.k8s.io/v1beta1', 'CertificateSigningRequest', {
      until: 21,
      storedSince: 0,
      defaults: defaultBeta,
      deprecated: deprecatedFor('1.19', '1.22', 'certificates.k8s.io/v1 CertificateSigningRequest'),
    }),
  ],
  shortNames: ['csr'],
  nameRule: 'pathSegment',
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
  fieldLabels: ['spec.signerName'],
  columns: defineColumns<CSR>([
    nameColumn,
    ageColumn,
    text('SignerName', ({ spec }) => spec?.signerName || NONE),
    text('Requestor', ({ spec }) => spec?.username ?? ''),
    text(
      'RequestedDuration',
      ({ spec }) => (spec?.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1000)),
      { since: 22 },
    ),
    text('Condition', condition),
  ]),
  strategy: requestStrategy,
  subresources: {
    status: requestStatusStrategy,
    writes: { approval: { strategy: approvalStrategy, verbs: ['get', 'patch', 'update'] } },
  },
});
