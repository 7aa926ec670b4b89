import type { corev1 } from '@navarch/api';
import { field, isQualifiedName, Path, validateObjectMeta, type FieldError } from '@navarch/apimachinery';
import type { MetadataChecks, StrategyContext } from '../../../kind';
import { each, requireText } from '../../../shared/errors';

const MAX_NAME = 128;
const STRICT = 'events.k8s.io/v1';
const MAX_MESSAGE = 1024;

/** validateEvent checks an Event; clients of events.k8s.io/v1 have to say more than older ones. */
export function validateEvent(event: corev1.Event, { apiVersion, emulated }: StrategyContext): FieldError[] {
  const errors = validateAlways(event, emulated);
  if (apiVersion !== STRICT) return errors;
  const metadata = validateObjectMeta(event.metadata ?? {}, { namespaced: true, nameRule: 'subdomain', emulated });
  return [...errors, ...metadata, ...validateStrictly(event)];
}

/** UNCHECKED is the last release that takes any change of an event. */
const UNCHECKED = 20;

/** eventMetadataChecks: metadata is looked at in the middle of the rest; clients of the older versions may name events as they like. */
export const eventMetadataChecks = ({ apiVersion, emulated }: StrategyContext): MetadataChecks => ({
  create: [],
  update: apiVersion === STRICT && emulated > UNCHECKED ? ['change'] : [],
});

/** validateEventUpdate checks a changed Event. */
export function validateEventUpdate(event: corev1.Event, context: StrategyContext): FieldError[] {
  return context.emulated <= UNCHECKED ? validateAlways(event, context.emulated) : validateEvent(event, context);
}

/** DEFAULT_TOO is the first release that takes events of cluster-scoped objects in the namespace default. */
const DEFAULT_TOO = 21;

function validateAlways(event: corev1.Event, emulated: number): FieldError[] {
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
  const { reportingComponent = '', reportingInstance, action, reason, message = '' } = event;
  const tooLong = (name: string, text: string | undefined, max: number) =>
    Buffer.byteLength(text ?? '') > max ? [field.invalid(Path.at(name), '', `can have at most ${max} characters`)] : [];
  return [
    ...(homeless ? mismatch : []),
    ...requireText(Path.at('reportingController'), reportingComponent),
    ...each(Path.at('reportingController'), reportingComponent, isQualifiedName(reportingComponent)),
    ...requireText(Path.at('reportingInstance'), reportingInstance),
    ...tooLong('reportingInstance', reportingInstance, MAX_NAME),
    ...requireText(Path.at('action'), action),
    ...tooLong('action', action, MAX_NAME),
    ...requireText(Path.at('reason'), reason),
    ...tooLong('reason', reason, MAX_NAME),
    ...tooLong('message', message, MAX_MESSAGE),
  ];
}

function validateStrictly(event: corev1.Event): FieldError[] {
  const { series, eventTime, type = '', firstTimestamp, lastTimestamp, count, source } = event;
  const errors: FieldError[] = [];
  if (series) {
    if ((series.count ?? 0) < 2) errors.push(field.invalid(Path.at('series.count'), '', 'should be at least 2'));
    if (!series.lastObservedTime) errors.push(field.required(Path.at('series.lastObservedTime')));
  }
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
