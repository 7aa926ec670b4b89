import { PodTemplates } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** podTemplate declares PodTemplate. */
export const podTemplate = defineKind({
  resource: PodTemplates,
  versions: [
    served('v1', 'PodTemplate'),
  ],
  strategy: plainStrategy(),
});
