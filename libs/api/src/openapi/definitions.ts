import {
  description,
  fieldsOf,
  isRoot,
  jsonFields,
  specialForm,
  splitDefName,
  typeSchema,
  type FieldFacts,
  type SpecialForm,
} from '../schema';
import { contentOf, typeIn } from './earlier-types';
import { groupOf } from './groups';
import { unionsOf } from './unions';

/** OpenApiFlavour is the document's version: `/openapi/v2` or `/openapi/v3`. */
export type OpenApiFlavour = 'v2' | 'v3';
type Schema = Record<string, unknown>;

const APIVERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';

/**
 * openApiDefinitions are the schemas of these definitions and of all that they refer to, by name: descriptions, formats, required
 * fields and the x-kubernetes-* extensions that kubectl reads, as a release (20, 33) knows them. Fresh objects: the caller may add to
 * them.
 */
export function openApiDefinitions(
  names: Iterable<string>,
  flavour: OpenApiFlavour,
  emulated = 33,
): Record<string, Schema> {
  const definitions: Record<string, Schema> = {};
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (Object.hasOwn(definitions, name)) continue;
    const form = specialForm(name);
    definitions[name] = form ? specialSchema(form, name, flavour) : objectSchema(name, flavour, emulated);
    queue.push(...references(name, form, emulated));
  }
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** isDefinition tells the names of definitions from scalars. Lists of strings that have a name are written out where they stand. */
const isDefinition = (type: string) => type.includes('.') && specialForm(type) !== 'stringList';

function references(name: string, form: SpecialForm | undefined, emulated: number): string[] {
  if (form) return [];
  return knownFields(name, emulated)
    .map(f => f.type)
    .filter(isDefinition);
}

/** knownFields are the fields that a release shows, with the types that it has for them. */
function knownFields(name: string, emulated: number): FieldFacts[] {
  const content = contentOf(name);
  const gone = (fieldsOf(content) ?? []).filter(({ shownUntil }) => shownUntil !== undefined && emulated <= shownUntil);
  return [...jsonFields(content).filter(({ since = 0 }) => since <= emulated), ...gone].map(facts => ({
    ...facts,
    type: typeIn(name, facts.type, emulated),
  }));
}

function isRequired({ required = false, requiredSince, requiredUntil = Infinity }: FieldFacts, emulated: number) {
  return requiredSince === undefined ? required : requiredSince <= emulated && emulated <= requiredUntil;
}

function objectSchema(name: string, flavour: OpenApiFlavour, emulated: number): Schema {
  const content = contentOf(name);
  if (!fieldsOf(content)) throw new Error(`no definition is named ${name}`);
  const text = description(content);
  const fields = knownFields(name, emulated);
  const required = fields
    .filter(facts => isRequired(facts, emulated))
    .map(f => f.name)
    .sort();
  const properties = Object.fromEntries(
    fields.map(f => [f.name, fieldSchema(content, f, flavour, emulated)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const unions = unionsOf(
    name,
    fields.map(f => f.name),
  );
  return {
    ...(text && { description: text }),
    type: 'object',
    ...(required.length && { required }),
    ...(fields.length && { properties }),
    ...(isRoot(name) && {
      'x-kubernetes-group-version-kind': [
        { group: groupOf(name), kind: splitDefName(name).kind, version: splitDefName(name).version },
      ],
    }),
    ...(typeSchema(content, emulated).atomic && { 'x-kubernetes-map-type': 'atomic' }),
    ...(unions && { 'x-kubernetes-unions': unions }),
  };
}

function fieldSchema(owner: string, facts: FieldFacts, flavour: OpenApiFlavour, emulated: number): Schema {
  const text = fieldText(owner, facts);
  const head = { ...(text && { description: text }) };
  const extensions = extensionsOf(facts, emulated);
  if (facts.list) return { ...head, type: 'array', items: valueSchema(facts, flavour, true), ...extensions };
  if (facts.map)
    return { ...head, type: 'object', additionalProperties: valueSchema(facts, flavour, true), ...extensions };
  const value = valueSchema(facts, flavour, false);
  // Beside a $ref nothing else may stand in version 3.0.
  if (flavour === 'v3' && '$ref' in value)
    return { ...head, allOf: [value], ...(facts.always && !facts.pointer && { default: {} }), ...extensions };
  return { ...head, ...value, ...extensions };
}

/** fieldText is a field's documentation; what fields of embedded structs are is said by their types. */
function fieldText(owner: string, { name, type }: FieldFacts): string {
  const text = description(owner, name) || (type.includes('.') ? description(contentOf(type)) : '');
  return text || (name === 'apiVersion' ? APIVERSION : name === 'kind' ? KIND : '');
}

function valueSchema({ type, always, pointer }: FieldFacts, flavour: OpenApiFlavour, element: boolean): Schema {
  if (isDefinition(type)) {
    if (flavour === 'v2') return { $ref: `#/definitions/${type}` };
    const ref = { $ref: `#/components/schemas/${type}` };
    return element && !specialForm(type) ? { allOf: [ref], default: {} } : ref;
  }
  if (type.includes('.')) return { type: 'array', items: { type: 'string', ...(flavour === 'v3' && { default: '' }) } };
  const schema = SCALARS[type]!;
  const withDefault = flavour === 'v3' && type !== 'bytes' && (element || (always && !pointer));
  return withDefault ? { ...schema, default: DEFAULTS[schema.type as string] } : schema;
}

const SCALARS: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
};
const DEFAULTS: Readonly<Record<string, unknown>> = { string: '', boolean: false, integer: 0, number: 0 };

/** LATER_SINCE is the first release that says of fields of v1.20 what that one did not. */
const LATER_SINCE = 21;

function extensionsOf(facts: FieldFacts, emulated: number): Schema {
  const tellsMaps = emulated >= LATER_SINCE;
  const tellsLists = !facts.listTypeLater || tellsMaps;
  return {
    ...(tellsLists && facts.listMapKeys && { 'x-kubernetes-list-map-keys': facts.listMapKeys }),
    ...(tellsLists && facts.listType && { 'x-kubernetes-list-type': facts.listType }),
    ...(tellsMaps && facts.mapType && { 'x-kubernetes-map-type': facts.mapType }),
    ...(facts.patchMergeKey && { 'x-kubernetes-patch-merge-key': facts.patchMergeKey }),
    ...(facts.patchStrategy && { 'x-kubernetes-patch-strategy': facts.patchStrategy }),
  };
}

function specialSchema(form: SpecialForm, name: string, flavour: OpenApiFlavour): Schema {
  const text = description(name);
  return { ...(text && { description: text }), ...specialType(form, flavour) };
}

function specialType(form: SpecialForm, flavour: OpenApiFlavour): Schema {
  switch (form) {
    case 'time':
    case 'microTime':
      return { type: 'string', format: 'date-time' };
    case 'duration':
      return { type: 'string' };
    case 'quantity':
      return flavour === 'v3' ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' };
    case 'intOrString':
      return flavour === 'v3'
        ? { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
        : { type: 'string', format: 'int-or-string' };
    case 'rawObject':
    case 'fieldsV1':
      return { type: 'object' };
    case 'stringList':
      return { type: 'array', items: { type: 'string' } };
    default:
      return {};
  }
}
