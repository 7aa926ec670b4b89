import { CertificateSigningRequests, type certificatesv1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { isToSign, signingProblem, validity } from './plan';
import { factsOf, parseRequest } from './request';
import { Signer } from './signer';

type Csr = certificatesv1.CertificateSigningRequest;

/** startCsrSigning signs approved requests for the kubernetes.io signers. Without a signing certificate it does nothing. */
export function startCsrSigning(context: ControllerContext): Runnable[] {
  const { signingCert, signingKey, signingDurationMs } = context.settings;
  if (!signingCert || !signingKey) return [];
  const requests = context.informers.informer(CertificateSigningRequests);
  const { clock } = context;
  let signer: Promise<Signer> | undefined;
  const controller = new Controller({
    ...standard(context),
    name: 'certificate_signing',
    waitFor: [requests],
    reconcile: async ({ name }) => {
      const csr = requests.get('', name);
      if (!csr || !isToSign(csr)) return;
      const authority = await (signer ??= Signer.open(signingCert, signingKey));
      const request = parseRequest(csr);
      const problem = (await request.verify())
        ? signingProblem(csr, factsOf(request))
        : 'the request is not signed by its own key';
      if (problem) return write(csr, failed(csr, problem));
      const period = validity(csr, signingDurationMs, authority.endMs, clock.now());
      const pem = await authority.sign(request, csr.spec.usages ?? [], period);
      return write(csr, { ...csr.status, certificate: Buffer.from(pem, 'utf8').toString('base64') });
    },
  });

  function failed({ status }: Csr, message: string): certificatesv1.CertificateSigningRequestStatus {
    const now = rfc3339(clock.now());
    const condition = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message,
      lastUpdateTime: now,
    };
    return { ...status, conditions: [...(status?.conditions ?? []), condition] };
  }

  async function write(csr: Csr, status: certificatesv1.CertificateSigningRequestStatus): Promise<void> {
    try {
      await context.client.resource(CertificateSigningRequests).updateStatus({ ...csr, status });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  requests.addHandler(enqueueObject(controller.queue, isToSign));
  return [{ name: 'csrsigning', run: signal => controller.run(signal) }];
}
