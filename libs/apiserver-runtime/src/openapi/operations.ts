import { defNameOf } from '@navarch/api';
import type { Minor } from '@navarch/kinds';
import { resourcesOfEndpoint, type ApiResource } from '../discovery/documents';
import { declaresDeleted } from '../registry/deletion-rules';
import type { Endpoint } from '../registry/resource';
import { describe, type Deed } from './deeds';
import { tagOf, TEXT, type OpenApiMethod, type OpenApiOperation } from './operation';
import { canExport } from '../verbs/export';
import { EXPORT, NAMESPACE, nameOf, optionParameters, PRETTY, sorted, SUBPATH } from './parameters';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const STATUS = `${META}.Status`;
const PATCH = `${META}.Patch`;
const WATCH_EVENT = `${META}.WatchEvent`;
const GET_OPTIONS = `${META}.GetOptions`;
const LIST_OPTIONS = `${META}.ListOptions`;
const CREATE_OPTIONS = `${META}.CreateOptions`;
const UPDATE_OPTIONS = `${META}.UpdateOptions`;
const PATCH_OPTIONS = `${META}.PatchOptions`;
const DELETE_OPTIONS = `${META}.DeleteOptions`;

/** PATCH_CREATES_SINCE is the first release that says of a patch that it may create, which is what apply does. */
const PATCH_CREATES_SINCE: Minor = 22;

