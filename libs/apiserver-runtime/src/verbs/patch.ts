import { decodeTyped, typeSchema } from '@navarch/api';
import {
  StatusError,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  spentPatch,
  goPrint,
  isRecord,
  notFound,
  parseApiVersion,
  goJson,
  untyped,
  type AnyObject,
  type ApiResponse,
} from '@navarch/apimachinery';
import type { Minor, Strategy } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { BodyTypeError, apiVersionText, bodyType, completeType, notAnObject } from '../encoding/body-type';
import { checkCustomPatched } from '../encoding/custom-body';
import { checkKind, shaped, typed } from '../encoding/decode-body';
import { INTERNAL } from '../encoding/schemes';
import { targetOf, type DecodeContext, type Target } from '../encoding/target';
import { offerOf, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import { notRouted, unknownFormat } from '../negotiate';
import type { Endpoint } from '../registry/resource';
import { plainFailure } from '../status-response';
import { applied } from './apply';
import { hubObject } from './create';
import { parsePatch, type ParsedPatch, type PatchType } from './patch-body';
import { FOR_MESSAGES } from './sent-empties';
import type { Services } from './services';
import { matchesPath, requireName, updateObject } from './update';
import { whyNot } from './why-not';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

const types: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);
const customTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/**
 * patchTypeOf reads the Content-Type of a patch; 415 for none of them, and for a strategic one of a custom resource. Without a body the
 * router finds fault with the answer instead: 406.
 */
