import type { batchv1 } from '@navarch/api';
import type { Path } from '@navarch/apimachinery';
import { podWarnings } from '../../../core/v1/pod/warnings';
import type { Release } from '../../../shared/errors';

/** COUNTED is the first release that warns of more indexes than it can keep track of. */
const COUNTED = 28;
const MANY_COMPLETIONS = 100_000;
const MANY_PODS = 10_000;
const UNTRACKED =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** jobWarnings warn of what is most likely a mistake in the spec of a job, which stands at `path`. */
export function jobWarnings(
  spec: batchv1.JobSpec | undefined,
  old: batchv1.JobSpec | undefined,
  path: Path,
  release: Release,
): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec ?? {};
  const many = completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_PODS;
  return [
    ...(many && release.emulated >= COUNTED ? [`${path.toString()}: ${UNTRACKED}`] : []),
    ...podWarnings(spec?.template, old?.template, path.child('template'), release),
  ];
}