const ANY = ['*/*'];
const TEXT_MEDIA = ['application/json', 'application/yaml'];
const MEDIA = [...TEXT_MEDIA, 'application/vnd.kubernetes.protobuf'];
const STREAMS = [...MEDIA, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const LOG_MEDIA = ['text/plain', ...MEDIA];
const APPLY = 'application/apply-patch+yaml';
const CUSTOM_PATCHES = ['application/json-patch+json', 'application/merge-patch+json', APPLY];
const PATCHES = [...CUSTOM_PATCHES.slice(0, 2), 'application/strategic-merge-patch+json', APPLY];

/** Connections take these methods; what leads to another server takes all. */
const STREAM_METHODS: readonly OpenApiMethod[] = ['get', 'post'];
const EVERY_METHOD: readonly OpenApiMethod[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** operationsOf lists what can be done at the paths of one endpoint and its subresources. */
export function operationsOf(endpoint: Endpoint, emulated: Minor): OpenApiOperation[] {
  return resourcesOfEndpoint(endpoint, emulated).flatMap(resource =>
    new ResourceOperations(endpoint, resource, emulated).all(),
  );
}

/** schemaNameOf is the definition's name of an endpoint's objects; of custom ones the reversed group and the kind. */
export function schemaNameOf({ custom, version, kindName }: Endpoint): string {
  if (!custom) return version.schema;
  return `${version.group.split('.').reverse().join('.')}.${version.version}.${kindName}`;
}

/** listSchemaNameOf is that of lists of these objects. */
export function listSchemaNameOf(endpoint: Endpoint): string {
  if (!endpoint.custom) return `${schemaNameOf(endpoint)}List`;
  const { listKind = `${endpoint.kindName}List` } = endpoint.kind;
  return schemaNameOf(endpoint).replace(/[^.]+$/, listKind);
}

/** ResourceOperations makes the operations of one line of discovery: of a resource, or of a subresource. */
class ResourceOperations {
  private readonly root: string;
  private readonly plural: string;
  private readonly subresource: string | undefined;
  private readonly custom: boolean;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly resource: ApiResource,
    private readonly emulated: Minor,
  ) {
    const { group, version } = endpoint.version;
    this.root = group ? `/apis/${group}/${version}` : `/api/${version}`;
    [this.plural, this.subresource] = resource.name.split('/') as [string, string?];
    this.custom = endpoint.custom;
  }

  all(): OpenApiOperation[] {
    const { verbs } = this.resource;
    // What leads to somebody else is asked for by options; a binding, an eviction or a token is created.
    if (this.subresource !== undefined && this.resource.kind.endsWith('Options')) return this.connections();
    const watched = verbs.includes('watch') && !this.custom;
    return [
      ...verbs.flatMap(verb => this.ofVerb(verb)),
      ...(watched ? [this.watch('watch', this.item)] : []),
      ...(watched && verbs.includes('list') ? this.lists('watchlist') : []),
    ];
  }

  private get collection(): string {
    return this.resource.namespaced ? `namespaces/{namespace}/${this.plural}` : this.plural;
  }
  private get item(): string {
    return `${this.collection}/{name}${this.subresource === undefined ? '' : `/${this.subresource}`}`;
  }
  /** schema is the definition of what is read and written here. */
  private get schema(): string {
    const { kind, group = this.endpoint.version.group, version = this.endpoint.version.version } = this.resource;
    return kind === this.endpoint.kindName ? schemaNameOf(this.endpoint) : (defNameOf(group, version, kind) ?? TEXT);
  }
  /** logOptions are those by which text is read here, if it is. */
  private get logOptions(): string | undefined {
    const { connects } = this.endpoint.kind.subresources ?? {};
    const readBy = this.subresource === undefined ? undefined : connects?.[this.subresource]?.readBy;
    return readBy && defNameOf('', 'v1', readBy);
  }

  private ofVerb(verb: string): OpenApiOperation[] {
    switch (verb) {
      case 'list':
        return this.lists('list');
      case 'get':
        return [this.get()];
      case 'create':
        return [this.create()];
      case 'update':
        return [this.update()];
      case 'patch':
        return [this.patch()];
      case 'delete':
        return [this.delete()];
      case 'deletecollection':
        return [this.deleteCollection()];
      default:
        return [];
    }
  }

  private get(): OpenApiOperation {
    const { logOptions, custom, schema, subresource, endpoint, emulated } = this;
    const exports = !custom && canExport(endpoint, subresource, emulated);
    return this.operation('get', 'get', this.item, {
      ...(exports && { parameters: EXPORT }),
      ...(logOptions && { produces: LOG_MEDIA }),
      answers: { 200: logOptions ? TEXT : schema },
      options: logOptions ?? (custom ? GET_OPTIONS : undefined),
    });
  }

  private create(): OpenApiOperation {
    const { schema, subresource, item, collection } = this;
    return this.operation('post', 'post', subresource === undefined ? collection : item, {
      body: { schema, required: true },
      answers: { 200: schema, 201: schema, 202: schema },
      options: CREATE_OPTIONS,
    });
  }

  private update(): OpenApiOperation {
    const { schema } = this;
    return this.operation('put', 'put', this.item, {
      body: { schema, required: true },
      answers: { 200: schema, 201: schema },
      options: UPDATE_OPTIONS,
    });
  }

  /** Of custom resources a patch never listed what patches alone may ask for, nor that it may create. */
  private patch(): OpenApiOperation {
    const { schema, custom, emulated } = this;
    return this.operation('patch', 'patch', this.item, {
      consumes: custom ? CUSTOM_PATCHES : PATCHES,
      body: { schema: PATCH, required: true },
      answers: { 200: schema, ...(!custom && emulated >= PATCH_CREATES_SINCE && { 201: schema }) },
      options: custom ? UPDATE_OPTIONS : PATCH_OPTIONS,
    });
  }

  private delete(): OpenApiOperation {
    const answer = declaresDeleted(this.endpoint, this.emulated) ? this.schema : STATUS;
    return this.operation('delete', 'delete', this.item, {
      body: { schema: DELETE_OPTIONS, required: false },
      answers: { 200: answer, 202: answer },
      options: DELETE_OPTIONS,
    });
  }

  /** Of custom resources a deletion of many takes what a list takes, and no body. */
  private deleteCollection(): OpenApiOperation {
    const answers = { 200: STATUS };
    const { collection, custom, emulated } = this;
    if (custom) return this.operation('delete', 'deletecollection', collection, { answers, options: LIST_OPTIONS });
    const listed = optionParameters(LIST_OPTIONS, emulated);
    return this.operation('delete', 'deletecollection', collection, {
      body: { schema: DELETE_OPTIONS, required: false },
      answers,
      options: DELETE_OPTIONS,
      parameters: listed.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'),
    });
  }

  /** lists are what is done with many objects: of a namespace, and of all. */
  private lists(action: 'list' | 'watchlist'): OpenApiOperation[] {
    const one = (path: string) => (action === 'list' ? this.list(path) : this.watch('watchlist', path));
    return this.resource.namespaced ? [one(this.collection), one(this.plural)] : [one(this.collection)];
  }

  private list(path: string): OpenApiOperation {
    return this.operation('get', 'list', path, {
      ...(!this.custom && { produces: STREAMS }),
      answers: { 200: listSchemaNameOf(this.endpoint) },
      options: LIST_OPTIONS,
    });
  }

  private watch(action: 'watch' | 'watchlist', path: string): OpenApiOperation {
    const answers = { 200: WATCH_EVENT };
    return this.operation('get', action, `watch/${path}`, { produces: STREAMS, answers, options: LIST_OPTIONS });
  }

  private connections(): OpenApiOperation[] {
    const leadsOn = this.resource.verbs.includes('update');
    const paths = leadsOn ? [this.item, `${this.item}/{path}`] : [this.item];
    const methods = leadsOn ? EVERY_METHOD : STREAM_METHODS;
    const rest = { produces: ANY, answers: { 200: TEXT }, options: defNameOf('', 'v1', this.resource.kind) };
    return paths.flatMap(path => methods.map(method => this.operation(method, 'connect', path, rest)));
  }

  private operation(
    method: OpenApiMethod,
    action: Deed['action'],
    path: string,
    { options, parameters = [], ...rest }: Particulars,
  ): OpenApiOperation {
    const { custom, subresource, resource, endpoint } = this;
    const { group, version } = endpoint.version;
    const isNamespaced = path.includes('{namespace}');
    const about = custom
      ? { group, version, kind: endpoint.kindName }
      : { group: resource.group ?? group, version: resource.version ?? version, kind: resource.kind };
    const { name, description } = describe({
      ...{ method, action, group, version, custom },
      kind: endpoint.kindName,
      ...(subresource !== undefined && { subresource }),
      watched: resource.verbs.includes('watch'),
      scope: !resource.namespaced ? 'cluster' : isNamespaced ? 'namespace' : 'all',
      below: path.endsWith('{path}'),
    });
    return {
      ...{ path: `${this.root}/${path}`, method, id: name, tag: tagOf(group, version), description, action, about },
      consumes: custom ? TEXT_MEDIA : ANY,
      produces: custom ? TEXT_MEDIA : MEDIA,
      ...rest,
      parameters: sorted([
        ...(options === undefined ? [] : optionParameters(options, this.emulated)),
        ...parameters,
        ...(action === 'connect' ? [] : [PRETTY]),
        ...(isNamespaced ? [NAMESPACE] : []),
        ...(path.includes('{name}') ? [nameOf(about.kind)] : []),
        ...(path.endsWith('{path}') ? [SUBPATH] : []),
      ]),
    };
  }
}

/** Particulars are what an operation has of its own; its parameters are the fields of `options` and those given. */
type Particulars = Pick<OpenApiOperation, 'answers' | 'body' | 'consumes' | 'produces'> & {
  readonly options: string | undefined;
  readonly parameters?: OpenApiOperation['parameters'];
};
