import { ComponentStatuses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** componentStatus declares ComponentStatus. */
export const componentStatus = defineKind({
  resource: ComponentStatuses,
  versions: [
    served('v1', 'ComponentStatus', { deprecated: deprecatedFor('1.19') }),
  ],
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  strategy: plainStrategy(),
});
