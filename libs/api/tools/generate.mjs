#!/usr/bin/env node
// generate.mjs: writes src/generated/ from three sources of facts:
//   data/protobuf-fields.json   every message's fields: number, JSON name, type (v1.20 and today)
//   data/merge-keys.json        strategic-merge and list-type annotations
//   @kubernetes/client-node     which fields are required, and the descriptions (v1.33; never committed)
// A version that has no model any more (v1.20's betas) borrows both from the same message of a version that has one.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { optionTexts } from './option-texts.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../src/generated');
const read = file => JSON.parse(fs.readFileSync(path.join(here, '../data', file), 'utf8'));
const gen = path.join(path.dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen');
const models = path.join(gen, 'models');
const texts = optionTexts(gen);

/** SPECIAL gives the messages whose JSON form is not an object of their fields, with that form's TypeScript type. */
const SPECIAL = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Record<string, unknown>',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Verbs': 'string[]',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'string',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'number | string',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'Record<string, unknown>',
};
SPECIAL['io.k8s.api.authentication.v1.AttestationValue'] = 'string[]';
for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
  for (const group of ['authentication', 'authorization', 'certificates'])
    SPECIAL[`io.k8s.api.${group}.${version}.ExtraValue`] = 'string[]';
  const crd = `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}`;
  SPECIAL[`${crd}.JSON`] = 'unknown';
  SPECIAL[`${crd}.JSONSchemaPropsOrArray`] = 'JSONSchemaProps | JSONSchemaProps[]';
  SPECIAL[`${crd}.JSONSchemaPropsOrBool`] = 'JSONSchemaProps | boolean';
  SPECIAL[`${crd}.JSONSchemaPropsOrStringArray`] = 'JSONSchemaProps | string[]';
}
const SCALARS = {
  string: 'string',
  bytes: 'string',
  bool: 'boolean',
  int32: 'number',
  int64: 'number',
  double: 'number',
};

const definitionName = message =>
  message
    .replace(/^k8s\.io\./, 'io.k8s.')
    .replace('apiextensions_apiserver', 'apiextensions-apiserver')
    .replace('kube_aggregator', 'kube-aggregator');
const split = name => ({ package: name.slice(0, name.lastIndexOf('.')), kind: name.slice(name.lastIndexOf('.') + 1) });

/** marks reads a list of `Kind.field`, `*.field`, `group.Kind.field`, `v1.Kind.field` (`!Kind` excepts one, `:22` since a release, `:-20` until). */
function marks(text) {
  const byField = new Map();
  for (const entry of text.split(' ').filter(Boolean)) {
    const [, qualifier, kind, field, excepted, until, release = '0'] =
      /^(?:([a-z]\w*)\.)?(\*|[A-Z]\w*)\.([$\w-]+)((?:!\w+)*)(?::(-)?(\d+))?$/.exec(entry) ?? [];
    if (!field) throw new Error(`presence.json: ${entry} is no mark`);
    const bound = until ? { until: Number(release) } : { since: Number(release) };
    const mark = { qualifier, kind, excepted: excepted.split('!').slice(1), ...bound };
    byField.set(field, [...(byField.get(field) ?? []), mark]);
  }
  return (definition, field) => {
    const { package: pkg, kind } = split(definition);
    const segments = pkg.split('.');
    return (byField.get(field) ?? []).find(
      m =>
        (m.kind === '*' || m.kind === kind) &&
        !m.excepted.includes(kind) &&
        (!m.qualifier || segments.includes(m.qualifier)),
    );
  };
}
const presence = read('presence.json');
const isPointerScalar = marks(`${presence.pointer.numbers} ${presence.pointer.strings}`);
const isPointerCollection = marks(presence.pointer.collections);
const isValueStruct = marks(presence.value);
const isPointerTime = marks(presence.pointerTimes);
const isAlways = marks(presence.always);
const isNullable = marks(presence.nullable);
const isOmitted = marks(presence.omitted);
const isUnreleased = marks(presence.unreleased);
const isYounger = marks(presence.younger);
const isShown = marks(presence.shown);
const isRequired = marks(presence.required);
const isOptional = marks(presence.optional);

