import { scalar, untyped, type FieldSchema, type TypeSchema } from '@navarch/apimachinery';
import { isRoot } from './def-names';
import { fieldsOf, type FieldFacts } from './facts';
import { specialForm } from './special';

const none = () => undefined;
const text: TypeSchema = { kind: 'scalar', scalarType: 'string', field: none };
const numeric: TypeSchema = { kind: 'scalar', scalarType: 'numeric', field: none };
const boolean: TypeSchema = { kind: 'scalar', scalarType: 'boolean', field: none };
const SCALARS: ReadonlyMap<string, TypeSchema> = new Map([
  ['string', text],
  ['bytes', text],
  ['bool', boolean],
  ['int32', numeric],
  ['int64', numeric],
  ['double', numeric],
]);

/** Era is a time in which all releases declare the same of ownership: up to v1.20, and since. */
type Era = 'first' | 'today';
const caches: Readonly<Record<Era, Map<string, TypeSchema>>> = { first: new Map(), today: new Map() };

/** LAST_OF_FIRST_ERA is the last release that declared hardly any object as owned as a whole, and no defaults of map keys. */
const LAST_OF_FIRST_ERA = 20;

/**
 * typeSchema is the structure of a built-in definition, as the release `emulated` (20, 33) declares it. Lazy and cached; it
 * throws for an unknown name.
 */
export function typeSchema(defName: string, emulated = 33): TypeSchema {
  return inEra(defName, emulated <= LAST_OF_FIRST_ERA ? 'first' : 'today');
}

function inEra(defName: string, era: Era): TypeSchema {
  let schema = caches[era].get(defName);
  if (!schema) caches[era].set(defName, (schema = build(defName, era)));
  return schema;
}

function build(name: string, era: Era): TypeSchema {
  const known = SCALARS.get(name);
  if (known) return known;
  switch (specialForm(name)) {
    case undefined:
      return new ObjectSchema(name, era);
    case 'stringList':
      return { kind: 'list', name, field: none, element: text, listType: 'atomic' };
    case 'rawObject':
    case 'fieldsV1':
    case 'json':
    case 'jsonOrList':
    case 'jsonOrBool':
    case 'jsonOrStrings':
      return { ...untyped, name };
    case 'duration':
      return text;
    case 'quantity':
      return era === 'first' ? text : scalar;
    default:
      return scalar;
  }
}

/** ObjectSchema resolves its fields at the first question, so that definitions may refer to themselves. */
class ObjectSchema implements TypeSchema {
  readonly kind = 'object';
  private fields: Map<string, FieldSchema> | undefined;
  constructor(
    readonly name: string,
    private readonly era: Era,
  ) {
    if (!fieldsOf(name)) throw new Error(`no definition is named ${name}`);
  }
  get atomic(): boolean {
    return this.era === 'first' ? this.name === LABEL_SELECTOR : ATOMIC.has(this.name);
  }
  field(name: string): FieldSchema | undefined {
    this.fields ??= new Map(
      declaredFields(this.name, this.era).map(facts => [facts.name, fieldSchema(facts, this.era)]),
    );
    return this.fields.get(name);
  }
}

const LABEL_SELECTOR = 'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector';

/** ATOMIC are the objects that have one owner as a whole (x-kubernetes-map-type: atomic on the type). */
const ATOMIC = new Set(
  [
    'apimachinery.pkg.apis.meta.v1.LabelSelector',
    'apimachinery.pkg.apis.meta.v1.OwnerReference',
    ...[
      'ConfigMapKeySelector',
      'EndpointAddress',
      'EndpointPort',
      'LocalObjectReference',
      'NodeSelector',
      'NodeSelectorTerm',
      'ObjectFieldSelector',
      'ObjectReference',
      'ResourceFieldSelector',
      'ScopeSelector',
      'SecretKeySelector',
      'SecretReference',
      'TopologySelectorTerm',
      'TypedLocalObjectReference',
      'FileKeySelector',
    ].map(kind => `api.core.v1.${kind}`),
    'api.autoscaling.v1.CrossVersionObjectReference',
    'api.networking.v1.ServiceBackendPort',
    ...['v1', 'v1beta1'].map(version => `api.discovery.${version}.EndpointPort`),
    ...['v1', 'v1beta1'].flatMap(version =>
      ['MatchResources', 'NamedRuleWithOperations', 'ParamKind', 'ParamRef', 'Variable'].map(
        kind => `api.admissionregistration.${version}.${kind}`,
      ),
    ),
    ...['v1', 'v1beta1', 'v1alpha1'].map(version => `api.rbac.${version}.RoleRef`),
    ...['v1', 'v1beta1', 'v1alpha1'].map(version => `api.rbac.${version}.Subject`),
  ].map(name => `io.k8s.${name}`),
);

