import { decodeTyped, defNameOf, outlineOf } from '@navarch/api';
import {
  JsonError,
  StatusError,
  badRequest,
  decodeJson,
  goJson,
  isRecord,
  mergedJson,
  sortedKeys,
  strictFields,
  type AnyObject,
  type StrictField,
} from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Media } from '../negotiate';
import type { CustomKind } from '../options';
import { apiVersionText, bodyType, completeType, notAnObject, type BodyType } from './body-type';
import { checkCustomBody, notHandled, takeCustomType } from './custom-body';
import { internalGroup } from './respond';
import { fromProtobuf, openProtobuf } from './protobuf';
import { INTERNAL, knownType, notRegistered, schemeOf } from './schemes';
import type { DecodeContext, Target } from './target';
import { parseYaml, repeatedKeys, repeatedKeyText, unmarshalErrors } from './yaml';

/** Parsed is a body as plain JSON. */
export interface Parsed {
  readonly value: unknown;
  /** duplicates are the paths of fields that JSON repeats; of YAML they are not looked for. */
  readonly duplicates: readonly string[];
  /** raw is the body's JSON text, for messages that quote it. */
  readonly raw: Buffer;
}

/** readBody reads the text of a body; it throws an Error that says why it cannot. */
export function readBody(body: Buffer, media: Exclude<Media, 'protobuf'>, findDuplicates: boolean): Parsed {
  try {
    if (media === 'yaml') return parseYamlBody(body);
    const { value, duplicates } = decodeJson(body, { findDuplicates });
    return { value, duplicates, raw: body };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new Error(`couldn't get version/kind; json parse error: ${error.message}`, { cause: error });
  }
}

function parseYamlBody(body: Buffer): Parsed {
  // What is made of YAML has its keys in order, and is told of in that order.
  const value = sortedKeys(parseYaml(body));
  return { value, duplicates: [], raw: Buffer.from(goJson(value)) };
}

