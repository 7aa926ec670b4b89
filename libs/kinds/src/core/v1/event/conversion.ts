type Fields = Record<string, unknown>;

/** NAMES are the fields of events.k8s.io, each with its name in the core group. */
const NAMES: readonly (readonly [events: string, core: string])[] = [
  ['note', 'message'],
  ['regarding', 'involvedObject'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

function rename(object: Fields, from: string, to: string): void {
  if (object[from] !== undefined) object[to] = object[from];
  delete object[from];
}

/** toCoreEvent turns an event of events.k8s.io into one of the core group, in place. */
export function toCoreEvent(object: Fields): void {
  for (const [events, core] of NAMES) rename(object, events, core);
}

/** fromCoreEvent is the way back. */
export function fromCoreEvent(object: Fields): void {
  for (const [events, core] of NAMES) rename(object, core, events);
}

/** EVENTS_LABELS are the selectable paths of events.k8s.io with those of the core group that they stand for. */
export const EVENTS_LABELS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(name => [
      `regarding.${name}`,
      `involvedObject.${name}`,
    ]),
  ),
  reason: 'reason',
  type: 'type',
  reportingController: 'reportingComponent',
};