export function patchTypeOf(headers: Exchange['request']['headers'], custom: boolean): PatchType {
  const header = headers['content-type'] ?? '';
  const semicolon = header.indexOf(';');
  const name = semicolon > 0 ? header.slice(0, semicolon) : header;
  const type = types.get(name);
  if (custom && (!type || type === 'strategic')) throw unknownFormat(customTypes);
  if (type) return type;
  // The router is content with any of several types, of which there can be but one.
  if (header.split(',').some(one => types.has(one.split(';', 1)[0]!.trim()))) throw unknownFormat([...types.keys()]);
  if (headers['content-length'] === '0') throw notRouted();
  throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** patch changes an object by a patch of any type; server-side apply may create it. */
export async function patch(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  strategy: Strategy<AnyObject>,
  subresource: string,
): Promise<ApiResponse> {
  const type = patchTypeOf(exchange.request.headers, endpoint.custom);
  requireName(exchange);
  const shape = shapeOf(exchange, offerOf(endpoint, subresource, services.emulated));
  const options = writeOptionsOf('PatchOptions', exchange.query, services.emulated, type === 'apply');
  const context = new WriteContext(services, endpoint, exchange, options, strategy, subresource);
  const body = await exchange.body(services.limits.maxBodyBytes);
  const { entry, created } =
    type === 'apply'
      ? await updateObject(context, applied(context, body), { forceCreate: !subresource, owned: true })
      : await updateObject(context, patched(context, type, body));
  await endpoint.resource.load([entry]);
  return respondEntry(shape, endpoint, entry, created ? 201 : 200, {
    now: services.clock.now(),
    emulated: services.emulated,
  });
}

function patched(
  context: WriteContext,
  type: Exclude<PatchType, 'apply'>,
  body: Buffer,
): (current: Entry | undefined) => AnyObject {
  const { endpoint, services, options } = context;
  let parsed: ParsedPatch | undefined;
  let warned = false;
  return current => {
    // Nobody reads a patch of what is not there.
    if (!current) throw notFound(endpoint.target, context.exchange.info.name);
    parsed ??= parsePatch(type, body, { ...options, emulated: services.emulated });
    const before = endpoint.readObject(current);
    const decode: DecodeContext = {
      ...{ emulated: services.emulated, fieldValidation: options.fieldValidation, findings: parsed.findings },
      anyKind: context.subresource === 'status',
      mistyped: failure => {
        context.mistyped = failure;
      },
      warn: text => {
        if (!warned) context.exchange.warn(text);
      },
    };
    const { value } = parsed;
    const read = (as: DecodeContext) => patchObject(targetOf(endpoint), type, value, before, as);
    const object = read(decode);
    context.reread = () => read({ ...decode, ...FOR_MESSAGES });
    warned = true;
    matchesPath(object, context.exchange.info.namespace, context.exchange.info.name);
    return hubObject(context, object);
  };
}

/** patchObject applies a patch to an object of a target's type, and brings what comes of it into that type. */
export function patchObject(
  target: Target,
  type: Exclude<PatchType, 'apply'>,
  value: unknown,
  before: AnyObject,
  decode: DecodeContext,
): AnyObject {
  const after = patchedValue(target, type, value, before, decode.emulated);
  if (!isRecord(after)) throw invalidPatch(JSON.stringify(after), notAnObject(after));
  if (target.custom) return restoreCustom(after, target, decode);
  return type === 'strategic'
    ? restoreStrategic(
        after,
        target,
        () =>
          spentPatch(
            strategicSchema(target, decode.emulated),
            before,
            value as Record<string, unknown>,
            decode.emulated,
          ),
        decode,
      )
    : restore(after, target, type, value, before, decode);
}

function patchedValue(
  target: Target,
  type: Exclude<PatchType, 'apply'>,
  value: unknown,
  before: AnyObject,
  emulated: Minor,
): unknown {
  switch (type) {
    case 'json':
      return applyJsonPatch(before, value, emulated);
    case 'merge':
      return applyMergePatch(before, value, emulated);
    case 'strategic':
      return applyStrategicMergePatch(strategicSchema(target, emulated), before, value, emulated);
  }
}

const strategicSchema = ({ schema }: Target, emulated: Minor) =>
  schema === undefined ? untyped : typeSchema(schema, emulated);

/** restoreStrategic brings the patched object back into its type. It is not read as a body: its kind is that of the path, whatever it says. */
function restoreStrategic(
  after: Record<string, unknown>,
  target: Target,
  spent: () => unknown,
  decode: DecodeContext,
): AnyObject {
  const object = strategicallyShaped(after, target, spent, decode);
  const problem = target.conversionProblem?.(object);
  if (problem !== undefined) throw plainFailure(problem);
  return object;
}

function strategicallyShaped(
  after: Record<string, unknown>,
  target: Target,
  spent: () => unknown,
  decode: DecodeContext,
): AnyObject {
  try {
    return shaped(after, [], target, { ...decode, restored: true });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const why =
      strictFinding(error) ?? whyNot(() => decodeTyped(target.schema!, after, { ...decode, dialect: 'unstructured' }));
    throw invalidPatch(goPrint(spent()), why);
  }
}

/** restore brings what a JSON or merge patch made back into its type. What does not fit is the patch's fault: 422. */
function restore(
  after: Record<string, unknown>,
  target: Target,
  type: PatchType,
  value: unknown,
  { metadata }: AnyObject,
  decode: DecodeContext,
): AnyObject {
  if (!target.versionless && isInternal(after, target))
    matchesPath({}, metadata?.namespace ?? '', metadata?.name ?? '');
  try {
    const text = () => patchedText(after, type, value);
    return typed(after, [], typeAfter(after, target, decode.emulated), { ...decode, text });
  } catch (error) {
    if (error instanceof BodyTypeError) throw invalidPatch(patchedText(after, type, value), error.message);
    if (!(error instanceof StatusError)) throw error;
    const text = patchedText(after, type, value);
    const strict = strictFinding(error);
    if (strict !== undefined) throw invalidPatch(text, strict);
    const raw = Buffer.from(text);
    const again = whyNot(() => typed(after, [], typeAfter(after, target, decode.emulated, raw), decode, raw));
    throw invalidPatch(text, again.replace(/^.*? cannot be handled as a [^:]*: /, ''));
  }
}

/** isInternal: what is read without a version, or as the type in between, is read as something that has no name. */
function isInternal({ kind, apiVersion = null }: Record<string, unknown>, { kind: own, hubGroup }: Target): boolean {
  if (apiVersion === null) return true;
  if (typeof apiVersion !== 'string' || (kind ?? own) !== own) return apiVersion === '';
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  if (version === '') return group === '' || group === hubGroup;
  return version === INTERNAL && group === hubGroup;
}

/** typeAfter is the type of what a patch made: the path's, or another version of it, from which it is converted. It throws for any other. */
function typeAfter(after: Record<string, unknown>, target: Target, emulated: Minor, raw?: Buffer): Target {
  // Written in the order of its keys, an object has these last: no other spelling of them counts.
  const { kind, apiVersion } = after;
  const type = completeType(bodyType({ kind: kind ?? null, apiVersion: apiVersion ?? null }), target);
  const as = (type.kind === target.kind && target.inVersion?.(apiVersionText(type))) || target;
  checkKind(type, as, emulated, raw && { value: after, raw });
  return as;
}

const STRICT = 'strict decoding error';

/** strictFinding is what fields were refused for, if the error is that. */
function strictFinding({ message }: StatusError): string | undefined {
  const at = message.indexOf(STRICT);
  return at < 0 ? undefined : message.slice(at);
}

/** restoreCustom does that for a custom resource, whose text has all its keys in order. */
function restoreCustom(after: Record<string, unknown>, target: Target, decode: DecodeContext): AnyObject {
  try {
    checkCustomPatched(after, target, decode.emulated);
    return typed(after, [], target, decode);
  } catch (error) {
    if (error instanceof StatusError && error.reason !== 'BadRequest') throw error;
    throw invalidPatch(goJson(after), (error as Error).message.replace(/^.*? cannot be handled as a [^:]*: /s, ''));
  }
}

/** patchedText is the patched object as messages quote it: what the patch went through has its keys sorted, the rest is as it was. */
function patchedText(after: Record<string, unknown>, type: PatchType, value: unknown): string {
  return touchedJson(after, type === 'json' ? touchedBy(value) : value);
}

function touchedJson(value: unknown, touched: unknown): string {
  if (typeof touched !== 'object' || touched === null) return JSON.stringify(value) ?? 'null';
  const child = (key: string) => (Object.hasOwn(touched, key) ? (touched as Record<string, unknown>)[key] : undefined);
  if (Array.isArray(value)) return `[${value.map((item, i) => touchedJson(item, child(String(i)))).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort();
  return `{${keys.map(key => `${JSON.stringify(key)}:${touchedJson(value[key], child(key))}`).join(',')}}`;
}

/** touchedBy is the tree of what the operations of a JSON patch go through. */
function touchedBy(operations: unknown): Record<string, unknown> {
  const tree = Object.create(null) as Record<string, unknown>;
  for (const { path, from } of Array.isArray(operations) ? (operations as { path?: unknown; from?: unknown }[]) : []) {
    for (const pointer of [path, from]) {
      let at = tree;
      const steps = typeof pointer === 'string' ? pointer.split('/').slice(1, -1) : [];
      for (const step of steps)
        at = (at[step.replace(/~1/g, '/').replace(/~0/g, '~')] ??= Object.create(null)) as Record<string, unknown>;
    }
  }
  return tree;
}

/** invalidPatch is the 422 for a patch whose result is no object of the kind. */
export function invalidPatch(shown: string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}