/** requirementOf tells whether schemas call a field required: always, or in some releases. */
function requirementOf(definition, name, required) {
  if (isOptional(definition, name) || isOmitted(definition, name)) return {};
  const mark = isRequired(definition, name);
  return {
    ...(required && { required }),
    ...(mark && { requiredSince: mark.since ?? 0 }),
    ...(mark?.until && { requiredUntil: mark.until }),
  };
}

/** presenceOf tells whether a field is always written, and whether its empty value differs from absence. */
function presenceOf(definition, { name, type, list, map, required }) {
  if (list || map)
    return {
      ...((required || isAlways(definition, name)) && !isOmitted(definition, name) && { always: true }),
      ...(isPointerCollection(definition, name) && { pointer: true }),
    };
  const scalar = type in SCALARS;
  const time = /\.(Time|MicroTime)$/.test(type);
  const embeddedMeta = /\.(ObjectMeta|ListMeta)$/.test(type);
  const value = scalar
    ? !isPointerScalar(definition, name)
    : required || embeddedMeta || (time ? !isPointerTime(definition, name) : Boolean(isValueStruct(definition, name)));
  const mark = isAlways(definition, name);
  const always = !isOmitted(definition, name) && (required || mark || (!scalar && value));
  return {
    ...(always && { always: true }),
    ...(mark?.since && { alwaysSince: mark.since }),
    ...(mark?.until && { alwaysUntil: mark.until }),
    ...((!value || isNullable(definition, name)) && { pointer: true }),
  };
}

const mergeKeys = read('merge-keys.json');
// What v1.33 says of fields that v1.20 did not have; where both speak, v1.20's word stands.
for (const [name, { fields }] of Object.entries(read('merge-additions.json'))) {
  const marked = ((mergeKeys[name] ??= {}).fields ??= {});
  for (const [field, marks] of Object.entries(fields))
    marked[field] = {
      ...marks,
      ...(marked[field] && !marked[field]['list-type'] && { later: true }),
      ...marked[field],
    };
}
const known = read('protobuf-fields.json');
// What the facts of v1.20 lack of definitions that live outside the API's own repository.
for (const [name, fields] of Object.entries(read('protobuf-additions.json'))) {
  const numbers = new Set((known[name] ?? []).map(([number]) => number));
  known[name] = [...(known[name] ?? []), ...fields.filter(([number]) => !numbers.has(number))];
}
const messages = Object.entries(known).map(([name, fields]) => [definitionName(name), fields]);
const byKind = new Map();
for (const [name] of messages) {
  const { kind } = split(name);
  byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
}

