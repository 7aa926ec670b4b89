import { LimitRanges, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { validateLimitRange } from './validation';

/** defaultLimitRange derives the defaults of containers from their bounds, in place. */
function defaultLimitRange({ spec }: corev1.LimitRange): void {
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length) item.default = limits;
    if (Object.keys(requests).length) item.defaultRequest = requests;
  }
}

/** limitRange declares LimitRange. */
export const limitRange = defineKind<corev1.LimitRange>({
  resource: LimitRanges,
  versions: [served('v1', 'LimitRange')],
  shortNames: ['limits'],
  defaults: defaultLimitRange,
  strategy: plainStrategy<corev1.LimitRange>(validateLimitRange, {
    metadataChecks: { update: ['whole'] },
    allowCreateOnUpdate: true,
    // Whoever names none gets the uid, generateName or not.
    preparesUnnamed: true,
    prepareForCreate: ({ metadata = {} }) => {
      if (!metadata.name && metadata.uid) metadata.name = metadata.uid;
    },
  }),
});
