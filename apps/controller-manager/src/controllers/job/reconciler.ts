import { Jobs, Pods, type batchv1, type corev1 } from '@navarch/api';
import {
  isDeleting,
  isNotFound,
  isStatus,
  keyString,
  objectKey,
  selectorFromLabelSelector,
  type ObjectKey,
} from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Informer } from '@navarch/client';
import type { Expectations } from '@navarch/controller-runtime';
import { CONTROLLER_INDEX, claimObjects, slowStart, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { PodControl, isNamespaceTerminating, podFromTemplate } from '../../shared/pod-control';
import { isPodTerminal, positive } from '../../shared/pods';
import type { Release } from '../../shared/release';
import { BEHIND_MS, type WriteWatch } from '../../shared/write-watch';
import { indexOf, parseIndexes, renderIndexes, withIndex } from './indexes';
import { isFinished, isIndexed, isTracked, planJob, type JobFacts, type JobPlan } from './plan';
import { conclude, countPresent, isWorthWriting } from './status';

/** TRACKING keeps a finished pod until its job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
type Status = batchv1.JobStatus;

/** JobReconciler runs a job's pods until enough of them have succeeded, or too many have failed. */
export class JobReconciler {
  private readonly control: PodControl;
  /** failures in a row, by job uid; lost with the process, which only shortens a pause. */
  private readonly failures = new Map<string, { count: number; lastMs: number }>();

  constructor(
    private readonly context: ControllerContext,
    private readonly jobs: Informer<batchv1.Job>,
    private readonly pods: Informer<corev1.Pod>,
    private readonly expectations: Expectations,
    private readonly writes: WriteWatch<batchv1.Job>,
  ) {
    this.control = new PodControl(context.client, context.events);
  }

  async reconcile(object: ObjectKey): Promise<Result | void> {
    const key = keyString(object);
    const job = this.jobs.get(object.namespace, object.name);
    if (!job) return this.expectations.forget(key);
    if (job.spec?.managedBy && job.spec.managedBy !== 'kubernetes.io/job-controller') return;
    const release = await this.context.release();
    const tracked = isTracked(release);
    // A finished job that the cache does not know as such would begin anew.
    if (this.writes.isBehind(key, this.context.clock.now())) return { requeueAfterMs: BEHIND_MS };
    const mayAct = this.expectations.satisfied(key) && !isDeleting(job);
    const pods = await this.claim(job, tracked);
    if (isFinished(job)) return this.releasePods(pods);
    const { status, job: counted } = tracked
      ? await this.count(this.started(job), pods)
      : this.countPresent(this.started(job), pods);
    const facts = this.facts(counted, status, pods, release);
    const plan: JobPlan = mayAct ? planJob({ ...counted, status }, facts) : { delete: [], create: [] };
    const failure = await this.apply(key, counted, plan, tracked);
    const conclusion = conclude(counted, status, plan, pods, release, this.context.clock.now());
    if (tracked || isWorthWriting(job.status, conclusion.status)) await this.write(counted, conclusion.status);
    for (const { type, reason, message } of conclusion.events) this.context.events.event(job, type, reason, message);
    if (failure !== undefined && !isNamespaceTerminating(failure)) throw failure;
    if (plan.requeueAfterMs !== undefined) return { requeueAfterMs: plan.requeueAfterMs };
  }

  private claim(owner: batchv1.Job, tracked: boolean): Promise<corev1.Pod[]> {
    const { namespace = '', uid = '' } = owner.metadata ?? {};
    const orphans = this.pods.byIndex(CONTROLLER_INDEX, '').filter(pod => pod.metadata?.namespace === namespace);
    const selector = selectorFromLabelSelector(owner.spec?.selector);
    const candidates = [...this.pods.byIndex(CONTROLLER_INDEX, uid), ...orphans];
    const { client } = this.context;
    const finalizer = tracked ? TRACKING : undefined;
    return claimObjects({ client, ownerToken: Jobs, owner, token: Pods, selector, candidates, finalizer });
  }

  /** started sets the start time of a job that is not suspended, and takes it from one that is. */
  private started(job: batchv1.Job): batchv1.Job {
    const suspended = job.spec?.suspend === true;
    if (suspended === (job.status?.startTime === undefined)) return job;
    return { ...job, status: { ...job.status, startTime: suspended ? undefined : rfc3339(this.context.clock.now()) } };
  }

  /**
   * count counts finished pods exactly once over crashes: their uids are written to the status, then their finalizers are
   * removed, and only then they move from the uids to the counts.
   */
  private async count(job: batchv1.Job, pods: readonly corev1.Pod[]): Promise<{ status: Status; job: batchv1.Job }> {
    const known = job.status?.uncountedTerminatedPods;
    const succeeded = new Set(known?.succeeded ?? []);
    const failed = new Set(known?.failed ?? []);
    const finished = pods.filter(pod => hasFinalizer(pod) && (isPodTerminal(pod) || isDeleting(pod)));
    for (const pod of finished) (pod.status?.phase === 'Succeeded' ? succeeded : failed).add(pod.metadata?.uid ?? '');
    if (!succeeded.size && !failed.size) return { status: { ...job.status }, job };
    const uncountedTerminatedPods = {
      ...(succeeded.size && { succeeded: [...succeeded] }),
      ...(failed.size && { failed: [...failed] }),
    };
    const written = await this.write(job, { ...job.status, uncountedTerminatedPods });
    await this.releasePods(finished);
    this.noteFailures(job, finished, failed.size, succeeded.size);
    const completed = parseIndexes(written.status?.completedIndexes);
    for (const pod of pods) {
      const index = indexOf(pod);
      if (succeeded.has(pod.metadata?.uid ?? '') && index !== undefined && index < (job.spec?.completions ?? 0))
        completed.add(index);
    }
    const indexed = isIndexed(job);
    const status: Status = {
      ...written.status,
      uncountedTerminatedPods: undefined,
      succeeded: positive(indexed ? completed.size : (written.status?.succeeded ?? 0) + succeeded.size),
      failed: positive((written.status?.failed ?? 0) + failed.size),
      ...(indexed && { completedIndexes: renderIndexes(completed) }),
    };
    return { status, job: written };
  }

  private countPresent(job: batchv1.Job, pods: readonly corev1.Pod[]): { status: Status; job: batchv1.Job } {
    const status = countPresent(job.status, pods);
    const more = (now = 0, before = 0) => Math.max(0, now - before);
    const failed = more(status.failed, job.status?.failed);
    this.noteFailures(job, pods, failed, more(status.succeeded, job.status?.succeeded));
    return { status, job };
  }

  private noteFailures(job: batchv1.Job, finished: readonly corev1.Pod[], failed: number, succeeded: number): void {
    const uid = job.metadata?.uid ?? '';
    if (succeeded) this.failures.delete(uid);
    if (!failed || !finished.length) return;
    const count = (this.failures.get(uid)?.count ?? 0) + failed;
    this.failures.set(uid, { count, lastMs: this.context.clock.now() });
  }

  private facts(job: batchv1.Job, status: Status, pods: readonly corev1.Pod[], release: Release): JobFacts {
    const inRow = this.failures.get(job.metadata?.uid ?? '');
    return {
      pods,
      succeeded: status.succeeded ?? 0,
      failed: status.failed ?? 0,
      completedIndexes: parseIndexes(status.completedIndexes),
      failuresInRow: inRow?.count ?? 0,
      lastFailureMs: inRow?.lastMs ?? 0,
      nowMs: this.context.clock.now(),
      release,
    };
  }

  private async apply(key: string, job: batchv1.Job, plan: JobPlan, tracked: boolean): Promise<unknown> {
    if (plan.delete.length) {
      const uid = (pod: corev1.Pod) => pod.metadata?.uid ?? '';
      this.expectations.expectDeletions(key, plan.delete.map(uid));
      const outcomes = await Promise.allSettled(plan.delete.map(pod => this.control.delete(job, pod)));
      outcomes.forEach(
        (outcome, i) => outcome.status === 'rejected' && this.expectations.deletionObserved(key, uid(plan.delete[i]!)),
      );
      const failed = outcomes.find(outcome => outcome.status === 'rejected');
      if (failed) return failed.reason;
    }
    if (!plan.create.length) return undefined;
    this.expectations.expectCreations(key, plan.create.length);
    const { done, failure } = await slowStart(plan.create.length, async i => {
      const index = plan.create[i];
      const plain = podFromTemplate(Jobs, job, job.spec?.template);
      if (tracked) plain.metadata!.finalizers = [...(plain.metadata!.finalizers ?? []), TRACKING];
      await this.control.create(job, index === undefined ? plain : withIndex(plain, job.metadata?.name ?? '', index));
    });
    for (let i = done; i < plan.create.length; i++) this.expectations.creationObserved(key);
    return failure;
  }

  private async write(job: batchv1.Job, status: Status): Promise<batchv1.Job> {
    const { namespace, name } = objectKey(job);
    const cached = () => this.jobs.get(namespace, name);
    // Judged by what the server has, since `job` may carry a start time that is not written yet.
    const known = cached();
    if (known?.metadata?.resourceVersion === job.metadata?.resourceVersion && semanticEqual(known?.status, status))
      return { ...job, status };
    const written = await this.context.client.resource(Jobs).updateStatus({ ...job, status });
    this.writes.note(written, cached(), this.context.clock.now());
    return written;
  }

  /** release takes the tracking finalizer off a pod whose job is gone. */
  release(pod: corev1.Pod): Promise<void> {
    return this.releasePods([pod]);
  }

  private async releasePods(pods: readonly corev1.Pod[]): Promise<void> {
    await Promise.all(pods.filter(hasFinalizer).map(pod => this.releasePod(pod)));
  }

  /** releasePod tests what it removes: a pod that another pass has released must not get the finalizer back, or be counted twice. */
  private async releasePod({ metadata }: corev1.Pod): Promise<void> {
    const client = this.context.client.resource(Pods);
    const { namespace = '', name = '', uid } = metadata ?? {};
    const path = `/metadata/finalizers/${metadata?.finalizers?.indexOf(TRACKING)}`;
    const body = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path, value: TRACKING },
      { op: 'remove', path },
    ];
    try {
      await client.patch(namespace, name, { type: 'json', body });
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isStatus(error, 'Invalid') || (await this.stillHeld(namespace, name, uid))) throw error;
    }
  }

  private async stillHeld(namespace: string, name: string, uid: string | undefined): Promise<boolean> {
    try {
      const pod = await this.context.client.resource(Pods).get(namespace, name);
      return pod.metadata?.uid === uid && hasFinalizer(pod);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

const hasFinalizer = (pod: corev1.Pod) => pod.metadata?.finalizers?.includes(TRACKING) === true;
