import {
  JsonError,
  badRequest,
  decodeJson,
  firstJsonValue,
  isRecord,
  type AnyObject,
  type DecodedJson,
  type StatusError,
} from '@navarch/apimachinery';
import type { DecodeContext } from '../encoding/target';
import { parseYaml, repeatedKeys, repeatedKeyText, unmarshalErrors } from '../encoding/yaml';
import { plainFailure } from '../status-response';

/** PatchType is a kind of patch, by its content type. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** ParsedPatch is a patch as plain JSON. */
export interface ParsedPatch {
  readonly value: unknown;
  /** findings are the repeated and unknown fields of the patch itself, worded; empty unless fields are validated. */
  readonly findings: readonly string[];
}

type Context = Pick<DecodeContext, 'emulated' | 'fieldValidation'>;

/** parsePatch reads the body of a JSON, merge or strategic patch; 400 for what is none. */
export function parsePatch(type: Exclude<PatchType, 'apply'>, body: Buffer, context: Context): ParsedPatch {
  const strict = context.fieldValidation !== 'Ignore';
  try {
    const { value, duplicates } =
      type === 'strategic' ? readStrategic(body, context) : decodeJson(body, { findDuplicates: strict });
    if (type === 'json') {
      if (strict) checkOperations(value);
      return { value, findings: strict ? operationFindings(value, duplicates) : [] };
    }
    const whole = type === 'merge' ? checkMergePatch(value, context) : (value ?? {});
    if (!isRecord(whole) && type === 'strategic') throw notAMap(type, whole, strict);
    return { value: whole, findings: duplicates.map(f => `duplicate field ${JSON.stringify(f)}`) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (type === 'merge' && !strict) throw noMergePatch(context);
    throw badRequest(unreadable(type, error, context, body));
  }
}

/** STREAMED_UNTIL is the last release that reads strategic patches as a stream: what comes behind the first value is not looked at. */
const STREAMED_UNTIL = 22;

function readStrategic(body: Buffer, { emulated, fieldValidation }: Context): DecodedJson {
  const options = { findDuplicates: fieldValidation !== 'Ignore' };
  try {
    return decodeJson(body, options);
  } catch (error) {
    const goesOn = error instanceof JsonError && error.message.endsWith('after top-level value');
    if (!goesOn || emulated > STREAMED_UNTIL) throw error;
    return decodeJson(firstJsonValue(body), options);
  }
}

/** checkMergePatch: a list is one too, if nobody validates fields; it takes the object's place. */
function checkMergePatch(value: unknown, context: Context): unknown {
  const strict = context.fieldValidation !== 'Ignore';
  if (isRecord(value) || (Array.isArray(value) && !strict)) return value;
  throw strict && value !== null ? notAMap('merge', value, strict) : noMergePatch(context);
}

/** REFUSED_SINCE is the first release to which a bad merge patch is the client's fault. */
const REFUSED_SINCE = 22;

function noMergePatch({ emulated }: Context): StatusError {
  const message = 'Invalid JSON Patch';
  return emulated < REFUSED_SINCE ? plainFailure(message) : badRequest(message);
}

/** Whoever validates fields has read the patch once before it is applied, and says so. */
const reading = (type: PatchType, strict: boolean) => (strict && type !== 'strategic' ? 'error decoding patch: ' : '');

function unreadable(
  type: PatchType,
  { message, endsEarly }: JsonError,
  { emulated, fieldValidation }: Context,
  body: Buffer,
): string {
  if (fieldValidation !== 'Ignore') return reading(type, true) + message;
  // A stream that ends early is worded otherwise.
  const isStream = type === 'strategic' && emulated <= STREAMED_UNTIL && endsEarly;
  if (!isStream) return message;
  return body.toString('latin1').trim() ? 'unexpected EOF' : 'EOF';
}

function notAMap(type: PatchType, value: unknown, strict: boolean): StatusError {
  return badRequest(
    `${reading(type, strict)}json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`,
  );
}

const goKind = (value: unknown) =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : isRecord(value) ? 'object' : typeof value;

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value']);

function checkOperations(value: unknown): void {
  const refuse = (kind: unknown, what: string) =>
    badRequest(`error decoding patch: json: cannot unmarshal ${goKind(kind)} into Go ${what}`);
  if (value === null) return;
  if (!Array.isArray(value)) throw refuse(value, 'value of type []handlers.jsonPatchOp');
  for (const operation of value) {
    if (operation === null) continue;
    if (!isRecord(operation)) throw refuse(operation, 'value of type handlers.jsonPatchOp');
    for (const name of ['op', 'path', 'from']) {
      const text = operation[name] ?? '';
      if (typeof text !== 'string') throw refuse(text, `struct field jsonPatchOp.${name} of type string`);
    }
  }
}

function operationFindings(value: unknown, duplicates: readonly string[]): string[] {
  if (!Array.isArray(value)) return [];
  const unknown = value.flatMap((operation, i) =>
    Object.keys(isRecord(operation) ? operation : {})
      .filter(name => !OPERATION_FIELDS.has(name))
      .map(name => `json patch unknown field ${JSON.stringify(`[${i}].${name}`)}`),
  );
  return [...unknown, ...duplicates.map(f => `json patch duplicate field ${JSON.stringify(f)}`)];
}

/** parseApplyBody reads the YAML (or JSON) of a server-side apply. Repeated keys are refused if fields are validated strictly. */
export function parseApplyBody(body: Buffer, { fieldValidation }: Pick<Context, 'fieldValidation'>): AnyObject {
  const strict = fieldValidation === 'Strict';
  const json = jsonOf(body, strict);
  const value = json ? json.value : yamlOf(body);
  if (strict && (!json || json.duplicates.length)) refuseRepeatedKeys(body);
  if (value === null) return {};
  if (isRecord(value)) return value as AnyObject;
  throw badRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`,
  );
}

/** jsonOf reads a body that is JSON, as that of most clients is: much faster than the same as YAML. */
function jsonOf(body: Buffer, findDuplicates: boolean): DecodedJson | undefined {
  if (body[0] !== 0x7b) return undefined;
  try {
    return decodeJson(body, { findDuplicates });
  } catch {
    return undefined;
  }
}

function yamlOf(body: Buffer): unknown {
  return converted('error decoding YAML', () => parseYaml(body));
}

/** converted reads YAML; 400 for what is none. `doing` begins its message. */
function converted<T>(doing: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw badRequest(`${doing}: error converting YAML to JSON: ${(error as Error).message}`);
  }
}

function refuseRepeatedKeys(body: Buffer): void {
  const doing = 'error strict decoding YAML';
  const repeated = converted(doing, () => repeatedKeys(body));
  if (!repeated.length) return;
  throw badRequest(`${doing}: error converting YAML to JSON: ${unmarshalErrors(repeated.map(repeatedKeyText))}`);
}
