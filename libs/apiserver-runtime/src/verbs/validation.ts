import {
  StatusError,
  groupResourceName,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type AnyObject,
  type FieldError,
  type NameRule,
  type StatusCause,
} from '@navarch/apimachinery';
import { messageKind } from '../registry/message-names';
import type { Endpoint } from '../registry/resource';
import type { WriteContext } from './write-context';

/** checkNew throws the 422 with everything that is wrong with a new object. */
export function checkNew(context: WriteContext, object: AnyObject): void {
  const { endpoint, strategy } = context;
  const errors = [
    ...metaErrors(endpoint, object, endpoint.kind.nameRule ?? 'subdomain'),
    ...(strategy.validate?.(object, context.strategyContext) ?? []),
  ];
  throwInvalid(endpoint, object, errors);
  for (const text of strategy.warnings?.(object, undefined, context.strategyContext) ?? []) context.exchange.warn(text);
}

function metaErrors(endpoint: Endpoint, object: AnyObject, nameRule: NameRule): FieldError[] {
  return validateObjectMeta(object.metadata ?? {}, {
    namespaced: endpoint.resource.namespaced,
    nameRule,
    anyFinalizer: endpoint.custom || endpoint.kind.anyFinalizer === true,
  });
}

/** checkChange throws the 422 with everything that is wrong with a change. */
export function checkChange(context: WriteContext, object: AnyObject, old: AnyObject): void {
  const { endpoint, strategy } = context;
  // Metadata is looked at twice, by the server and by the kind's own validation, and the answer lists both findings.
  const change = validateObjectMetaUpdate(object.metadata ?? {}, old.metadata ?? {});
  const whole = metaErrors(endpoint, object, 'pathSegment');
  const errors = [
    ...whole,
    ...change,
    ...change,
    ...whole,
    ...(strategy.validateUpdate?.(object, old, context.strategyContext) ?? []),
  ];
  throwInvalid(endpoint, object, errors);
  for (const text of strategy.warnings?.(object, old, context.strategyContext) ?? []) context.exchange.warn(text);
}

function throwInvalid(endpoint: Endpoint, object: AnyObject, errors: readonly FieldError[]): void {
  if (errors.length) throw invalid(messageKind(endpoint), object.metadata?.name ?? '', errors);
}

/** invalid is the 422 answer: the message names each finding once, the causes list all. */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [...new Set(errors.map(e => `${e.field}: ${e.message}`))];
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const causes: StatusCause[] = errors.map(e => ({ reason: e.reason, message: e.message, field: e.field }));
  const title = groupResourceName({ group: kind.group, resource: kind.kind });
  const details = {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    ...(kind.kind && { kind: kind.kind }),
    causes,
  };
  return new StatusError(422, 'Invalid', `${title} ${JSON.stringify(name)} is invalid: ${list}`, details);
}