function unrecognized({ kind }: Target, why: string, body: Buffer): StatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`);
}

/** summary shows the beginning of a body: as text if it looks like JSON, in hexadecimal digits else. */
function summary(body: Buffer): string {
  if (!body.length) return '<empty>';
  const head = body.subarray(0, 30);
  return `${body[0] === 0x7b ? head.toString() : head.toString('hex')}${body.length > 30 ? ' ...' : ''}`;
}

/** decodeObject reads a body into the typed object of a target; 400 in upstream's words for anything else. */
export function decodeObject(body: Buffer, media: Media, target: Target, context: DecodeContext): AnyObject {
  if (media === 'protobuf') return decodeMessage(body, target, context);
  const { value: given, duplicates, raw } = recognized(target, body, () => readBody(body, media, true));
  // null is what is read into a type and leaves it empty.
  const value = given === null ? {} : duplicates.length ? repeated(given, raw, target, context) : given;
  if (!isRecord(value)) throw unrecognized(target, notAnObject(value), body);
  const type = completeType(
    recognized(target, body, () => bodyType(value)),
    target,
  );
  if (target.custom) checkCustomBody(value, type, target, context.emulated, raw);
  else checkKind(type, target, context.emulated, { value, raw });
  const findings = media === 'yaml' && context.fieldValidation !== 'Ignore' ? repeatedInYaml(body, context) : undefined;
  return typed(value, duplicates, target, findings ? { ...context, findings } : context, raw);
}

/** repeated is a value whose text repeats keys: a type is read into, what has none is what was there last. */
const repeated = (value: unknown, raw: Buffer, { custom, schema }: Target, { emulated }: DecodeContext): unknown =>
  custom || schema === undefined ? value : mergedJson(raw.toString(), outlineOf(schema, emulated));

/** repeatedInYaml finds the keys that YAML repeats: each is warned of, but a refusal tells of all at once. */
function repeatedInYaml(body: Buffer, { fieldValidation }: DecodeContext): string[] {
  const lines = repeatedKeys(body).map(repeatedKeyText);
  return fieldValidation === 'Strict' && lines.length ? [unmarshalErrors(lines)] : lines;
}

/** decodeMessage reads a body in protobuf, which custom resources have no messages for. */
function decodeMessage(body: Buffer, target: Target, context: DecodeContext): AnyObject {
  const { type: given, message } = recognized(target, body, () => openProtobuf(body));
  const type = completeType(given, target);
  if (target.custom) throw notHandled(type, target.kind, "Object 'Kind' is missing in 'object has no kind field '");
  let value: Record<string, unknown>;
  try {
    value = fromProtobuf(type, message);
  } catch (error) {
    throw notHandled(type, target.kind, (error as Error).message);
  }
  checkKind(type, target, context.emulated);
  // What is unknown of a message has no name.
  return typed(value, [], target, { ...context, fieldValidation: 'Ignore' }, body);
}

/** recognized is what comes of reading a body; 400 where nobody can tell what it is. */
function recognized<T>(target: Target, body: Buffer, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw unrecognized(target, (error as Error).message, body);
  }
}

/** typed brings plain JSON into a target's type, which has to be one that can be converted. */
export function typed(
  value: Record<string, unknown>,
  duplicates: readonly string[],
  target: Target,
  context: DecodeContext,
  raw?: Buffer,
): AnyObject {
  const object = shaped(value, duplicates, target, context, raw);
  const problem = target.conversionProblem?.(object);
  if (problem !== undefined) throw notHandled(target, target.kind, problem);
  return object;
}

/** shaped brings plain JSON into a target's type; unknown and repeated fields are dropped, warned of, or refused, as asked. */
export function shaped(
  value: Record<string, unknown>,
  duplicates: readonly string[],
  target: Target,
  context: DecodeContext,
  raw?: Buffer,
): AnyObject {
  if (target.custom) return customObject(value, duplicates, target.custom, target, context);
  const apiVersion = target.group ? `${target.group}/${target.version}` : target.version;
  const { object, unknown } = decodeTyped(target.schema!, value, {
    emulated: context.emulated,
    ...(raw && { raw }),
    ...(context.keepsEmpty && { keepsEmpty: true }),
    ...(context.restored && { restored: true }),
  });
  const isStrict = !unknown.length && !duplicates.length;
  tellFields(isStrict ? [] : fieldsOfTyped(unknown, target, context, raw ?? context.text?.()), target, context);
  object['kind'] = target.kind;
  object['apiVersion'] = apiVersion;
  keepReset(object as AnyObject, value['metadata']);
  return object as AnyObject;
}

/** keepReset keeps an empty list of owners, which means that there are to be none; any other empty list means nothing. */
function keepReset(object: AnyObject, metadata: unknown): void {
  const sent = isRecord(metadata) ? metadata['managedFields'] : undefined;
  if (Array.isArray(sent) && !sent.length) (object.metadata ??= {}).managedFields = [];
}

/** customObject brings plain JSON, in place, into the shape of a custom resource. */
export function customObject(
  value: Record<string, unknown>,
  duplicates: readonly string[],
  custom: CustomKind,
  target: Target,
  context: DecodeContext,
  applied = false,
): AnyObject {
  const object = value as AnyObject;
  tellFields([...repeatedFields(duplicates), ...unknownFields(custom.read(object, applied))], target, context);
  const mistyped = takeCustomType(object, target, context.anyKind ?? false);
  if (mistyped && !context.mistyped) throw mistyped;
  if (mistyped) context.mistyped?.(mistyped);
  return object;
}

/** fieldsOfTyped words what is unknown and what is repeated, in the order of the text; what never was a text has its fields in order. */
function fieldsOfTyped(
  unknown: readonly string[],
  { schema }: Target,
  { emulated, fieldValidation }: DecodeContext,
  text: Buffer | string | undefined,
): string[] {
  if (fieldValidation === 'Ignore') return [];
  if (text === undefined) return unknownFields([...unknown].sort());
  return strictFields(String(text), outlineOf(schema!, emulated)).map(strictFieldText);
}

/** strictFieldText words a field that is unknown or repeated. */
export const strictFieldText = ({ problem, path }: StrictField) => `${problem} field ${JSON.stringify(path)}`;

const unknownFields = (paths: readonly string[]) => paths.map(path => strictFieldText({ problem: 'unknown', path }));
const repeatedFields = (paths: readonly string[]) => paths.map(path => strictFieldText({ problem: 'duplicate', path }));

/** tellFields warns of unknown and repeated fields, or refuses them, as asked. */
function tellFields(found: readonly string[], target: Target, context: DecodeContext): void {
  const findings = [...(context.findings ?? []), ...found];
  if (findings.length && context.fieldValidation === 'Strict') {
    const why = `strict decoding error: ${findings.join(', ')}`;
    throw notHandled(target, target.kind, why);
  }
  if (context.fieldValidation === 'Warn') for (const finding of findings) context.warn(finding);
}

/** Sent is what a body says beside its type, and its bytes. */
interface Sent {
  readonly value: Readonly<Record<string, unknown>>;
  readonly raw: Buffer;
}

/** checkKind refuses a body of another kind or version than the path's, which `sent` words better; for kinds with a definition. */
export function checkKind(type: BodyType, target: Target, emulated: Minor, sent?: Sent): void {
  const { kind, group, version } = type;
  if (kind === target.kind && version === target.version && group === target.group) return;
  const apiVersion = apiVersionText(type);
  const isOwn = kind === target.kind;
  const isInternal = version === INTERNAL && group === target.group;
  if (isOwn && (isInternal || target.versions.includes(apiVersion)))
    throw wrongVersion(apiVersion, apiVersionText(target));
  const known = isOwn ? undefined : knownType(target.group, type, kind);
  if (version === '' && sent)
    throw notHandled(type, target.kind, `Object 'apiVersion' is missing in '${String(sent.raw)}'`);
  if (known === undefined) throw notHandled(type, target.kind, notRegistered(kind, apiVersion, schemeOf(target.group)));
  if (sent) readAs(type, target, sent, emulated);
  const why = `converting (${known}.${kind}) to (${internalGroup(target.hubGroup)}.${target.kind}): unknown conversion`;
  throw notHandled(type, target.kind, why);
}

/** readAs refuses what is not even an object of the type that it says it is of. */
function readAs({ kind, group, version }: BodyType, target: Target, { value, raw }: Sent, emulated: Minor): void {
  const schema = defNameOf(group, version, kind)!;
  try {
    decodeTyped(schema, value, { emulated, raw, bare: true });
  } catch (error) {
    throw notHandled({ kind, version }, target.kind, (error as Error).message);
  }
}

function wrongVersion(apiVersion: string, expected: string): StatusError {
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
  );
}
