import type { batchv1 } from '@navarch/api';
import { defaultTemplate } from '../../../core/v1/pod/defaults';
import type { Minor } from '../../../kind';

/** defaultJob completes a Job, in place. Its labels are the template's unless given. */
export function defaultJob(job: batchv1.Job, emulated: Minor): void {
  const { spec } = job;
  if (!spec) return;
  defaultJobSpec(spec, emulated);
  // One pod, once; with a parallelism alone the job is a work queue and has no fixed number of completions.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  if (spec.backoffLimitPerIndex === undefined) spec.backoffLimit ??= 6;
  else spec.backoffLimit ??= 2 ** 31 - 1;
  if (emulated >= 21) {
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
  }
  if (emulated >= 29) spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  if (emulated >= 31) spec.manualSelector ??= false;
  inheritLabels(job);
}

/** defaultJobSpec completes what jobs and templates of jobs have in common, in place: conditions of pods hold unless said otherwise. */
export function defaultJobSpec({ template, podFailurePolicy }: batchv1.JobSpec, emulated: Minor): void {
  if (template) defaultTemplate(template, emulated);
  for (const condition of (podFailurePolicy?.rules ?? []).flatMap(rule => rule.onPodConditions ?? []))
    condition.status ||= 'True';
}

/** inheritLabels gives a job without labels those of its pods, in place: the same object, so that what is added to one is added to both. */
export function inheritLabels(job: batchv1.Job): void {
  const labels = job.spec?.template?.metadata?.labels;
  const metadata = (job.metadata ??= {});
  if (labels && Object.keys(labels).length && !Object.keys(metadata.labels ?? {}).length) metadata.labels = labels;
}
