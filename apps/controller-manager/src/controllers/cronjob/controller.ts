import { CronJobs, Jobs, type batchv1 } from '@navarch/api';
import {
  CONTROLLER_INDEX,
  Controller,
  controllerIndex,
  controllerKey,
  enqueueMapped,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { CronJobReconciler } from './reconciler';

/** startCronJob makes Jobs when CronJobs say so. Each key waits for its own next time; nothing looks at all of them. */
export function startCronJob(context: ControllerContext): Runnable[] {
  const crons = context.informers.informer(CronJobs);
  const jobs = context.informers.informer(Jobs);
  jobs.addIndex(CONTROLLER_INDEX, controllerIndex);
  const reconciler = new CronJobReconciler(context, crons, jobs);
  const controller = new Controller({
    ...standard(context),
    name: 'cronjob',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [crons, jobs],
    reconcile: key => reconciler.reconcile(key),
  });
  const owner = (job: batchv1.Job) => {
    const key = controllerKey(job, CronJobs.kind);
    return key ? [key] : [];
  };
  crons.addHandler(enqueueObject(controller.queue));
  jobs.addHandler(enqueueMapped(controller.queue, owner));
  return [{ name: 'cronjob', run: signal => controller.run(signal) }];
}
