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
const cache = new Map<string, TypeSchema>();

/** typeSchema is the structure of a built-in definition. Lazy and cached; it throws for an unknown name. */
export function typeSchema(defName: string): TypeSchema {
  let schema = cache.get(defName);
  if (!schema) cache.set(defName, (schema = build(defName)));
  return schema;
}

function build(name: string): TypeSchema {
  const known = SCALARS.get(name);
  if (known) return known;
  switch (specialForm(name)) {
    case undefined:
      return new ObjectSchema(name);
    case 'stringList':
      return { kind: 'list', name, field: none, element: text, listType: 'atomic' };
    case 'rawObject':
    case 'fieldsV1':
    case 'json':
    case 'jsonOrList':
    case 'jsonOrBool':
    case 'jsonOrStrings':
      return untyped;
    case 'time':
    case 'microTime':
    case 'duration':
      return text;
    default:
      return scalar;
  }
}

/** ObjectSchema resolves its fields at the first question, so that definitions may refer to themselves. */
class ObjectSchema implements TypeSchema {
  readonly kind = 'object';
  private fields: Map<string, FieldSchema> | undefined;
  constructor(readonly name: string) {
    if (!fieldsOf(name)) throw new Error(`no definition is named ${name}`);
  }
  get atomic(): boolean {
    return ATOMIC.has(this.name);
  }
  field(name: string): FieldSchema | undefined {
    this.fields ??= new Map(jsonFields(this.name).map(facts => [facts.name, fieldSchema(facts)]));
    return this.fields.get(name);
  }
}

/** ATOMIC are the objects that have one owner as a whole (x-kubernetes-map-type: atomic on the type). */
const ATOMIC = new Set(
  [
    'apimachinery.pkg.apis.meta.v1.LabelSelector',
    'apimachinery.pkg.apis.meta.v1.OwnerReference',
    ...[
      'ConfigMapKeySelector',
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

function fieldSchema(facts: FieldFacts): FieldSchema {
  return {
    name: facts.name,
    schema: valueSchema(facts),
    patchStrategy: facts.patchStrategy?.split(',') ?? [],
    ...(facts.patchMergeKey && { patchMergeKey: facts.patchMergeKey }),
  };
}

/** valueSchema is a field's own structure; what the facts say about merging is the field's, not its type's. */
function valueSchema(facts: FieldFacts): TypeSchema {
  const element = typeSchema(facts.type);
  if (facts.map) return { kind: 'map', field: none, element, ...(facts.mapType === 'atomic' && { atomic: true }) };
  if (!facts.list) {
    if (facts.mapType !== 'atomic' || element.kind !== 'object') return element;
    return {
      kind: 'object',
      ...(element.name && { name: element.name }),
      field: name => element.field(name),
      atomic: true,
    };
  }
  const merges = facts.patchStrategy?.split(',').includes('merge');
  const listType = facts.listType ?? (merges ? (facts.patchMergeKey ? 'map' : 'set') : 'atomic');
  if (listType !== 'map') return { kind: 'list', field: none, element, listType };
  const mapKeys = facts.listMapKeys ?? [facts.patchMergeKey!];
  return {
    kind: 'list',
    field: none,
    element,
    listType,
    mapKeys,
    ...(mapKeys.includes('protocol') && { keyDefaults: { protocol: 'TCP' } }),
  };
}
