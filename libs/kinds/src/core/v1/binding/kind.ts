import { Bindings } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** binding declares Binding. */
export const binding = defineKind({
  resource: Bindings,
  versions: [
    served('v1', 'Binding'),
  ],
  verbs: ['create'],
  strategy: plainStrategy(),
});
