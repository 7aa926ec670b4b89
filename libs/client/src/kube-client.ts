import type { ResourceToken } from '@navarch/api';
import {
  HUB_VERSIONS,
  StatusError,
  apiVersionOf,
  type KubeList,
  type KubeObject,
  type Status,
  type WatchEvent,
} from '@navarch/apimachinery';
import type {
  DeleteOptions,
  KubeClient,
  ListOptions,
  Patch,
  ResourceClient,
  Transport,
  WatchOptions,
  WriteOptions,
} from './interfaces';
import { TransportError } from './transport-error';

export interface KubeClientOptions {
  /** userAgent is sent with each request; the server takes the field manager from it where none is named. */
  readonly userAgent: string;
  readonly fieldManager?: string;
  /** user to act as (Impersonate-User); the transport's own unless given. */
  readonly impersonate?: string;
}

/** createKubeClient makes a client of the whole API over one transport. */
export function createKubeClient(transport: Transport, options: KubeClientOptions): KubeClient {
  return {
    transport,
    resource: token => new RestClient(transport, options, token),
    as: user => createKubeClient(transport, { ...options, impersonate: user }),
  };
}

/** resourcePath is the path of a resource, an object or a subresource; `namespace` '' leaves the namespace out. */
export function resourcePath(token: ResourceToken, namespace: string, name?: string, subresource?: string): string {
  const root = token.group ? `/apis/${token.group}/${token.version}` : `/api/${token.version}`;
  const scope = token.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [name, subresource].filter(part => part !== undefined).map(part => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${token.resource}${tail.join('')}`;
}

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
const METADATA_LIST_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

class RestClient<T extends KubeObject> implements ResourceClient<T> {
  private readonly apiVersion: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly transport: Transport,
    private readonly options: KubeClientOptions,
    private readonly token: ResourceToken<T>,
  ) {
    this.apiVersion = apiVersionOf(token);
    this.headers = {
      accept: 'application/json',
      'user-agent': options.userAgent,
      [HUB_VERSIONS]: 'true',
      ...(options.impersonate && { 'impersonate-user': options.impersonate }),
    };
  }

  get(namespace: string, name: string): Promise<T> {
    return this.send('GET', resourcePath(this.token, namespace, name));
  }

  async list(namespace: string, options: ListOptions = {}): Promise<KubeList<T>> {
    const path = resourcePath(this.token, namespace) + query(selection(options));
    const headers = options.metadataOnly ? { ...this.headers, accept: METADATA_LIST_ONLY } : this.headers;
    const { body } = await this.transport.send({ method: 'GET', path, headers, timeoutMs: 60_000 });
    const list = parse<KubeList<T>>(body);
    list.items ??= [];
    for (const item of list.items) this.name(item);
    return list;
  }

  async *watch(namespace: string, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    const { allowWatchBookmarks, sendInitialEvents, timeoutSeconds, signal } = options;
    const parameters = { watch: true, allowWatchBookmarks, sendInitialEvents, timeoutSeconds, ...selection(options) };
    const headers = options.metadataOnly ? { ...this.headers, accept: METADATA_ONLY } : this.headers;
    const path = resourcePath(this.token, namespace) + query(parameters);
    for await (const line of lines(await this.transport.stream({ method: 'GET', path, headers, signal }))) {
      const event = parse<WatchEvent<T>>(line);
      if (event.type === 'ERROR') throw StatusError.fromStatus(event.object as Partial<Status>);
      this.name(event.object);
      yield event;
    }
  }

  create(object: T, options?: WriteOptions): Promise<T> {
    const path = resourcePath(this.token, object.metadata?.namespace ?? '');
    return this.send('POST', path + this.write(options), this.complete(object));
  }

  update(object: T, options?: WriteOptions): Promise<T> {
    return this.put(object, undefined, options);
  }

  updateStatus(object: T, options?: WriteOptions): Promise<T> {
    return this.put(object, 'status', options);
  }

  updateSubresource(object: T, subresource: string, options?: WriteOptions): Promise<T> {
    return this.put(object, subresource, options);
  }

  patch(
    namespace: string,
    name: string,
    patch: Patch,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<T> {
    const apply = patch.type === 'apply' ? { fieldManager: patch.fieldManager, force: patch.force } : {};
    const path = resourcePath(this.token, namespace, name, options.subresource);
    return this.send('PATCH', path + this.write(options, apply), patch.body, PATCH_TYPES[patch.type]);
  }

  async delete(namespace: string, name: string, options: DeleteOptions = {}): Promise<void> {
    const path = resourcePath(this.token, namespace, name);
    await this.send('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', ...deletion(options) });
  }

  async deleteCollection(namespace: string, options: ListOptions & DeleteOptions = {}): Promise<void> {
    const path = resourcePath(this.token, namespace) + query(selection(options));
    await this.send('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', ...deletion(options) });
  }

  createSubresource<S extends KubeObject>(namespace: string, name: string, subresource: string, body: S): Promise<S> {
    return this.send('POST', resourcePath(this.token, namespace, name, subresource) + this.write(), body);
  }

  private put(object: T, subresource: string | undefined, options?: WriteOptions): Promise<T> {
    const { namespace = '', name = '' } = object.metadata ?? {};
    return this.send(
      'PUT',
      resourcePath(this.token, namespace, name, subresource) + this.write(options),
      this.complete(object),
    );
  }

  private async send<R>(method: string, path: string, content?: object, contentType = 'application/json'): Promise<R> {
    const headers = content === undefined ? this.headers : { ...this.headers, 'content-type': contentType };
    const body = content === undefined ? undefined : Buffer.from(JSON.stringify(content));
    return parse<R>((await this.transport.send({ method, path, headers, body })).body);
  }

  private write(options: WriteOptions = {}, more: Record<string, unknown> = {}): string {
    const fieldManager = options.fieldManager ?? this.options.fieldManager;
    return query({ fieldManager, dryRun: options.dryRun ? 'All' : undefined, ...more });
  }

  /** complete names the kind of what is sent, as servers ask for. */
  private complete(object: T): T {
    return { ...object, apiVersion: this.apiVersion, kind: this.token.kind };
  }

  /** name fills in what list items leave out, so that every object says what it is. */
  private name(object: T): void {
    object.apiVersion = this.apiVersion;
    object.kind = this.token.kind;
  }
}

function selection({
  labelSelector,
  fieldSelector,
  resourceVersion,
  resourceVersionMatch,
  ...rest
}: ListOptions): Record<string, unknown> {
  const { limit, continue: token } = rest;
  return { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit, continue: token };
}

function deletion({ gracePeriodSeconds, propagationPolicy, preconditions, dryRun }: DeleteOptions): object {
  return { gracePeriodSeconds, propagationPolicy, preconditions, ...(dryRun && { dryRun: ['All'] }) };
}

function query(parameters: Record<string, unknown>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  if (!given.length) return '';
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

function parse<R>(body: Buffer): R {
  try {
    return JSON.parse(body.toString('utf8')) as R;
  } catch (error) {
    throw new TransportError('broken', 'the server answered something that is not JSON', { cause: error });
  }
}

/** lines cuts a byte stream at line feeds; what follows the last one is dropped (the stream broke inside an event). */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, at);
      from = at + 1;
      const line = begun.length ? Buffer.concat([...begun, piece]) : piece;
      begun = [];
      if (line.length) yield line;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}