/** model reads the declaration of a client-node class: {description, fields: {name: {required, description}}}. */
const modelCache = new Map();
function model(name) {
  const { package: pkg, kind } = split(name);
  // The client has no models of audit events, but some of other groups' kinds of the same names.
  if (pkg.includes('.audit.')) return undefined;
  const segments = pkg.split('.');
  const version = segments.at(-1).replace(/^v/, 'V');
  const group = segments.at(-2).replace(/^./, c => c.toUpperCase());
  for (const file of [`${group}${version}${kind}`, `${version}${kind}`]) {
    if (modelCache.has(file)) return modelCache.get(file);
    const full = path.join(models, `${file}.d.ts`);
    if (!fs.existsSync(full)) continue;
    const text = fs.readFileSync(full, 'utf8');
    const body = text.slice(text.indexOf('declare class'));
    const fields = {};
    for (const m of body.matchAll(/(?:\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*)?'([^']+)'(\?)?: /g)) {
      // Words TypeScript reserves carry an underscore there: _default, _from, _continue.
      fields[jsonName(m[2], kind)] = { required: !m[3], description: comment(m[1]) };
    }
    const parsed = {
      description: comment(text.match(/\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*export declare class/)?.[1]),
      fields,
    };
    modelCache.set(file, parsed);
    return parsed;
  }
  return undefined;
}
/** jsonName undoes what the client's generator does to names: default and enum have an underscore, x-kubernetes-… has several. */
function jsonName(name, kind) {
  if (kind === 'JSONSchemaProps' && (name === 'ref' || name === 'schema')) return `$${name}`;
  return name.startsWith('x_kubernetes_') ? name.replace(/_/g, '-') : name.replace(/^_/, '');
}
const comment = text =>
  text
    ?.replace(/^\s*\* ?/gm, '')
    .replace(/\\'/g, "'")
    .replace(/\\"/g, '"')
    .trim() ?? '';

const RANK = version => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
function stability(name) {
  const m = RANK(split(name).package.split('.').at(-1));
  return m ? Number(m[1]) * 1000 + (m[2] === 'alpha' ? 0 : m[2] === 'beta' ? 300 : 900) + Number(m[3] ?? 0) : -1;
}
/** nearestModel is the message's own model, or that of the most stable message of the same kind that shares most of its fields. */
function nearestModel(name, fieldNames) {
  const own = model(name);
  if (own) return { model: own, own: true };
  const candidates = (byKind.get(split(name).kind) ?? [])
    .filter(other => other !== name && model(other))
    .map(other => ({ other, shared: fieldNames.filter(f => f in model(other).fields).length }))
    .filter(c => c.shared * 2 >= fieldNames.length)
    .sort((a, b) => b.shared - a.shared || stability(b.other) - stability(a.other));
  return candidates.length ? { model: model(candidates[0].other), own: false } : undefined;
}

/** EMBEDDED are the embedded structs of messages that have no model in any version. */
const EMBEDDED = new Set(['deviceConfiguration']);
const messagesByName = new Map(messages);
/** isEmbedded: the field is named for its type (or is a handler), and the model lists that type's fields in its place. */
function isEmbedded(field, type, parent) {
  if (field === 'spec' || field === 'status') return false;
  const kind = split(type).kind.toLowerCase();
  const named = kind === field.toLowerCase() || kind.endsWith(field.toLowerCase());
  return named && (messagesByName.get(type) ?? []).some(([, name]) => name in parent.fields);
}

/** wireName is a field's JSON name as far as protobuf tells it. */
function wireName(field, kind) {
  if (kind === 'JSONSchemaProps' && (field === 'ref' || field === 'schema')) return `$${field}`;
  if (field.startsWith('xKubernetes')) return field.replace(/[A-Z]/g, c => `-${c.toLowerCase()}`);
  return /^[A-Z](?![A-Z])/.test(field) ? field[0].toLowerCase() + field.slice(1) : field;
}

const schema = {};
const descriptions = {};
for (const [name, fields] of messages) {
  const lowered = fields.map(([, field]) => wireName(field, split(name).kind));
  const source = nearestModel(name, lowered);
  // The model has the exact JSON name where protobuf's differs in case only (uID, Port, aPIGroup).
  const modelNames = new Map(Object.keys(source?.model.fields ?? {}).map(f => [f.toLowerCase(), f]));
  // v1beta1 of CustomResourceDefinition has no model of its own, and spells one name its own way.
  const jsonNames = lowered.map(f => (f === 'JSONPath' ? f : (modelNames.get(f.toLowerCase()) ?? f)));
  if (source?.model.description) descriptions[name] = source.model.description;
  // Fields of embedded structs are described where they stand.
  for (const [field, { description }] of Object.entries(source?.model.fields ?? {}))
    if (description) descriptions[`${name}.${field}`] = description;
  const annotated = mergeKeys[name]?.fields ?? {};
  schema[name] = fields.map(([number, , type], i) => {
    const field = jsonNames[i];
    const known = source?.model.fields[field];
    if (texts.has(`${name}.${field}`)) descriptions[`${name}.${field}`] ??= texts.get(`${name}.${field}`);
    const merging = annotated[field] ?? {};
    const map = /^map<string,(.*)>$/.exec(type);
    const list = type.startsWith('[]');
    const element = map ? map[1] : list ? type.slice(2) : type;
    // An embedded struct is a message of its own in protobuf, but its fields stand directly in the JSON object.
    const inline =
      !known &&
      !list &&
      !map &&
      (source ? isEmbedded(field, definitionName(element), source.model) : EMBEDDED.has(field));
    return {
      name: field,
      number,
      type: element in SCALARS ? element : definitionName(element),
      ...(list && { list: true }),
      ...(map && { map: true }),
      ...requirementOf(name, field, known?.required),
      // A message known to the models of v1.33 without this field: the field is younger than the served version.
      ...(((source?.own && !known && !inline) || isUnreleased(name, field)) && { unreleased: true }),
      ...(isShown(name, field) && { shownUntil: isShown(name, field).until }),
      ...(isYounger(name, field) && { since: isYounger(name, field).since }),
      ...(inline && { inline: true }),
      ...(!inline &&
        presenceOf(name, {
          name: field,
          type: element in SCALARS ? element : definitionName(element),
          list,
          map,
          required: known?.required,
        })),
      ...(merging['patch-strategy'] && { patchStrategy: merging['patch-strategy'] }),
      ...(merging['patch-merge-key'] && { patchMergeKey: merging['patch-merge-key'] }),
      ...(merging['list-type'] && { listType: merging['list-type'], ...(merging.later && { listTypeLater: true }) }),
      ...(merging['list-map-keys'] && { listMapKeys: merging['list-map-keys'] }),
      ...(merging['map-type'] && { mapType: merging['map-type'] }),
    };
  });
}

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(path.join(out, 'types'), { recursive: true });
fs.writeFileSync(path.join(out, 'schema.json'), JSON.stringify(schema));
fs.writeFileSync(path.join(out, 'descriptions.json'), JSON.stringify(descriptions));
writeTypes();

/** writeTypes writes one module of interfaces a package, and types.ts with one name for each: corev1, appsv1, metav1… */
function writeTypes() {
  const packages = new Map();
  for (const name of Object.keys(schema)) {
    const { package: pkg } = split(name);
    packages.set(pkg, [...(packages.get(pkg) ?? []), name]);
  }
  const alias = pkg => {
    const segments = pkg.split('.');
    return (/^v\d/.test(segments.at(-1)) ? segments.slice(-2) : segments.slice(-1)).join('').replace(/_/g, '');
  };
  const exported = [];
  for (const [pkg, names] of packages) {
    const imports = new Map();
    const typeOf = field => {
      let t = SCALARS[field.type];
      if (!t) {
        const { package: other, kind } = split(field.type);
        if (field.type in SPECIAL && !SPECIAL[field.type].startsWith('JSON')) t = SPECIAL[field.type];
        else if (other === pkg) t = kind;
        else {
          imports.set(alias(other), other);
          t = `${alias(other)}.${kind}`;
        }
      }
      return field.map ? `Record<string, ${t}>` : field.list ? (/[|]/.test(t) ? `(${t})[]` : `${t}[]`) : t;
    };
    const template = /\.(PodTemplateSpec|JobTemplateSpec|PersistentVolumeClaimTemplate|ResourceClaimTemplateSpec)$/;
    const roots = new Set(
      names.filter(
        n => !template.test(n) && schema[n].some(f => f.name === 'metadata' && /ObjectMeta$|ListMeta$/.test(f.type)),
      ),
    );
    const bodies = names.map(name => {
      const { kind } = split(name);
      const doc = descriptions[name] ? `/** ${descriptions[name].replace(/\*\//g, '* /')} */\n` : '';
      if (name in SPECIAL) return `${doc}export type ${kind} = ${SPECIAL[name]};\n`;
      const head =
        roots.has(name) ||
        ['Status', 'APIResourceList', 'APIGroup', 'APIGroupList', 'APIVersions', 'DeleteOptions'].includes(kind)
          ? '  apiVersion?: string;\n  kind?: string;\n'
          : '';
      const lines = schema[name]
        .flatMap(f => (f.inline ? schema[f.type] : [f]))
        .flatMap(f => (f.inline ? schema[f.type] : [f]))
        .filter(f => !(head && (f.name === 'apiVersion' || f.name === 'kind')))
        .map(f => {
          const d = descriptions[`${name}.${f.name}`];
          return `${d ? `  /** ${d.replace(/\*\//g, '* /')} */\n` : ''}  ${/^\w+$/.test(f.name) ? f.name : `'${f.name}'`}${f.required ? '' : '?'}: ${typeOf(f)};\n`;
        });
      return `${doc}export interface ${kind} {\n${head}${lines.join('')}}\n`;
    });
    const file = alias(pkg);
    const head = [...imports.keys()].map(a => `import type * as ${a} from './${a}';\n`).join('');
    fs.writeFileSync(path.join(out, 'types', `${file}.ts`), `${head}\n${bodies.join('\n')}`);
    if (/v\d/.test(file)) exported.push(file);
  }
  fs.writeFileSync(
    path.join(out, 'types.ts'),
    exported
      .sort()
      .map(f => `export type * as ${f} from './types/${f}';\n`)
      .join(''),
  );
}
console.log(`${Object.keys(schema).length} messages, ${Object.keys(descriptions).length} descriptions`);
