import { Jobs, Pods, type batchv1, type corev1 } from '@navarch/api';
import { controllerOf, isDeleting } from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  Expectations,
  controllerIndex,
  enqueueController,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { WriteWatch } from '../../shared/write-watch';
import { JobReconciler, TRACKING } from './reconciler';

/** startJob runs Jobs. */
export function startJob(context: ControllerContext): Runnable[] {
  const jobs = context.informers.informer(Jobs);
  const pods = context.informers.informer(Pods);
  pods.addIndex(CONTROLLER_INDEX, controllerIndex);
  const expectations = new Expectations(context.clock);
  const writes = new WriteWatch<batchv1.Job>();
  const reconciler = new JobReconciler(context, jobs, pods, expectations, writes);
  const controller = new Controller({
    ...standard(context),
    name: 'job',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [jobs, pods],
    queue: { initialMs: 1_000, maxMs: 60_000 },
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  jobs.addHandler({
    added: job => void writes.seen(job),
    updated: (_old, job) => void writes.seen(job),
    deleted: job => writes.gone(job),
  });
  jobs.addHandler(enqueueObject(queue));
  pods.addHandler(enqueueController({ queue, kind: Jobs.kind, owners: jobs, expectations }));
  // Pods of a job that is gone, or that lost their job, must not be held by it for ever.
  const releaseOrphan = async (pod: corev1.Pod): Promise<void> => {
    const owner = controllerOf(pod);
    const job = owner?.kind === Jobs.kind ? jobs.get(pod.metadata?.namespace ?? '', owner.name) : undefined;
    if (!owner || job?.metadata?.uid !== owner.uid) await reconciler.release(pod);
  };
  const orphans = new Controller({
    ...standard(context),
    name: 'job_orphan_pod',
    concurrency: 1,
    waitFor: [jobs, pods],
    reconcile: async ({ namespace, name }) => {
      const pod = pods.get(namespace, name);
      if (pod) await releaseOrphan(pod);
    },
  });
  pods.addHandler(
    enqueueObject(orphans.queue, pod => pod.metadata?.finalizers?.includes(TRACKING) === true && isDeleting(pod)),
  );
  jobs.addHandler({
    deleted: job => {
      for (const pod of pods.byIndex(CONTROLLER_INDEX, job.metadata?.uid ?? ''))
        orphans.queue.add(`${pod.metadata?.namespace}/${pod.metadata?.name}`);
    },
  });
  return [
    { name: 'job', run: signal => controller.run(signal) },
    { name: 'job_orphan_pod', run: signal => orphans.run(signal) },
  ];
}
