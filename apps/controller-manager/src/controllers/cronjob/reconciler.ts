import { CronJobs, Jobs, type batchv1 } from '@navarch/api';
import { isAlreadyExists, isNotFound, isStatus, type ObjectKey } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Informer } from '@navarch/client';
import { CONTROLLER_INDEX, isControlledBy, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { isNamespaceTerminating } from '../../shared/pod-control';
import type { Release } from '../../shared/release';
import { asServed } from '../../shared/served-version';
import { cronJobsJob, expiredJobs, outcomeOf, planCronJob, referenceTo } from './plan';

/** CronJobReconciler makes a cron job's jobs when they are due, and removes old ones. */
export class CronJobReconciler {
  constructor(
    private readonly context: ControllerContext,
    private readonly crons: Informer<batchv1.CronJob>,
    private readonly jobs: Informer<batchv1.Job>,
  ) {}

  async reconcile({ namespace, name }: ObjectKey): Promise<Result | void> {
    const cached = this.crons.get(namespace, name);
    if (!cached) return;
    const jobs = this.jobs.byIndex(CONTROLLER_INDEX, cached.metadata?.uid ?? '');
    const cron = hasStranger(cached, jobs) ? await this.fresh(cached) : cached;
    if (!cron) return;
    const release = await this.context.release();
    const plan = planCronJob(cron, jobs, await this.missing(cron, jobs), this.context.clock.now(), release);
    // What the plan saw is written before anything is started upon it; a conflict means that it saw too little.
    const current = await this.write(cron, plan.status);
    const known = asServed(cron, release);
    for (const { type, reason, message } of plan.events) this.context.events.event(known, type, reason, message);
    for (const job of expiredJobs(cron, jobs)) await this.remove(known, job.metadata?.name ?? '', job.metadata?.uid);
    if (plan.start !== undefined) await this.start(current, plan.start, plan.replace, release);
    if (plan.requeueAfterMs !== undefined) return { requeueAfterMs: plan.requeueAfterMs };
  }

  /** fresh reads the cron job from the server: the cache may not have our own last write yet. */
  private async fresh({ metadata }: batchv1.CronJob): Promise<batchv1.CronJob | undefined> {
    try {
      const cron = await this.context.client.resource(CronJobs).get(metadata?.namespace ?? '', metadata?.name ?? '');
      return cron.metadata?.uid === metadata?.uid ? cron : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** missing are the active jobs that the server no longer has; the cache alone may only be behind. */
  private async missing(cron: batchv1.CronJob, jobs: readonly batchv1.Job[]): Promise<Set<string>> {
    const missing = new Set<string>();
    for (const { namespace = '', name = '', uid = '' } of cron.status?.active ?? []) {
      if (jobs.some(job => job.metadata?.uid === uid)) continue;
      try {
        const job = await this.context.client.resource(Jobs).get(namespace, name);
        if (job.metadata?.uid !== uid) missing.add(uid);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        missing.add(uid);
      }
    }
    return missing;
  }

  private async start(cron: batchv1.CronJob, scheduledMs: number, replace: boolean, release: Release): Promise<void> {
    const { client, events } = this.context;
    const known = asServed(cron, release);
    let { active = [] } = cron.status ?? {};
    if (replace) {
      for (const { name = '', uid } of active) await this.remove(known, name, uid);
      active = [];
    }
    const job = await this.create(known, cronJobsJob(cron, scheduledMs, release)).catch((error: unknown) => {
      if (isNamespaceTerminating(error)) return undefined;
      events.event(known, 'Warning', 'FailedCreate', `Error creating job: ${(error as Error).message}`);
      throw error;
    });
    if (!job) return;
    const status = {
      ...cron.status,
      active: [...active, referenceTo(job)],
      lastScheduleTime: rfc3339(scheduledMs),
    };
    await client.resource(CronJobs).updateStatus({ ...cron, status });
  }

  /** create makes the job; one that an earlier try made is as good. */
  private async create(cron: batchv1.CronJob, job: batchv1.Job): Promise<batchv1.Job> {
    const jobs = this.context.client.resource(Jobs);
    try {
      const made = await jobs.create(job);
      this.context.events.event(cron, 'Normal', 'SuccessfulCreate', `Created job ${made.metadata?.name}`);
      return made;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const there = await jobs.get(job.metadata?.namespace ?? '', job.metadata?.name ?? '');
      if (!isControlledBy(there, cron)) throw error;
      return there;
    }
  }

  private async remove(cron: batchv1.CronJob, name: string, uid: string | undefined): Promise<void> {
    const { client, events } = this.context;
    try {
      await client.resource(Jobs).delete(cron.metadata?.namespace ?? '', name, {
        propagationPolicy: 'Background',
        preconditions: { uid },
      });
      events.event(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    } catch (error) {
      if (isNotFound(error) || isStatus(error, 'Conflict')) return;
      events.event(cron, 'Warning', 'FailedDelete', `Deleted job: ${(error as Error).message}`);
      throw error;
    }
  }

  private async write(cron: batchv1.CronJob, status: batchv1.CronJobStatus): Promise<batchv1.CronJob> {
    if (semanticEqual(status, cron.status)) return cron;
    return this.context.client.resource(CronJobs).updateStatus({ ...cron, status });
  }
}

/** hasStranger: a job runs of which the status does not know. */
const hasStranger = ({ status }: batchv1.CronJob, jobs: readonly batchv1.Job[]) =>
  jobs.some(job => !outcomeOf(job) && !status?.active?.some(({ uid }) => uid === job.metadata?.uid));
