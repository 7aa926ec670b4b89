import { Jobs, type batchv1 } from '@navarch/api';
import { isDeleting, isNotFound, isStatus } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';

/** expiryMs is when a finished job is to be deleted, in milliseconds; undefined: it is not. */
export function expiryMs(job: batchv1.Job): number | undefined {
  const seconds = job.spec?.ttlSecondsAfterFinished;
  const end = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (seconds === undefined || seconds === null || !end?.lastTransitionTime || isDeleting(job)) return undefined;
  return Date.parse(end.lastTransitionTime) + seconds * 1000;
}

/** startTtlAfterFinished deletes jobs, with their pods, when ttlSecondsAfterFinished is over. */
export function startTtlAfterFinished(context: ControllerContext): Runnable[] {
  const jobs = context.informers.informer(Jobs);
  const client = context.client.resource(Jobs);
  const controller = new Controller({
    ...standard(context),
    name: 'ttl_jobs_to_delete',
    waitFor: [jobs],
    reconcile: async ({ namespace, name }) => {
      const job = jobs.get(namespace, name);
      const at = job && expiryMs(job);
      if (at === undefined) return;
      const waitMs = at - context.clock.now();
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      try {
        // The cache may not know yet that somebody gave it longer to live.
        const fresh = await client.get(namespace, name);
        if ((expiryMs(fresh) ?? Number.POSITIVE_INFINITY) > context.clock.now()) return;
        await client.delete(namespace, name, {
          propagationPolicy: 'Foreground',
          preconditions: { uid: fresh.metadata?.uid },
        });
      } catch (error) {
        if (!isNotFound(error) && !isStatus(error, 'Conflict')) throw error;
      }
    },
  });
  jobs.addHandler(enqueueObject(controller.queue, job => expiryMs(job) !== undefined));
  return [{ name: 'ttl_jobs_to_delete', run: signal => controller.run(signal) }];
}
