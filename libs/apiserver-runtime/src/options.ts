import type { OpenApiFlavour, ResourceToken } from '@navarch/api';
import type { AnyObject, ApiHandler, KubeObject, StatusError, TypeSchema, UserInfo } from '@navarch/apimachinery';
import type { Clock, Logger, Registry } from '@navarch/base';
import type { KindDefinition, Minor, ServedVersion } from '@navarch/kinds';
import type { Storage, StorageBackend } from '@navarch/storage';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AggregatedApis } from './aggregation';
import type {
  AdmissionAttributes,
  AdmissionPlugin,
  Authenticator,
  Authorizer,
  FlowControl,
  Population,
  RequestContext,
  RequestInfo,
  Route,
  SubresourceHandler,
  UpgradeHandler,
} from './interfaces';

/** Limits bound what one server takes on. */
export interface Limits {
  /** maxBodyBytes is the largest request body; 3 MiB (413 past that). */
  readonly maxBodyBytes: number;
  /** maxRequestsInflight bounds reading requests, maxMutatingRequestsInflight writing ones, without `flow`; 400 and 200. Watches do not count. */
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  /** minRequestTimeoutSeconds: a watch without timeoutSeconds lasts this long at least and at most twice as long; 1800. */
  readonly minRequestTimeoutSeconds: number;
  /** maxWatchBufferBytes: a watcher with more unsent bytes than this is cut; 8 MiB. */
  readonly maxWatchBufferBytes: number;
  /** requestTimeoutMs bounds every request that is not a watch, a log or a connection; 60 s. */
  readonly requestTimeoutMs: number;
  /** deleteCollectionWorkers is how many objects of a collection are deleted at a time; 1. */
  readonly deleteCollectionWorkers: number;
}

/** defaultLimits are upstream's defaults where upstream has one. */
export const defaultLimits: Limits = {
  maxBodyBytes: 3 * 1024 * 1024,
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
  minRequestTimeoutSeconds: 1800,
  maxWatchBufferBytes: 8 * 1024 * 1024,
  requestTimeoutMs: 60_000,
  deleteCollectionWorkers: 1,
};

/**
 * VirtualHandler serves a resource that is not stored. Objects are in the hub version; `create` gets the decoded, defaulted
 * body and answers the object to send (201). `list` answers the items; their selectors and encoding are the runtime's work.
 */
export interface VirtualHandler {
  create?(context: RequestContext, object: KubeObject): Promise<KubeObject>;
  get?(context: RequestContext, name: string): Promise<KubeObject>;
  list?(context: RequestContext): Promise<readonly KubeObject[]>;
}

export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

/** AuditPlan is what is to be kept of one request. */
export interface AuditPlan {
  readonly level: 'Metadata' | 'Request' | 'RequestResponse';
  readonly stages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
  /** bodies: the request's body, and with its level the answer's, are wanted. */
  readonly bodies: boolean;
}

/** AuditRecord is what is known about a request at one of its stages. Bodies are in the encoding they travelled in. */
export interface AuditRecord {
  /** id is the same for all stages of a request; the client sees it as the header Audit-ID. */
  readonly id: string;
  readonly stage: AuditStage;
  readonly plan: AuditPlan;
  readonly info: RequestInfo;
  readonly method: string;
  readonly uri: string;
  /** user is who was authenticated; undefined if nobody was. */
  readonly user: UserInfo | undefined;
  /** impersonated is who the user acted as. */
  readonly impersonated: UserInfo | undefined;
  readonly remoteAddress: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestBody: Buffer | undefined;
  /** responseBody is there for failures too, whatever the level: it says what went wrong. */
  readonly responseBody: Buffer | undefined;
  readonly status: number | undefined;
  readonly receivedMs: number;
  readonly stageMs: number;
  /** annotations are what authorization and admission noted. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** AuditSink keeps records of requests, upgraded connections among them. It must not throw. */
export interface AuditSink {
  /** plan tells what is to be kept of a request; undefined: nothing. */
  plan(info: RequestInfo, user: UserInfo | undefined): AuditPlan | undefined;
  /**
   * record takes one of the stages that the plan names. A promise is to be waited for before the request is served; it never
   * rejects, and false means that the request must not be served.
   */
  record(record: AuditRecord): Promise<boolean> | undefined;
}

/** ApiServerOptions is everything an API server is made of. */
export interface ApiServerOptions {
  readonly kinds: readonly KindDefinition[];
  readonly backend: StorageBackend;
  /** authenticators are asked in order; the first that knows the caller wins. `request.user` of the transport comes before them. */
  readonly authenticators: readonly Authenticator[];
  /** authorizers are asked in order until one allows or denies; nobody allowing means 403. */
  readonly authorizers: readonly Authorizer[];
  readonly admission: readonly AdmissionPlugin[];
  readonly routes: readonly Route[];
  /** subresources by `pods/log`, `serviceaccounts/token`; by `deployments.apps/x` for those of a named group. */
  readonly subresources: ReadonlyMap<string, SubresourceHandler>;
  /** upgrades by the same keys: `pods/exec`, `nodes/proxy`. */
  readonly upgrades: ReadonlyMap<string, UpgradeHandler>;
  /** virtual by resource and group: `tokenreviews.authentication.k8s.io`, `bindings`, `componentstatuses`. */
  readonly virtual: ReadonlyMap<string, VirtualHandler>;
  readonly emulated: Minor;
  /** allowPrivileged: containers may be privileged; they may unless it is false. */
  readonly allowPrivileged?: boolean;
  /** offered says which of the release's versions are served; all of them unless given. */
  readonly offered?: (version: ServedVersion, kind: KindDefinition) => boolean;
  /** aggregated are the APIs of other servers that this one stands in front of; none unless given. */
  readonly aggregated?: AggregatedApis;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly limits?: Partial<Limits>;
  /** flow says how many requests are served at a time; bounded by their number alone unless given. */
  readonly flow?: FlowControl;
  readonly audit?: AuditSink;
  /** notFoundPaths are the paths that a 404 lists, undefined for a bare page; all that the root lists unless given. */
  readonly notFoundPaths?: (all: readonly string[]) => readonly string[] | undefined;
  /** advertiseAddress is `host:port` as /api shows it. */
  readonly advertiseAddress?: string;
}

/**
 * CustomKind is what a kind that is declared at run time needs besides its definition, since the generated schema does not know
 * it. Its list items carry kind and apiVersion, and it has no protobuf form. Every served version is a kind of its own, whose hub
 * is that version; all of them share what is stored.
 */
export interface CustomKind {
  /** id names this version under this schema: forms of an entry are kept under it. */
  readonly id: string;
  /** structure is the schema as merging and field ownership need it. */
  readonly structure: TypeSchema;
  /** openapi is the schema as it is published; undefined: nothing is said of the objects. */
  openapi(flavour: OpenApiFlavour): Record<string, unknown> | undefined;
  /** refuseCreate answers why no object may be created now; undefined: they may. */
  refuseCreate(): StatusError | undefined;
  /**
   * read brings plain JSON of this version into shape, in place, defaults included; `applied` is the result of a server-side
   * apply. Answers the paths of fields that were dropped. Throws a 400 StatusError for what cannot be read.
   */
  read(object: AnyObject, applied: boolean): readonly string[];
  /** fromStored brings private copies of stored objects into this version; undefined for one that is right as it is stored. */
  fromStored(
    objects: readonly AnyObject[],
  ): readonly (AnyObject | undefined)[] | Promise<readonly (AnyObject | undefined)[]>;
  /** toStored brings an object of this version into the storage version. The argument may be used up. */
  toStored(object: AnyObject): AnyObject | Promise<AnyObject>;
}

/** KindOptions are what a kind made at run time may need besides its definition. */
export interface KindOptions {
  readonly custom?: CustomKind;
}

/** CustomVersion is one version of a custom resource. */
export interface CustomVersion {
  readonly kind: KindDefinition;
  readonly custom: CustomKind;
  readonly served: boolean;
}

/** ServedGroupVersion is a group version that kinds are served in. */
export interface ServedGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly custom: boolean;
}

