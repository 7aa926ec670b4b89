import { Jobs } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** job declares Job. */
export const job = defineKind({
  resource: Jobs,
  versions: [
    served('batch/v1', 'Job'),
  ],
  categories: ['all'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
