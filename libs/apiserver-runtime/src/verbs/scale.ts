import {
  Path,
  StatusError,
  badRequest,
  conflict,
  field,
  internalError,
  isRecord,
  notFound,
  MODIFIED,
  selectorFromLabelSelector,
  selectorFromSet,
  validateObjectMeta,
  type AnyObject,
  type ApiResponse,
} from '@navarch/apimachinery';
import type { ScalePaths } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { respondPlain } from '../encoding/plain';
import { decodeObject } from '../encoding/decode-body';
import type { DecodeContext, Target } from '../encoding/target';
import { offers, shapeOf } from '../encoding/shape';
import { contentMedia, type Media } from '../negotiate';
import { scaleTarget } from '../registry/message-names';
import type { Endpoint } from '../registry/resource';
import { wantsExport } from './export';
import { askedRevision, revisionOf } from './resource-version';
import { patchTypeOf } from './patch';
import { OWNED_SINCE, patchScale } from './scale-patch';
import type { Services } from './services';
import { checkUid, matchesPath, unlocked, updateObject } from './update';
import { invalid } from './validation';
import { WriteContext } from './write-context';
import { writeOptionsOf } from './write-options';

const NAMESPACE_FILLED_SINCE = 22;

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

const target: Target = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  schema: 'io.k8s.api.autoscaling.v1.Scale',
  hubGroup: 'autoscaling',
  versions: ['autoscaling/v1', 'extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2'],
};

/** scale serves the scale subresource: the object's replicas seen as an autoscaling/v1 Scale. */
export async function scale(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  paths: ScalePaths,
): Promise<ApiResponse> {
  const { name, verb } = exchange.info;
  const patching = verb === 'patch';
  const type = patching ? patchTypeOf(exchange.request.headers, endpoint.custom) : undefined;
  const shape = shapeOf(exchange, endpoint.custom ? offers.customMade : offers.made);
  if (verb === 'get') {
    wantsExport(endpoint, exchange, services.emulated);
    const entry = await readScaled(endpoint, exchange);
    if (!entry) throw notFound(scaleTarget(endpoint), name);
    await endpoint.resource.load([entry]);
    checkReplicas(endpoint, endpoint.resource.readHub(entry), paths);
    return respondPlain(shape, scaleOf(endpoint.resource.readHub(entry), paths), 200, target.schema, services.emulated);
  }
  const options = writeOptionsOf(
    patching ? 'PatchOptions' : 'UpdateOptions',
    exchange.query,
    services.emulated,
    type === 'apply',
  );
  const context = new WriteContext(services, endpoint, exchange, options, endpoint.kind.strategy, 'scale');
  const body = await exchange.body(services.limits.maxBodyBytes);
  const decode = {
    emulated: services.emulated,
    fieldValidation: options.fieldValidation,
    warn: (text: string) => exchange.warn(text),
  };
  const wanted = type
    ? (current: AnyObject) =>
        patchScale(context, type, body, current, endpoint.custom ? { ...target, versionless: true } : target, decode)
    : replacement(endpoint, exchange, body, decode);
  const change = (current: Entry | undefined) => {
    // Nobody reads a patch of what is not there.
    if (!current && type) throw notFound(endpoint.target, name);
    const scale = asked(context, current, wanted, paths);
    const object = endpoint.resource.hubOf(current!);
    setAt(object, paths.replicas, replicasOf(scale));
    context.admitted = {
      kind: SCALE,
      wanted: () => scale,
      old: old => scaleOf(old, paths),
      take: (into, left) => {
        checkLeft(context, current!, left);
        setAt(into, paths.replicas, replicasOf(left));
      },
    };
    return object;
  };
  const { entry } = await updateObject(context, change, { owned: services.emulated < OWNED_SINCE });
  await endpoint.resource.load([entry]);
  return respondPlain(shape, scaleOf(endpoint.resource.readHub(entry), paths), 200, target.schema, services.emulated);
}

/**
 * readScaled reads the object whose scale is asked for, at least as fresh as asked; undefined: there is none. The kinds whose scale has a name
 * of its own in messages say of whatever goes wrong that it is not there.
 */
async function readScaled(endpoint: Endpoint, { info, query, request }: Exchange): Promise<Entry | undefined> {
  const { namespace, name } = info;
  const resourceVersion = query.get('resourceVersion') ?? '';
  try {
    return await endpoint.resource.storage.get(
      { namespace, name },
      { signal: request.signal, ...(resourceVersion && { atLeast: askedRevision(resourceVersion, 'cache') }) },
    );
  } catch (error) {
    if (error instanceof StatusError && scaleTarget(endpoint).resource !== endpoint.target.resource) return undefined;
    throw error;
  }
}

