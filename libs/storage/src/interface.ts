/** Revision is etcd's: a whole number, exact below 2^53. Its decimal string is the resourceVersion clients see. */
export type Revision = number;

/** Attributes are what selectors look at; made once an entry by the resource's `attributesOf`. */
export interface Attributes {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** fields are the selectable ones by path: `metadata.name`, `spec.nodeName`, … */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Entry is one stored object at one revision. Immutable; shared by the cache, all lists and all watchers.
 * `json` is `{"kind":K,"apiVersion":V,"metadata":{…"resourceVersion":"R"…},…}` in the storage version.
 */
export interface Entry extends Attributes {
  readonly key: string;
  readonly revision: Revision;
  readonly json: Buffer;
  /** object parses json, once; frozen in tests. Never change it. */
  object(): StoredObject;
  /** memo keeps other encodings of this entry (another version, protobuf, a table row), made once by whoever needs them. */
  readonly memo: Map<string, unknown>;
}

export interface StoredObject {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** ResourceStorageConfig says how one resource is stored. */
export interface ResourceStorageConfig {
  /** prefix is the key prefix with slashes at both ends: `/registry/pods/`. */
  readonly prefix: string;
  readonly namespaced: boolean;
  readonly attributesOf: (object: StoredObject) => Attributes;
  /** indexes name the fields by which lists and watches are often narrowed (`spec.nodeName` of pods). */
  readonly indexes?: readonly string[];
  /** ttlSeconds gives an object's time to live, undefined for ever. */
  readonly ttlSeconds?: (object: StoredObject) => number | undefined;
}

/** Predicate narrows a list or a watch. All parts must match. `matches` gets the entry's attributes only. */
export interface Predicate {
  readonly namespace?: string;
  readonly name?: string;
  /** indexed is an equality on a configured index, so that only its bucket is looked at. */
  readonly indexed?: { readonly field: string; readonly value: string };
  readonly matches?: (attributes: Attributes) => boolean;
}

/** ReadOptions choose how fresh: no revision = consistent (as fresh as etcd now); 0 = whatever is cached; n = at least n. */
export interface ReadOptions {
  readonly atLeast?: Revision;
  readonly signal?: AbortSignal;
}

export interface ListOptions extends ReadOptions {
  readonly predicate: Predicate;
  /** exactly reads the state at this revision (410 if compacted). */
  readonly exactly?: Revision;
  readonly limit?: number;
  /** continueAfter goes on behind this key at the revision of the first page (410 if compacted); revision 0: at the present one. */
  readonly continueAfter?: { readonly key: string; readonly revision: Revision };
}

export interface ListResult {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
  /** more: there are entries behind the last one; `remaining` where it is known (no selector). */
  readonly more: boolean;
  readonly remaining?: number;
}

export interface WatchOptions {
  readonly predicate: Predicate;
  /** after: events with a greater revision. Undefined = from now, beginning with synthetic ADDED events of the present state. 0 = the same from whatever is cached. */
  readonly after?: Revision;
  readonly bookmarks?: boolean;
  /** sendInitialEvents: the present state as ADDED, then a bookmark marked `initialEventsEnd`. */
  readonly sendInitialEvents?: boolean;
  /** timeoutMs: the asker will end the watch after so long; with `bookmarks` one comes two seconds before. */
  readonly timeoutMs?: number;
}

/** WatchNotice is one event as a watcher sees it: an object that leaves the selector is DELETED, one that enters is ADDED. */
export interface WatchNotice {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** entry is the object; for DELETED its last state, with the revision of the deletion in its json. Absent for BOOKMARK. */
  readonly entry?: Entry;
  /** previous is the state before, for MODIFIED. */
  readonly previous?: Entry;
  readonly revision: Revision;
  readonly initialEventsEnd?: boolean;
}

/**
 * WatchSink takes a watch's notices in revision order, each once; the notices of one tick come in one call, so that the
 * taker can write them together. After `end` nothing comes.
 */
export interface WatchSink {
  notices(batch: readonly WatchNotice[]): void;
  /** end with an error (410 below the floor, slow consumer cut) or without (shutdown). */
  end(error?: Error): void;
}

export interface Watch {
  /** stop ends it; its sink is not called any more, not even `end`. */
  stop(): void;
  /** bookmark sends one now, behind all notices so far. */
  bookmark(): void;
}

export interface WritePreconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/**
 * Storage keeps the objects of one resource. Writes are compare-and-swap transactions; what they answer is durable.
 * Two implementations, one test suite: EtcdStore (straight to etcd) and CachedStore (reads and watches from the watch cache).
 */
export interface Storage {
  readonly config: ResourceStorageConfig;
  get(key: ObjectPath, options?: ReadOptions): Promise<Entry | undefined>;
  list(options: ListOptions): Promise<ListResult>;
  /** watch answers before the first notice. It rejects where it cannot begin: 410 `too old resource version` below the floor. */
  watch(options: WatchOptions, sink: WatchSink): Promise<Watch>;
  /** create stores a new object (its metadata.resourceVersion is ignored); undefined if the key is taken. */
  create(key: ObjectPath, object: object): Promise<Entry | undefined>;
  /**
   * guaranteedUpdate calls update with the present state until its result could be swapped in; it may be called with a
   * cached state first, and again with the real one if that was stale: update must not have side effects. A result deep-equal
   * in bytes to the present state writes nothing. It throws what update throws. `undefined` current = no such object.
   */
  guaranteedUpdate(key: ObjectPath, update: (current: Entry | undefined) => Promise<object> | object): Promise<Entry>;
  /**
   * delete removes the object if check passes on its present state; answers its last state under the revision of the deletion,
   * undefined if there was none. check may be called more than once, as update is.
   */
  delete(key: ObjectPath, check?: (current: Entry) => Promise<void> | void): Promise<Entry | undefined>;
  /** revision asks etcd for the present revision. */
  revision(signal?: AbortSignal): Promise<Revision>;
  /** count is the number of objects, from the cache where there is one. */
  count(): number | Promise<number>;
  /** watchers is how many watches of the cache a change of an object is offered to, but for those of one value of an indexed field. */
  watchers(key: ObjectPath): number;
}

export interface ObjectPath {
  readonly namespace: string;
  readonly name: string;
}

/** ValueTransformer changes values on their way to and from etcd (encryption at rest). `key` is authenticated with the data. */
export interface ValueTransformer {
  toStorage(value: Buffer, key: string): Buffer;
  /** fromStorage answers the value; `stale` asks for a rewrite with the present key at the next write. */
  fromStorage(stored: Buffer, key: string): { readonly value: Buffer; readonly stale: boolean };
}

/** StorageBackend opens the storages of a process over one etcd connection and one watch over the keyspace. */
export interface StorageBackend {
  /** storage opens a resource; the same one for the same prefix (the first config counts). */
  storage(config: ResourceStorageConfig): Storage;
  /** release ends the watches of a resource that is no more (a CRD's) and forgets its cache. */
  release(prefix: string): void;
  /** transform sets the transformer of all keys below a prefix; before the first storage of it is opened. */
  transform(prefix: string, transformer: ValueTransformer): void;
  /** ready resolves when the cache holds etcd's present state. */
  ready(signal?: AbortSignal): Promise<void>;
  /** healthy tells whether etcd answers; rejects with why not. */
  healthy(signal?: AbortSignal): Promise<void>;
  /** size is how many bytes etcd's database takes. */
  size(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
