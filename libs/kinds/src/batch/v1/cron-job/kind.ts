import { CronJobs } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** cronJob declares CronJob. */
export const cronJob = defineKind({
  resource: CronJobs,
  versions: [
    served('batch/v1', 'CronJob', { since: 21, storedSince: 22 }),
    served('batch/v1beta1', 'CronJob', { until: 24, storedSince: 0, deprecated: deprecatedFor('1.21', '1.25', 'batch/v1 CronJob') }),
    served('batch/v2alpha1', 'CronJob', { until: 20 }),
  ],
  shortNames: ['cj'],
  categories: ['all'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
