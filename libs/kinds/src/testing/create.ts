import { completeForOutput, decodeTyped } from '@navarch/api';
import { foundIn, StatusError, validateObjectMeta, type FieldError, type KubeObject } from '@navarch/apimachinery';
import { allKinds } from '../all-kinds';
import { isServed } from '../release';
import {
  nameRuleOf,
  type KindDefinition,
  type Minor,
  type ServedVersion,
  type Strategy,
  type StrategyContext,
} from '../kind';

/** Target is what a path such as `/apis/apps/v1/namespaces/x/deployments` names. */
export interface Target {
  readonly kind: KindDefinition;
  readonly version: ServedVersion;
  readonly namespace: string;
  readonly name: string;
}

const catalogues = new Map<Minor, KindDefinition[]>();

/** findTarget resolves a path; undefined: it names no main resource. */
export function findTarget(path: string, emulated: Minor): Target | undefined {
  const m =
    /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>[^/]+)\/(?:namespaces\/(?<ns>[^/]+)\/)?(?<resource>[^/]+)(?:\/(?<name>[^/]+))?$/.exec(
      path,
    );
  if (!m?.groups) return undefined;
  const { group = '', version, resource, ns = '', name = '' } = m.groups;
  const kinds = catalogues.get(emulated) ?? allKinds(emulated);
  catalogues.set(emulated, kinds);
  for (const kind of kinds) {
    if (kind.resource.resource !== resource) continue;
    const served = kind.versions.find(v => v.group === group && v.version === version && isServed(v, emulated));
    if (served) return { kind, version: served, namespace: ns, name };
  }
  return undefined;
}

/** CreateResult is the object as it would be stored (hub version), or the findings. */
export interface CreateResult {
  readonly object: KubeObject;
  readonly errors: readonly FieldError[];
  readonly warnings: readonly string[];
}

const apiVersion = ({ group, version }: { group: string; version: string }) =>
  group ? `${group}/${version}` : version;
const hubOf = (kind: KindDefinition) =>
  kind.versions.find(v => v.group === kind.resource.group && v.version === kind.resource.version)!;

/** create runs a body through decoding, conversion, defaults, strategy and validation, without a server. It throws what decoding throws. */
export function create({ kind, version, namespace }: Target, body: unknown, emulated: Minor): CreateResult {
  const decoded = decodeTyped(version.schema, body, { emulated }).object;
  const object = toHub(kind, version, decoded, emulated) as KubeObject;
  const metadata = (object.metadata ??= {});
  if (namespace) metadata.namespace = namespace;
  metadata.uid = '00000000-0000-0000-0000-000000000000';
  metadata.creationTimestamp = '2021-01-02T03:04:05Z';
  const context: StrategyContext = {
    emulated,
    apiVersion: apiVersion(version),
    now: Date.parse('2021-01-02T03:04:05Z'),
    dryRun: false,
    user: { name: 'oracle-admin', groups: ['system:masters', 'system:authenticated'] },
  };
  kind.strategy.prepareForCreate?.(object, context);
  const errors = [
    ...(looksAtMetadata(kind.strategy, context) ? validateMetadata(kind, object, emulated) : []),
    ...(kind.strategy.validate?.(object, context) ?? []),
  ];
  const warnings = kind.strategy.warnings?.(object, undefined, context) ?? [];
  if (!errors.length) kind.strategy.canonicalize?.(object);
  return { object: stored(kind, completeForOutput(hubOf(kind).schema, object, emulated), emulated), errors, warnings };
}

function looksAtMetadata({ metadataChecks: checks = {} }: Strategy<never>, context: StrategyContext): boolean {
  return (typeof checks === 'function' ? checks(context) : checks).create?.length !== 0;
}

const validateMetadata = (kind: KindDefinition, object: KubeObject, emulated: Minor) =>
  validateObjectMeta(object.metadata ?? {}, {
    namespaced: kind.resource.namespaced,
    nameRule: nameRuleOf(kind, object),
    anyFinalizer: kind.anyFinalizer === true,
    emulated,
  });

/** stored is what comes back from storage: the object has been through the version that the release stores. */
function stored(kind: KindDefinition, object: KubeObject, emulated: Minor): KubeObject {
  const candidates = kind.versions.filter(v => v.storedSince !== undefined && v.storedSince <= emulated);
  const version = candidates.sort((a, b) => b.storedSince! - a.storedSince!)[0] ?? hubOf(kind);
  const written = readAs(version, object, emulated);
  const back = toHub(kind, version, written, emulated) as KubeObject;
  return completeForOutput(hubOf(kind).schema, back, emulated);
}

function toHub(
  kind: KindDefinition,
  version: ServedVersion,
  object: Record<string, unknown>,
  emulated: Minor,
): Record<string, unknown> {
  version.defaults?.(object);
  version.toHub?.(object);
  object['apiVersion'] = apiVersion(kind.resource);
  kind.defaults?.(object as KubeObject, emulated);
  return object;
}

/** readAs is a stored object in one of its served versions. */
export function readAs(version: ServedVersion, object: KubeObject, emulated: Minor): Record<string, unknown> {
  const copy = structuredClone(object) as Record<string, unknown>;
  version.fromHub?.(copy);
  copy['apiVersion'] = apiVersion(version);
  return completeForOutput(version.schema, copy, emulated);
}

/** isDecodeError: the body was refused before any of this was asked. */
export const isDecodeError = (error: unknown) => error instanceof StatusError && error.code === 400;

/** update runs a changed object (in a served version) through decoding, conversion, defaults and one endpoint's strategy. */
export function update(
  target: Target,
  body: unknown,
  old: KubeObject,
  emulated: Minor,
  subresource = '',
): CreateResult {
  const { kind, version } = target;
  const { status, writes } = kind.subresources ?? {};
  const strategy =
    subresource === '' ? kind.strategy : subresource === 'status' ? status : writes?.[subresource]?.strategy;
  if (!strategy) throw new Error(`${kind.resource.kind} has no ${subresource}`);
  const object = toHub(kind, version, decodeTyped(version.schema, body, { emulated }).object, emulated) as KubeObject;
  const context: StrategyContext = {
    emulated,
    apiVersion: apiVersion(version),
    now: Date.parse('2021-01-02T03:05:05Z'),
    dryRun: false,
  };
  const before = structuredClone(old);
  strategy.prepareForUpdate?.(object, before, context);
  const { metadataChecks: checks = {} } = strategy;
  const { update: inOrder = [] } = typeof checks === 'function' ? checks(context) : checks;
  const errors = [
    ...foundIn(inOrder, check => (typeof check === 'string' ? [] : check(object, before, context))),
    ...(strategy.validateUpdate?.(object, before, context) ?? []),
  ];
  const warnings = strategy.warnings?.(object, before, context) ?? [];
  if (!errors.length) strategy.canonicalize?.(object);
  return { object: stored(kind, completeForOutput(hubOf(kind).schema, object, emulated), emulated), errors, warnings };
}
