import type { certificatesv1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin, Authorizer } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import { refuse, resourceName } from '../refuse';
import { maySign } from './signer-permission';

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io';

/** CertificateApproval: who approves or denies a request needs the verb `approve` for its signer. */
export class CertificateApproval implements AdmissionPlugin {
  readonly name = 'CertificateApproval';

  constructor(private readonly authorizer: Authorizer) {}

  handles(attributes: AdmissionAttributes): boolean {
    return (
      attributes.operation === 'UPDATE' &&
      attributes.subresource === 'approval' &&
      resourceName(attributes) === RESOURCE
    );
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const { signerName } = (attributes.oldObject as certificatesv1.CertificateSigningRequest).spec;
    if (await maySign(this.authorizer, attributes.user, 'approve', signerName)) return;
    throw refuse(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`);
  }
}

/** CertificateSigning: who writes a request's certificate, or that it failed, needs the verb `sign` for its signer. */
export class CertificateSigning implements AdmissionPlugin {
  readonly name = 'CertificateSigning';

  constructor(private readonly authorizer: Authorizer) {}

  handles(attributes: AdmissionAttributes): boolean {
    return (
      attributes.operation === 'UPDATE' && attributes.subresource === 'status' && resourceName(attributes) === RESOURCE
    );
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const old = attributes.oldObject as certificatesv1.CertificateSigningRequest;
    const request = attributes.object as certificatesv1.CertificateSigningRequest;
    const { certificate, conditions = [] } = request.status ?? {};
    if (old.status?.certificate === certificate && isDeepStrictEqual(old.status?.conditions ?? [], conditions)) return;
    const { signerName } = old.spec;
    if (await maySign(this.authorizer, attributes.user, 'sign', signerName)) return;
    throw refuse(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`);
  }
}
