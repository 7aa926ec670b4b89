import type { ResourceToken } from '@navarch/api';
import type { ApiRequest, KubeList, KubeObject, WatchEvent } from '@navarch/apimachinery';

/** Transport carries requests to an API server: over HTTPS, or over the cluster bus. Semantics are equal. */
export interface Transport {
  /** send answers one request; it rejects with a StatusError for a Status failure, with TransportError if nothing answered. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** stream sends a request whose answer goes on (watch, log). The iteration ends when the server ends it or signal aborts. */
  stream(request: TransportRequest): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

export interface TransportRequest extends Pick<ApiRequest, 'method'> {
  /** path with its query, percent-encoded: `/api/v1/namespaces/default/pods?limit=5`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
  /** timeoutMs bounds the wait for the answer (for stream: its head); 30 s unless given. */
  readonly timeoutMs?: number;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly limit?: number;
  readonly continue?: string;
  /** metadataOnly asks for PartialObjectMetadata: apiVersion, kind and metadata, nothing else. */
  readonly metadataOnly?: boolean;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** dryRun: only ask whether the deletion would do. */
  readonly dryRun?: boolean;
}

export type Patch =
  | { readonly type: 'json'; readonly body: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly body: object }
  | { readonly type: 'apply'; readonly body: object; readonly fieldManager: string; readonly force?: boolean };

/**
 * ResourceClient reads and writes the objects of one resource. `namespace` is '' for cluster-scoped resources, and for
 * list and watch across all namespaces. Failures reject with a StatusError.
 */
export interface ResourceClient<T extends KubeObject> {
  get(namespace: string, name: string): Promise<T>;
  list(namespace: string, options?: ListOptions): Promise<KubeList<T>>;
  /** watch yields the events in order; an ERROR event is thrown as its StatusError. */
  watch(namespace: string, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create(object: T, options?: WriteOptions): Promise<T>;
  update(object: T, options?: WriteOptions): Promise<T>;
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  /** updateSubresource puts the object at one of its subresources: `finalize` of a Namespace, `approval` of a CSR, `ephemeralcontainers`. */
  updateSubresource(object: T, subresource: string, options?: WriteOptions): Promise<T>;
  /** patch changes the object, or the named subresource of it ('status', 'scale'). */
  patch(
    namespace: string,
    name: string,
    patch: Patch,
    options?: WriteOptions & { readonly subresource?: string },
  ): Promise<T>;
  delete(namespace: string, name: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(namespace: string, options?: ListOptions & DeleteOptions): Promise<void>;
  /** createSubresource posts to one: pods/binding, pods/eviction, serviceaccounts/token; answers what the server did. */
  createSubresource<S extends KubeObject>(namespace: string, name: string, subresource: string, body: S): Promise<S>;
}

/** KubeClient is the whole API. */
export interface KubeClient {
  resource<T extends KubeObject>(token: ResourceToken<T>): ResourceClient<T>;
  /** as returns a client that acts as another user (Impersonate-User), over the same transport. */
  as(user: string): KubeClient;
  /** transport is for what has no object: discovery, logs, /healthz. */
  readonly transport: Transport;
}

/** Lister reads an informer's cache. Answers are shared: never change them. */
export interface Lister<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  /** list answers all objects, or those of one namespace. */
  list(namespace?: string): readonly T[];
  /** byIndex answers the objects to whom the named index function gave this value. */
  byIndex(index: string, value: string): readonly T[];
}

export interface EventHandler<T> {
  /** added is also called once for each object that is there when the handler is registered. */
  added?(object: T): void;
  updated?(old: T, current: T): void;
  /** deleted gets the last known state. */
  deleted?(object: T): void;
}

export type IndexFunction<T> = (object: T) => readonly string[];

/** Informer keeps a cache of one resource up to date by list and watch, and tells its handlers, in order. */
export interface Informer<T extends KubeObject> extends Lister<T> {
  readonly token: ResourceToken<T>;
  /** addHandler registers a handler; disposing unregisters it. */
  addHandler(handler: EventHandler<T>): Disposable;
  /** addIndex adds an index before start; adding one that exists is a no-op. */
  addIndex(name: string, fn: IndexFunction<T>): void;
  /** hasSynced: the cache holds what the first list gave, and handlers have heard of it. */
  readonly hasSynced: boolean;
  /** synced resolves when hasSynced is true; it rejects when signal aborts first. */
  synced(signal?: AbortSignal): Promise<void>;
}

/** InformerFactory shares one informer a resource (and selector) between all who ask within a process. */
export interface InformerFactory {
  informer<T extends KubeObject>(token: ResourceToken<T>, options?: InformerOptions): Informer<T>;
  /** start begins list and watch for every informer asked for so far, and for later ones at once. */
  start(signal: AbortSignal): void;
  /** synced resolves when all informers asked for so far have synced. */
  synced(signal?: AbortSignal): Promise<void>;
}

export interface InformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** metadataOnly keeps apiVersion, kind and metadata of the objects only. */
  readonly metadataOnly?: boolean;
}

/**
 * WorkQueue hands out keys: each at most once at a time, one that is added while it is worked on comes again after done.
 * Semantics of client-go's rate limiting queue.
 */
export interface WorkQueue {
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  /** addRateLimited adds after the key's own backoff (5 ms doubling to 1000 s, 10 a second overall). */
  addRateLimited(key: string): void;
  /** forget resets the key's backoff. */
  forget(key: string): void;
  /** get waits for the next key; undefined when the queue is shut down and drained. */
  get(): Promise<string | undefined>;
  done(key: string): void;
  readonly length: number;
  shutDown(): void;
}

/** EventRecorder writes Events about objects, aggregated and rate limited as upstream does; it never throws and never blocks. */
export interface EventRecorder {
  /** event tells what happened to an object, which has to say its apiVersion and kind; fieldPath names a part: `spec.containers{web}`. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}

/** LeaderElector holds a Lease. It does not guarantee that two leaders never overlap if clocks run at different speeds. */
export interface LeaderElector {
  /** run resolves when leadership is lost or signal aborts; lead is called once leading, with a signal that aborts at loss. */
  run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void>;
  readonly isLeader: boolean;
}
