import type { corev1 } from '@navarch/api';
import {
  field,
  isQualifiedName,
  Path,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateStandardFinalizers,
  type FieldError,
} from '@navarch/apimachinery';
import type { MetadataChecks, StrategyContext } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, requireText } from '../../../shared/errors';

const MAX_NAME = 128;
const STRICT = 'events.k8s.io/v1';
const MAX_MESSAGE = 1024;

/** validateEvent checks an Event; clients of events.k8s.io/v1 have to say more than older ones. */
export function validateEvent(event: corev1.Event, { apiVersion, emulated }: StrategyContext): FieldError[] {
  const errors = validateAlways(event, apiVersion, emulated);
  if (apiVersion !== STRICT) return errors;
  const metadata = validateObjectMeta(event.metadata ?? {}, { namespaced: true, nameRule: 'subdomain', emulated });
  return [...errors, ...metadata, ...validateStrictly(event)];
}

/** COMPARED is the first release that compares a changed event with the one before; until then it was compared with itself. */
const COMPARED = 21;

/** eventMetadataChecks: metadata is looked at in the middle of the rest; clients of the older versions may name events as they like. */
export const eventMetadataChecks: MetadataChecks = { create: [], update: [] };

/** FIXED are the fields of an event that clients of events.k8s.io/v1 may not change. */
const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'reason',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const;

/** validateEventUpdate checks a changed Event: nothing but its series changes. */
export function validateEventUpdate(event: corev1.Event, old: corev1.Event, context: StrategyContext): FieldError[] {
  const { apiVersion, emulated } = context;
  const errors = validateAlways(event, apiVersion, emulated);
  if (apiVersion !== STRICT) return errors;
  const { metadata = {} } = event;
  const before = emulated < COMPARED ? event : old;
  return [
    ...errors,
    ...validateObjectMetaUpdate(metadata, before.metadata ?? {}, undefined, emulated),
    ...validateStandardFinalizers(metadata.finalizers),
    ...(semanticEqual(event.series, before.series) ? [] : validateSeries(event)),
    ...FIXED.filter(name => !semanticEqual(event[name], before[name])).map(name =>
      field.invalid(Path.at(name === 'reportingComponent' ? 'reportingController' : name), event[name], IMMUTABLE),
    ),
  ];
}

/** DEFAULT_TOO is the first release that takes events of cluster-scoped objects in the namespace default. */
const DEFAULT_TOO = 21;

/** NAMED_APART is the first release that calls the reporter as the version does that the client speaks. */
const NAMED_APART = 26;

function validateAlways(event: corev1.Event, apiVersion: string, emulated: number): FieldError[] {
  const namespace = event.metadata?.namespace ?? '';
  const about = event.involvedObject?.namespace ?? '';
  const at = Path.at('involvedObject', 'namespace');
  const mismatch = [field.invalid(at, about, 'does not match event.namespace')];
  if (!event.eventTime) {
    const fits = about ? namespace === about : namespace === '' || namespace === 'default';
    return fits ? [] : mismatch;
  }
  const homes = emulated >= DEFAULT_TOO ? ['default', 'kube-system'] : ['kube-system'];
  const homeless = !about && !homes.includes(namespace);
  const reporter = Path.at(
    apiVersion === 'v1' && emulated >= NAMED_APART ? 'reportingComponent' : 'reportingController',
  );
  const { reportingComponent = '', reportingInstance, action, reason, message = '' } = event;
  const tooLong = (name: string, text: string | undefined, max: number) =>
    Buffer.byteLength(text ?? '') > max ? [field.invalid(Path.at(name), '', `can have at most ${max} characters`)] : [];
  return [
    ...(homeless ? mismatch : []),
    ...requireText(reporter, reportingComponent),
    ...each(reporter, reportingComponent, isQualifiedName(reportingComponent)),
    ...requireText(Path.at('reportingInstance'), reportingInstance),
    ...tooLong('reportingInstance', reportingInstance, MAX_NAME),
    ...requireText(Path.at('action'), action),
    ...tooLong('action', action, MAX_NAME),
    ...requireText(Path.at('reason'), reason),
    ...tooLong('reason', reason, MAX_NAME),
    ...tooLong('message', message, MAX_MESSAGE),
  ];
}

function validateSeries({ series }: corev1.Event): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [field.invalid(Path.at('series.count'), '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [field.required(Path.at('series.lastObservedTime'))]),
  ];
}

function validateStrictly(event: corev1.Event): FieldError[] {
  const { eventTime, type = '', firstTimestamp, lastTimestamp, count, source } = event;
  const errors = validateSeries(event);
  if (!eventTime) errors.push(field.required(Path.at('eventTime')));
  if (type !== 'Normal' && type !== 'Warning')
    errors.push(field.invalid(Path.at('type'), '', `has invalid value: ${type}`));
  const unset = (name: string, value: unknown) => {
    if (value) errors.push(field.invalid(Path.at(name), '', 'needs to be unset'));
  };
  unset('firstTimestamp', firstTimestamp);
  unset('lastTimestamp', lastTimestamp);
  unset('count', count);
  unset('source', source?.component || source?.host);
  return errors;
}
