import type { batchv1 } from '@navarch/api';
import type { Minor } from '../../../kind';

/** PREFIXED is the first release whose jobs carry the labels with a domain beside the plain ones. */
const PREFIXED: Minor = 27;

/** UID_LABEL marks the pods of a job by its uid. */
export const UID_LABEL = 'controller-uid';
/** NAME_LABEL marks them by its name. */
export const NAME_LABEL = 'job-name';
const PREFIX = 'batch.kubernetes.io/';

/** isPlainLabel tells a label without a domain from its double with one. */
export const isPlainLabel = (key: string) => !key.startsWith(PREFIX);

/** jobLabels are the labels that the API server gives a job's pods. */
export function jobLabels(job: batchv1.Job, emulated: Minor): Record<string, string> {
  const plain = { [UID_LABEL]: job.metadata?.uid ?? '', [NAME_LABEL]: job.metadata?.name ?? '' };
  if (emulated < PREFIXED) return plain;
  return { ...plain, ...Object.fromEntries(Object.entries(plain).map(([key, value]) => [PREFIX + key, value])) };
}

/**
 * generateSelector gives a job without manualSelector a selector of its own, by the job's uid, and its pods the labels for it.
 * In place; uid and name have to be there. Labels that the client has set stay: validation refuses them if they conflict.
 */
export function generateSelector(job: batchv1.Job, emulated: Minor): void {
  const { spec } = job;
  if (!spec || spec.manualSelector) return;
  const template = (spec.template ??= {} as batchv1.JobSpec['template']);
  const metadata = (template.metadata ??= {});
  const labels = jobLabels(job, emulated);
  const isShared = metadata.labels !== undefined && job.metadata?.labels === metadata.labels;
  metadata.labels = { ...labels, ...metadata.labels };
  if (isShared) job.metadata!.labels = metadata.labels;
  const key = emulated < PREFIXED ? UID_LABEL : PREFIX + UID_LABEL;
  spec.selector ??= {};
  spec.selector.matchLabels = { [key]: labels[key]!, ...spec.selector.matchLabels };
}
