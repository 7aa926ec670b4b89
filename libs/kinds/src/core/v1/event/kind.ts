import { CoreEvents, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns, type CellContext } from '../../../shared/columns';
import { ageOf, nameColumn, text, wide } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { EVENTS_LABELS, fromCoreEvent, toCoreEvent } from './conversion';
import { eventMetadataChecks, validateEvent, validateEventUpdate } from './validation';

const TTL_SECONDS = 60 * 60;

const firstSeen = (event: corev1.Event, context: CellContext) =>
  ageOf(event.firstTimestamp || event.eventTime, context);

function lastSeen(event: corev1.Event, context: CellContext): string {
  return event.series
    ? ageOf(event.series.lastObservedTime, context)
    : ageOf(event.lastTimestamp || event.firstTimestamp || event.eventTime, context);
}

/** FIRST_COUNTS is the first release whose series count the event that they began with. */
const FIRST_COUNTS = 26;

function timesSeen({ series, count }: corev1.Event, { emulated }: CellContext): number {
  if (series) return (series.count ?? 0) + (emulated < FIRST_COUNTS ? 1 : 0);
  return count || 1;
}

function source({ source, reportingComponent, reportingInstance }: corev1.Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}

function about({ involvedObject: { kind = '', name } }: corev1.Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

const OBJECT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

function selectable(event: corev1.Event): Record<string, string> {
  const object = event.involvedObject ?? {};
  return {
    ...Object.fromEntries(OBJECT_FIELDS.map(name => [`involvedObject.${name}`, object[name] ?? ''])),
    reason: event.reason ?? '',
    reportingComponent: event.reportingComponent ?? '',
    source: event.source?.component || event.reportingComponent || '',
    type: event.type ?? '',
  };
}

const events = { toHub: toCoreEvent, fromHub: fromCoreEvent, fieldLabels: EVENTS_LABELS } as const;

/** event declares Event, one kind in two groups. Events expire. */
export const event = defineKind<corev1.Event>({
  resource: CoreEvents,
  versions: [
    served('v1', 'Event'),
    served('events.k8s.io/v1', 'Event', events),
    served('events.k8s.io/v1beta1', 'Event', {
      ...events,
      until: 24,
      deprecated: deprecatedFor('1.22', '1.25', 'events.k8s.io/v1 Event'),
    }),
  ],
  shortNames: ['ev'],
  selectableFields: selectable,
  fieldLabels: Object.keys(selectable({ metadata: {}, involvedObject: {} } as corev1.Event)),
  ttlSeconds: () => TTL_SECONDS,
  columns: defineColumns<corev1.Event>([
    text('Last Seen', lastSeen),
    text('Type', ({ type = '' }) => type),
    text('Reason', ({ reason = '' }) => reason),
    text('Object', about),
    wide('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
    wide('Source', source),
    text('Message', ({ message = '' }) => message.trim()),
    wide('First Seen', firstSeen),
    wide('Count', timesSeen),
    { ...nameColumn, priority: 1 },
  ]),
  strategy: plainStrategy<corev1.Event>(validateEvent, {
    allowCreateOnUpdate: true,
    metadataChecks: eventMetadataChecks,
    validateUpdate: validateEventUpdate,
  }),
});