/** replacement is the Scale that an update brings along. It is read, and refused, before anybody looks for the object. */
function replacement(endpoint: Endpoint, exchange: Exchange, body: Buffer, decode: DecodeContext): () => AnyObject {
  const media = contentMedia(exchange.request.headers['content-type']);
  const scale = endpoint.custom ? decodeOfCustom(body, media, decode) : decodeObject(body, media, target, decode);
  const { namespace, name } = exchange.info;
  matchesPath(scale, namespace, name);
  if (decode.emulated >= NAMESPACE_FILLED_SINCE) (scale.metadata ??= {}).namespace ??= namespace;
  return () => scale;
}

/** decodeOfCustom reads a Scale of a custom resource, whose types do not know scales: what is wrong with one goes unsaid. */
function decodeOfCustom(body: Buffer, media: Media, decode: DecodeContext): AnyObject {
  try {
    return decodeObject(body, media, target, decode);
  } catch (error) {
    if (decode.fieldValidation === 'Strict' || !(error instanceof StatusError)) throw error;
    const scheme = 'k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go:688';
    throw badRequest(`no kind is registered for the type v1.Scale in scheme ${JSON.stringify(scheme)}`);
  }
}

/** asked is the scale that is wanted, if it is one of the present object. */
function asked(
  context: WriteContext,
  current: Entry | undefined,
  wanted: (scale: AnyObject) => AnyObject,
  paths: ScalePaths,
): AnyObject {
  const { endpoint, namespace } = context;
  const { name, verb } = context.exchange.info;
  const patching = verb === 'patch';
  const object = current ? endpoint.resource.hubOf(current) : {};
  const scale = wanted(scaleOf(object, paths));
  const { uid } = scale.metadata ?? {};
  if (patching) matchesPath(scale, namespace, name);
  else if (uid) checkUid(context, current, uid);
  if (!current) throw notFound(endpoint.target, name);
  if (patching && !endpoint.custom && uid && uid !== object.metadata?.uid)
    throw otherUid(endpoint, name, uid, object.metadata?.uid ?? '');
  // Who owns which fields is told of the object, never of its scale.
  if (scale.metadata) delete scale.metadata.managedFields;
  return scale;
}

/** checkLeft refuses what admission left of a scale if it is none, or one of another state of the object. */
function checkLeft({ endpoint, exchange: { info } }: WriteContext, current: Entry, scale: AnyObject): void {
  const { name } = info;
  const { resourceVersion = '' } = scale.metadata ?? {};
  // Objects of custom resources are checked as a whole, where their replicas really stand.
  if (!endpoint.custom) checkScale(scale, name);
  const given = revisionOf(resourceVersion);
  if (endpoint.custom && resourceVersion && given === 0) throw unlocked(endpoint, name);
  if (given !== 0 && given !== current.revision) throw conflict(endpoint.target, name, MODIFIED);
}

function otherUid({ target: { group, resource } }: Endpoint, name: string, given: string, actual: string): StatusError {
  const why = `Precondition failed: UID in precondition: ${given}, UID in object meta: ${actual}`;
  return conflict({ group, resource: `${resource}/scale` }, name, why);
}

function replicasOf(scale: AnyObject): number {
  return (scale['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
}

/** checkReplicas: an object of a custom resource need not have what its scale shows. */
function checkReplicas({ custom }: Endpoint, object: AnyObject, { replicas }: ScalePaths): void {
  if (custom && at(object, replicas) === undefined)
    throw internalError(new Error(`the spec replicas field ${JSON.stringify(replicas)} does not exist`));
}

function checkScale(scale: AnyObject, name: string): void {
  const findings = validateObjectMeta(scale.metadata ?? {}, { namespaced: true, nameRule: 'subdomain' });
  const replicas = replicasOf(scale);
  if (replicas < 0)
    findings.push(field.invalid(Path.at('spec', 'replicas'), replicas, 'must be greater than or equal to 0'));
  if (findings.length) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, findings);
}

/** scaleOf is an object's Scale. A replica count of zero is left out, as autoscaling/v1 does. Pure. */
export function scaleOf(object: AnyObject, paths: ScalePaths): AnyObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const replicas = at(object, paths.replicas);
  const selector = selectorText(paths.selector === undefined ? undefined : at(object, paths.selector));
  const current = at(object, paths.statusReplicas);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { ...(name && { name }), ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector && { selector }) },
  } as AnyObject;
}

/** selectorText renders a LabelSelector, a map of labels, or a selector that is text already. */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isRecord(selector)) return '';
  const structured = 'matchLabels' in selector || 'matchExpressions' in selector;
  const parsed = structured ? selectorFromLabelSelector(selector) : selectorFromSet(selector as Record<string, string>);
  return parsed.toString();
}

function at(object: unknown, path: string): unknown {
  let value = object;
  for (const step of path.replace(/^\./, '').split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function setAt(object: AnyObject, path: string, value: number): void {
  const steps = path.replace(/^\./, '').split('.');
  let holder: Record<string, unknown> = object;
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(holder, step) ? holder[step] : undefined;
    holder = (isRecord(next) ? next : (holder[step] = {})) as Record<string, unknown>;
  }
  holder[steps.at(-1)!] = value;
}
