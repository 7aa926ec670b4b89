import { decodeTyped } from '@navarch/api';
import {
  applyPatch,
  badRequest,
  conflict,
  deduced,
  deepClone,
  notFound,
  type AnyObject,
  type InVersion,
  type StatusError,
} from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import { customObject, typed } from '../encoding/decode-body';
import { targetOf, type DecodeContext, type Target } from '../encoding/target';
import { plainFailure } from '../status-response';
import { hubObject } from './create';
import type { Endpoint } from '../registry/resource';
import { structureOf, withVersions } from './field-versions';
import { emptyOf, managedSubresource, resetFieldsOf } from './managed-fields';
import { parseApplyBody, tellRepeated } from './patch-body';
import { FOR_MESSAGES } from './sent-empties';
import { whyNot } from './why-not';
import { matchesPath } from './update';
import type { Services } from './services';
import type { WriteContext } from './write-context';

/** NAME_FILLED_SINCE is the first release in which a configuration without a name is about that of the path. */
const NAME_FILLED_SINCE: Minor = 21;

/** applied makes the object of a server-side apply: the configuration merged into the present object, with its owners. */
export function applied(context: WriteContext, body: Buffer): (current: Entry | undefined) => Promise<AnyObject> {
  const { endpoint, services, options } = context;
  const { namespace, name } = context.exchange.info;
  const { config, repeated } = parseApplyBody(body, options);
  // A version of the group without a name is written both ways.
  if (config.apiVersion === `/${endpoint.apiVersion}`) config.apiVersion = endpoint.apiVersion;
  let warned = false;
  const target = targetOf(endpoint);
  return async current => {
    if (!current && context.subresource && !context.strategy.allowCreateOnUpdate) throw notFound(endpoint.target, name);
    if (config.apiVersion === endpoint.apiVersion && structureOf(endpoint) !== deduced)
      checkAppliedKind(config, { apiVersion: endpoint.apiVersion, kind: endpoint.kindName }, services);
    const request = {
      schema: structureOf(endpoint),
      live: current ? endpoint.objectOf(current) : emptyOf(endpoint, services.emulated),
      empty: () => emptyOf(endpoint, services.emulated),
      applied: config,
      manager: options.fieldManager,
      force: options.force,
      apiVersion: endpoint.apiVersion,
      ...managedSubresource(context),
      now: context.strategyContext.now,
      emulated: services.emulated,
      resetFields: resetFieldsOf(context),
    };
    const { object, isSame } = await withVersions(endpoint, inVersion =>
      applyPatch({ ...request, inVersion: convertible(inVersion, target, services.emulated) }),
    );
    const decode: DecodeContext = {
      emulated: services.emulated,
      fieldValidation: options.fieldValidation,
      warn: text => {
        if (!warned) context.exchange.warn(text);
      },
    };
    tellRepeated(repeated, decode);
    if (!current) checkNobody(endpoint, name, object);
    const { name: own = services.emulated < NAME_FILLED_SINCE ? object.metadata?.name : name } = config.metadata ?? {};
    matchesPath({ metadata: { ...config.metadata, ...(own !== undefined && { name: own }) } }, namespace, name);
    const { custom } = endpoint.resource;
    if (!custom) context.reread = () => typed(deepClone(object), [], target, { ...decode, ...FOR_MESSAGES });
    // What is merged may share parts with the configuration, which another attempt begins with again.
    const result = custom
      ? customObject(deepClone(object), [], custom, target, decode, true)
      : backToType(object, target, { ...decode, restored: !isSame });
    warned = true;
    if (!config.metadata?.resourceVersion) lockOn(result, current);
    return hubObject(context, result);
  };
}

/** backToType brings a merged object into its type. What does not fit is nobody's bad request: 500. */
function backToType(object: AnyObject, target: Target, decode: DecodeContext): AnyObject {
  try {
    return typed(object, [], target, decode);
  } catch (error) {
    const { name = '', namespace = '' } = object.metadata ?? {};
    const gv = target.group ? `${target.group}/${target.version}` : target.version;
    const what =
      decode.emulated <= 20
        ? 'to proper version'
        : `(${namespace}/${name}; ${typeOf(target)}) to proper version (${gv})`;
    const failure = inconvertible(object, target, decode.emulated);
    throw failure ? plainFailure(`failed to convert new object ${what}: ${failure.message}`) : error;
  }
}

const typeOf = ({ group, version, kind }: Target) => `${group}/${version}, Kind=${kind}`;

/** convertible is a conversion that says what keeps a merged object from it. */
function convertible(inVersion: InVersion, target: Target, emulated: Minor): InVersion {
  return (object, apiVersion) => {
    try {
      return inVersion(object, apiVersion);
    } catch (error) {
      throw inconvertible(object, target, emulated) ?? error;
    }
  };
}

/** inconvertible is the failure of an object that does not fit its type; undefined if it does. */
function inconvertible(object: AnyObject, target: Target, emulated: Minor): StatusError | undefined {
  if (target.schema === undefined) return undefined;
  const why = whyNot(() => decodeTyped(target.schema!, object, { emulated, dialect: 'unstructured' }));
  if (!why) return undefined;
  return plainFailure(`unable to convert unstructured object to ${typeOf(target)}: ${why}`);
}

/** checkNobody refuses a configuration that means an object which there is not. */
function checkNobody({ target }: Endpoint, name: string, { metadata }: AnyObject): void {
  if (!metadata?.uid) return;
  const why = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`;
  throw conflict(target, name, why);
}

/** lockOn: a configuration that names no resourceVersion goes for whatever there is. */
function lockOn(result: AnyObject, current: Entry | undefined): void {
  const metadata = (result.metadata ??= {});
  if (current) metadata.resourceVersion = String(current.revision);
  else delete metadata.resourceVersion;
}

/** checkAppliedKind refuses a configuration of another kind than that of the object; its version is looked at later. */
export function checkAppliedKind(
  { kind }: AnyObject,
  expected: { readonly apiVersion: string; readonly kind: string },
  { emulated, registry }: Pick<Services, 'emulated' | 'registry'>,
): void {
  if (kind === expected.kind) return;
  if (emulated > 20)
    throw badRequest(`the kind in the data (${kind}) does not match the expected kind (${expected.kind})`);
  const name = typeof (kind as unknown) === 'string' ? kind! : '';
  if (!registry.byKind(expected.apiVersion, name)) {
    const group = expected.apiVersion.includes('/') ? '' : '/';
    throw plainFailure(
      `failed to create typed patch object: no corresponding type for ${group}${expected.apiVersion}, Kind=${name}`,
    );
  }
  // That release shows where the two names of kinds are kept.
  const type = '{0xc000000000 {<nil> <nil> <nil>}}';
  throw plainFailure(`failed to merge config: expected objects of the same type, but got ${type} and ${type}`);
}
