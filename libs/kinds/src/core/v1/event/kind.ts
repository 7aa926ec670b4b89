import { CoreEvents } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** event declares Event. */
export const event = defineKind({
  resource: CoreEvents,
  versions: [
    served('v1', 'Event'),
    served('events.k8s.io/v1', 'Event'),
    served('events.k8s.io/v1beta1', 'Event', { until: 24, deprecated: deprecatedFor('1.22', '1.25', 'events.k8s.io/v1 Event') }),
  ],
  shortNames: ['ev'],
  strategy: plainStrategy(),
});
