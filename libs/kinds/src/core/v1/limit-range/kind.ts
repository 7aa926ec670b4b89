import { LimitRanges } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** limitRange declares LimitRange. */
export const limitRange = defineKind({
  resource: LimitRanges,
  versions: [
    served('v1', 'LimitRange'),
  ],
  shortNames: ['limits'],
  strategy: plainStrategy(),
});