/** KindRegistry is the set of served kinds. Discovery, OpenAPI and routes follow a change at once. */
export interface KindRegistry {
  add(kind: KindDefinition, options?: KindOptions): void;
  /** replace serves a custom resource in these versions, instead of those before, whose watches end. One of them is stored. */
  replace(group: string, resource: string, versions: readonly CustomVersion[]): void;
  /** remove stops serving the kind; its watches end. What is stored stays. */
  remove(group: string, resource: string): void;
  readonly kinds: readonly KindDefinition[];
  /** groupVersions are those that something is served in; custom: all of it comes from custom resources. */
  readonly groupVersions: readonly ServedGroupVersion[];
  /** kind finds a kind by the group and the plural of one of its versions. */
  kind(group: string, plural: string): KindDefinition | undefined;
  /** changed calls the listener after each change. */
  changed(listener: () => void): Disposable;
}

/**
 * Store reads and writes one resource inside the process: no authorization, no admission; defaults and generic metadata as
 * for any write. For bootstrap objects, allocators and subresources that change their parent.
 */
export interface Store<T extends KubeObject> {
  get(namespace: string, name: string): Promise<T | undefined>;
  list(namespace?: string): Promise<T[]>;
  /** create throws 409 AlreadyExists. */
  create(object: T): Promise<T>;
  /** update applies change to a private copy of the present object until it could be swapped in; 404 if there is none. */
  update(namespace: string, name: string, change: (object: T) => T | void | Promise<T | void>): Promise<T>;
  /** delete removes at once, whatever finalizers say; answers false if there was nothing. */
  delete(namespace: string, name: string, preconditions?: { readonly uid?: string }): Promise<boolean>;
  readonly storage: Storage;
}

/** FieldManager is whose fields the writes of a Store change, as managedFields name it. */
export interface FieldManager {
  readonly manager: string;
  /** subresource that a client would have written to: `status`. */
  readonly subresource?: string;
}

/** ApiServer answers API requests. */
export interface ApiServer {
  /** handler never rejects. Give it to the fronts. */
  readonly handler: ApiHandler;
  /**
   * handleUpgrade serves an HTTP/1.1 request that takes its connection over; refused ones are answered on the socket. `user` is the
   * transport's identity. False: the request is one for the handler.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, user?: UserInfo): boolean;
  readonly registry: KindRegistry;
  /** population is how much there is of what requests are about. */
  readonly population: Population;
  /** store gives what it changes to a field manager, and prepares what it makes, as if that had sent requests; nobody owns it unless given. */
  store<T extends KubeObject>(token: ResourceToken<T>, owner?: FieldManager): Store<T>;
  /** ready resolves when the storage holds etcd's state and discovery is built. */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * admit passes a write that a handler makes itself (a binding, an eviction, an exec) through admission; it throws a refusal. `check`
   * validates what mutating plugins made of the object.
   */
  admit(attributes: AdmissionAttributes, check?: () => void): Promise<void>;
  /** draining is true from the call of drain on: readyz fails. */
  readonly draining: boolean;
  /** drain ends all watches cleanly, refuses new ones and resolves when no request is in flight, or after timeoutMs (60 s). */
  drain(timeoutMs?: number): Promise<void>;
}

/** CreateApiServer is the type of createApiServer. */
export type CreateApiServer = (options: ApiServerOptions) => ApiServer;
