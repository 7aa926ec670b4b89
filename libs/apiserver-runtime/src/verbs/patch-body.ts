import {
  ANYTHING,
  JsonError,
  badRequest,
  decodeJson,
  firstJsonValue,
  isRecord,
  strictFields,
  type AnyObject,
  type DecodedJson,
  type Outline,
  type StatusError,
} from '@navarch/apimachinery';
import { strictFieldText } from '../encoding/decode-body';
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
      return { value, findings: strict ? operationFindings(body) : [] };
    }
    const whole = type === 'merge' ? checkMergePatch(value, context) : (value ?? {});
    if (!isRecord(whole) && type === 'strategic') throw notAMap(type, whole, strict);
    return { value: whole, findings: duplicates.map(path => strictFieldText({ problem: 'duplicate', path })) };
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

/** OPERATION are the members of an operation. What is in its value is anything. */
const OPERATION: Outline = { member: key => (key === 'value' ? ANYTHING : NAMES.has(key) ? undefined : 'unknown') };
const NAMES = new Set(['op', 'path', 'from']);

function operationFindings(body: Buffer): string[] {
  const fields = strictFields(body.toString(), { item: OPERATION });
  return fields.map(field => `json patch ${strictFieldText(field)}`);
}

/** AppliedBody is the configuration of a server-side apply. */
export interface AppliedBody {
  readonly config: AnyObject;
  /** repeated words the keys that it repeats, by their lines; empty unless fields are validated. */
  readonly repeated: readonly string[];
}

/** parseApplyBody reads the YAML (or JSON) of a server-side apply. */
export function parseApplyBody(body: Buffer, { fieldValidation }: Pick<Context, 'fieldValidation'>): AppliedBody {
  const validated = fieldValidation !== 'Ignore';
  const json = jsonOf(body, validated);
  const value = json ? json.value : yamlOf(body);
  const repeated = validated && (!json || json.duplicates.length) ? repeatedKeys(body).map(repeatedKeyText) : [];
  if (value === null) return { config: {}, repeated };
  if (isRecord(value)) return { config: value as AnyObject, repeated };
  throw badRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`,
  );
}

/** tellRepeated warns of the keys that a configuration repeats, or refuses them, as asked. It is the last thing to be looked at. */
export function tellRepeated(repeated: readonly string[], { fieldValidation, warn }: DecodeContext): void {
  if (!repeated.length) return;
  if (fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${unmarshalErrors(repeated)}`);
  for (const line of repeated) warn(line);
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
  try {
    return parseYaml(body);
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(error as Error).message}`);
  }
}