/** jsonFields are a definition's released fields as JSON has them: embedded structs replaced by their fields, apiVersion and kind first. */
export function jsonFields(defName: string): FieldFacts[] {
  const own = (fieldsOf(defName) ?? []).flatMap(f => (f.inline ? jsonFields(f.type) : f.unreleased ? [] : [f]));
  if (!isRoot(defName)) return own;
  const meta = ['kind', 'apiVersion'].filter(name => !own.some(f => f.name === name));
  return [...meta.map(name => ({ name, number: 0, type: 'string' })), ...own];
}

/** goneFields are fields that a definition had up to a release, and that no server kept. */
export function goneFields(defName: string): FieldFacts[] {
  return (fieldsOf(defName) ?? []).filter(({ shownUntil }) => shownUntil !== undefined);
}

/** declaredFields are those that may be owned: the first releases declared some that they did not keep. */
const declaredFields = (defName: string, era: Era): FieldFacts[] =>
  era === 'first' ? [...jsonFields(defName), ...goneFields(defName)] : jsonFields(defName);

function fieldSchema(facts: FieldFacts, era: Era): FieldSchema {
  return {
    name: facts.name,
    schema: valueSchema(facts, era),
    patchStrategy: facts.patchStrategy?.split(',') ?? [],
    ...(facts.patchMergeKey && { patchMergeKey: facts.patchMergeKey }),
  };
}

/** valueSchema is a field's own structure; what the facts say about merging is the field's, not its type's. */
function valueSchema(facts: FieldFacts, era: Era): TypeSchema {
  const element = inEra(facts.type, era);
  const mapType = era === 'first' ? undefined : facts.mapType;
  if (facts.map) return { kind: 'map', field: none, element, ...(mapType === 'atomic' && { atomic: true }) };
  if (!facts.list) {
    if (!mapType || element.kind !== 'object') return element;
    return {
      kind: 'object',
      ...(element.name && { name: element.name }),
      field: name => element.field(name),
      atomic: mapType === 'atomic',
    };
  }
  const merges = facts.patchStrategy?.split(',').includes('merge');
  const saidType = facts.listTypeLater && era === 'first' ? undefined : facts.listType;
  const listType = saidType ?? (merges ? (facts.patchMergeKey ? 'map' : 'set') : 'atomic');
  if (listType !== 'map') return { kind: 'list', field: none, element, listType };
  const mapKeys = facts.listMapKeys ?? [facts.patchMergeKey!];
  const keyDefaults = defaultsOf(facts.type, mapKeys, era);
  return { kind: 'list', field: none, element, listType, mapKeys, ...(keyDefaults && { keyDefaults }) };
}

/** defaultsOf are the values of keys that an item may leave out: those that are always written are empty, protocols are TCP. */
function defaultsOf(defName: string, keys: readonly string[], era: Era): Record<string, unknown> | undefined {
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const facts = jsonFields(defName).find(field => field.name === key);
    const inEra = era === 'today' || (facts?.alwaysSince ?? 0) <= LAST_OF_FIRST_ERA;
    if (facts?.always && !facts.pointer && inEra) defaults[key] = SCALARS.get(facts.type) === text ? '' : 0;
    else if (TCP_BY_DEFAULT[era].has(`${defName}.${key}`)) defaults[key] = 'TCP';
    else if (era === 'today' && defName === LOCAL_REFERENCE) defaults[key] = '';
  }
  return Object.keys(defaults).length ? defaults : undefined;
}

const LOCAL_REFERENCE = 'io.k8s.api.core.v1.LocalObjectReference';
const CONTAINER_PORT = 'io.k8s.api.core.v1.ContainerPort.protocol';
const TCP_BY_DEFAULT: Readonly<Record<Era, ReadonlySet<string>>> = {
  first: new Set([CONTAINER_PORT]),
  today: new Set([CONTAINER_PORT, 'io.k8s.api.core.v1.ServicePort.protocol']),
};
