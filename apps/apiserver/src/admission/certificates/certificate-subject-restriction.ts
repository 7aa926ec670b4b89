import type { certificatesv1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { isResource, refuse } from '../refuse';

/** CertificateSubjectRestriction refuses client certificate requests in the name of system:masters. */
export class CertificateSubjectRestriction implements AdmissionPlugin {
  readonly name = 'CertificateSubjectRestriction';

  handles(attributes: AdmissionAttributes): boolean {
    return (
      attributes.operation === 'CREATE' && isResource(attributes, 'certificatesigningrequests.certificates.k8s.io')
    );
  }

  validate(attributes: AdmissionAttributes): void {
    const { spec } = attributes.object as certificatesv1.CertificateSigningRequest;
    if (spec.signerName !== 'kubernetes.io/kube-apiserver-client') return;
    if (organizations(spec.request).includes('system:masters')) {
      throw refuse(
        attributes,
        'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
      );
    }
  }
}

/** organizations are the O values of a request's subject; its form was validated before. */
function organizations(request: string): string[] {
  const pem = Buffer.from(request, 'base64').toString('utf8');
  return new Pkcs10CertificateRequest(pem).subjectName.getField('O');
}
