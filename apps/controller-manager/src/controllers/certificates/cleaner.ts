import { CertificateSigningRequests } from '@navarch/api';
import { isNotFound, isStatus } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { expiry } from './plan';
import { endOf } from './signer';

/** startCsrCleaner deletes requests that nobody needs any more. */
export function startCsrCleaner(context: ControllerContext): Runnable[] {
  const requests = context.informers.informer(CertificateSigningRequests);
  const controller = new Controller({
    ...standard(context),
    name: 'csrcleaner',
    concurrency: 1,
    waitFor: [requests],
    reconcile: async ({ name }): Promise<Result | void> => {
      const csr = requests.get('', name);
      if (!csr) return;
      const pem = csr.status?.certificate && Buffer.from(csr.status.certificate, 'base64').toString('utf8');
      const waitMs = expiry(csr, pem ? endOf(pem) : undefined) - context.clock.now();
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      try {
        await context.client
          .resource(CertificateSigningRequests)
          .delete('', name, { preconditions: { uid: csr.metadata?.uid } });
      } catch (error) {
        if (!isNotFound(error) && !isStatus(error, 'Conflict')) throw error;
      }
    },
  });
  requests.addHandler(enqueueObject(controller.queue));
  return [{ name: 'csrcleaner', run: signal => controller.run(signal) }];
}
