import { applyPatch, badRequest, decodeJson, deepClone, isRecord, type AnyObject } from '@navarch/apimachinery';
import type { Entry } from '@navarch/storage';
import { parse as parseYaml } from 'yaml';
import { customObject, targetOf, typed, type DecodeContext } from '../encoding/decode-body';
import { plainFailure } from '../status-response';
import { hubObject } from './create';
import { emptyOf, managedSubresource, structureOf } from './managed-fields';
import { matchesPath } from './update';
import type { WriteContext } from './write-context';

/** parseApplyBody reads the YAML (or JSON) of a server-side apply. */
export function parseApplyBody(body: Buffer): AnyObject {
  let value: unknown;
  try {
    value = parseYaml(body.toString('utf8'), { uniqueKeys: false, maxAliasCount: 100, schema: 'core' });
    // From here on it is plain JSON, whatever YAML can say besides.
    value = decodeJson(Buffer.from(JSON.stringify(value) ?? 'null')).value;
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${yamlMessage(error as Error)}`);
  }
  if (!isRecord(value)) throw badRequest('error decoding YAML: the patch is not an object');
  return value as AnyObject;
}

/** yamlMessage words a syntax error with its line, as far as the parser's own words allow. */
function yamlMessage(error: Error): string {
  const line = /at line (\d+)/.exec(error.message)?.[1];
  const isFlow = /flow (collection|sequence|map)|Flow (sequence|map)/.test(error.message);
  const why = isFlow
    ? `did not find expected ',' or '${/map/.test(error.message) ? '}' : ']'}'`
    : error.message.split('\n', 1)[0]!;
  return line ? `line ${line}: ${why}` : why;
}

/** applied makes the object of a server-side apply: the configuration merged into the present object, with its owners. */
export function applied(context: WriteContext, body: Buffer): (current: Entry | undefined) => AnyObject {
  const { endpoint, services, options } = context;
  const { namespace, name } = context.exchange.info;
  const config = parseApplyBody(body);
  let warned = false;
  return current => {
    checkConfigKind(context, config);
    const { object } = applyPatch({
      schema: structureOf(endpoint),
      live: current ? endpoint.objectOf(current) : emptyOf(endpoint, services.emulated),
      applied: config,
      manager: options.fieldManager,
      force: options.force,
      apiVersion: endpoint.apiVersion,
      ...managedSubresource(context),
      now: context.strategyContext.now,
      emulated: services.emulated,
    });
    matchesPath({ metadata: { ...config.metadata, name: config.metadata?.name ?? name } }, namespace, name);
    const decode: DecodeContext = {
      emulated: services.emulated,
      fieldValidation: options.fieldValidation,
      warn: text => {
        if (!warned) context.exchange.warn(text);
      },
    };
    const { custom } = endpoint.resource;
    const target = targetOf(endpoint);
    // What is merged may share parts with the configuration, which another attempt begins with again.
    const result = custom
      ? customObject(deepClone(object), [], custom, target, decode, true)
      : typed(object, [], target, decode);
    warned = true;
    if (!config.metadata?.resourceVersion) delete result.metadata?.resourceVersion;
    return hubObject(context, result);
  };
}

function checkConfigKind({ endpoint, services }: WriteContext, { kind, apiVersion }: AnyObject): void {
  if (apiVersion !== endpoint.apiVersion || kind === endpoint.kindName) return;
  if (services.emulated > 20)
    throw badRequest(`the kind in the data (${kind}) does not match the expected kind (${endpoint.kindName})`);
  throw plainFailure(
    `failed to merge config: expected objects of the same type, but got {${kind} {<nil> <nil> <nil>}}`,
  );
}
