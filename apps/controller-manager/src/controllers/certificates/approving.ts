import { CertificateSigningRequests, SubjectAccessReviews, type certificatesv1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { Controller, enqueueObject, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { recognize, type Recognition } from './plan';
import { conditionOf, factsOf, parseRequest } from './request';

type Csr = certificatesv1.CertificateSigningRequest;
/** ASK_AGAIN_MS is when the rights of a recognized sender are looked up again: they may be granted later. */
const ASK_AGAIN_MS = 60_000;

/** startCsrApproving approves the client certificates of kubelets whose senders have the right to them. */
export function startCsrApproving(context: ControllerContext): Runnable[] {
  const requests = context.informers.informer(CertificateSigningRequests);
  const { client, clock } = context;
  const isOpen = (csr: Csr) => !csr.status?.certificate && !conditionOf(csr, 'Approved') && !conditionOf(csr, 'Denied');
  const controller = new Controller({
    ...standard(context),
    name: 'certificate_approving',
    waitFor: [requests],
    reconcile: async ({ name }): Promise<Result | void> => {
      const csr = requests.get('', name);
      if (!csr || !isOpen(csr)) return;
      const recognitions = recognize(csr, factsOf(parseRequest(csr)));
      for (const recognition of recognitions) {
        if (!(await mayHave(csr, recognition))) continue;
        await approve(csr, recognition.message);
        return;
      }
      if (recognitions.length) return { requeueAfterMs: ASK_AGAIN_MS };
    },
  });

  async function mayHave({ spec }: Csr, { subresource }: Recognition): Promise<boolean> {
    const { username: user, uid, groups, extra } = spec;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource,
    };
    const review = await client
      .resource(SubjectAccessReviews)
      .create({ spec: { user, uid, groups, extra, resourceAttributes } });
    return review.status?.allowed === true;
  }

  async function approve(csr: Csr, message: string): Promise<void> {
    const now = rfc3339(clock.now());
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: now };
    const status = { ...csr.status, conditions: [...(csr.status?.conditions ?? []), approved] };
    try {
      await client.resource(CertificateSigningRequests).updateSubresource({ ...csr, status }, 'approval');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  requests.addHandler(enqueueObject(controller.queue, isOpen));
  return [{ name: 'csrapproving', run: signal => controller.run(signal) }];
}
