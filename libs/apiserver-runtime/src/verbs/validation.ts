import {
  StatusError,
  groupResourceName,
  validateNamelessMeta,
  validateObjectMetaUpdate,
  validateObjectNames,
  validateStandardFinalizers,
  type AnyObject,
  type FieldError,
  type StatusCause,
} from '@navarch/apimachinery';
import { nameRuleOf, type MetadataCheck, type MetadataChecks, type Strategy } from '@navarch/kinds';
import { messageKind } from '../registry/message-names';
import type { Endpoint } from '../registry/resource';
import { asSent } from './sent-empties';
import type { WriteContext } from './write-context';

/** checkNew throws the 422 with everything that is wrong with a new object: what the kind finds, else what the server finds. */
export function checkNew(context: WriteContext, object: AnyObject): void {
  const { endpoint } = context;
  const { strategy } = endpoint.kind;
  const look = lookAt(context, object);
  const own = checksOf(strategy, context).create ?? CREATE;
  throwInvalid(endpoint, object, [
    ...own.flatMap(look.byKind),
    ...worded(context, object, one => strategy.validate?.(one, context.strategyContext)),
  ]);
  if (!own.length) throwInvalid(endpoint, object, look.byServer());
  for (const text of strategy.warnings?.(object, undefined, context.strategyContext) ?? []) context.exchange.warn(text);
}

/** checkChange throws the 422 with everything that is wrong with a change. */
export function checkChange(context: WriteContext, object: AnyObject, old: AnyObject): void {
  const { endpoint, strategy } = context;
  // Metadata is looked at by the server and again by the kind's own validation, and the answer lists all findings.
  const look = lookAt(context, object, old);
  const errors = [
    ...look.byServer(),
    ...(checksOf(strategy, context).update ?? UPDATE).flatMap(check =>
      typeof check === 'string'
        ? look.byKind(check)
        : worded(context, object, one => check(one, old, context.strategyContext)),
    ),
    ...worded(context, object, one => strategy.validateUpdate?.(one, old, context.strategyContext)),
  ];
  throwInvalid(endpoint, object, errors);
  for (const text of strategy.warnings?.(object, old, context.strategyContext) ?? []) context.exchange.warn(text);
}

/** worded are the findings about an object, in words that tell what is empty from what is not there. */
function worded(
  context: WriteContext,
  object: AnyObject,
  find: (object: AnyObject) => FieldError[] | undefined,
): readonly FieldError[] {
  const errors = find(object) ?? [];
  const sent = errors.length ? asSent(context, object) : undefined;
  const again = sent && find(sent);
  return again?.length === errors.length ? again : errors;
}

const CREATE: readonly MetadataCheck[] = ['whole'];
const UPDATE: readonly MetadataCheck[] = ['change', 'whole'];

function checksOf(
  { metadataChecks: checks = {} }: Strategy<AnyObject>,
  { strategyContext }: WriteContext,
): MetadataChecks<AnyObject> {
  return typeof checks === 'function' ? checks(strategyContext) : checks;
}

interface Look {
  byServer(): FieldError[];
  byKind(check: MetadataCheck): FieldError[];
}

/** lookAt checks metadata once, for findings to be told as often as they are looked for. */
function lookAt({ endpoint, services: { emulated } }: WriteContext, object: AnyObject, old?: AnyObject): Look {
  const { metadata = {} } = object;
  const { kind, resource } = endpoint;
  const nameless = validateNamelessMeta(metadata, resource.namespaced, undefined, emulated);
  const change = old ? validateObjectMetaUpdate(metadata, old.metadata ?? {}, undefined, emulated) : [];
  const unknown = endpoint.custom || kind.anyFinalizer ? [] : validateStandardFinalizers(metadata.finalizers);
  return {
    byServer: () => [...validateObjectNames(metadata, 'pathSegment'), ...nameless, ...change],
    byKind: check =>
      check === 'change'
        ? [...change, ...unknown]
        : [...validateObjectNames(metadata, nameRuleOf(kind, object), undefined, emulated), ...nameless, ...unknown],
  };
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
