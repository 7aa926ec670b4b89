import type {
  ApiRequest,
  ApiResponse,
  GroupVersion,
  GroupVersionKind,
  GroupVersionResource,
  KubeObject,
  UserInfo,
} from '@navarch/apimachinery';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { OpenApiOperation } from './openapi/operation';

/** RequestInfo is what a path and method mean. `verb` is the API's: get list watch create update patch delete deletecollection connect proxy. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** rest is what follows the subresource: the proxied path. */
  readonly rest: string;
}

/**
 * Authenticator finds out who asks. undefined: no credentials of its kind; it throws a 401 StatusError for bad ones. It may warn who
 * asks of credentials that should not be used.
 */
export interface Authenticator {
  authenticate(request: ApiRequest, asker: Warned): Promise<UserInfo | undefined>;
}

/** Warned is told what its answer warns of. */
export interface Warned {
  /** warn adds a Warning header to the answer. */
  warn(text: string): void;
}

export interface AuthorizationAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** path of a non-resource request. */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface Decision {
  readonly outcome: 'allow' | 'deny' | 'no opinion';
  readonly reason?: string;
  readonly evaluationError?: string;
}

/** Authorizer decides. A chain asks one after the other until one allows or denies. */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Promise<Decision> | Decision;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** AdmissionAttributes is one write on its way to storage. `object` is in the hub version; admit may change it in place. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  /** kind and resource are the hub's, as the object is; `requested` is the group and version the client wrote in. */
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly requested: GroupVersion;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  warn(text: string): void;
  /** annotate adds to the audit record of the request; the first value of a key stays. */
  annotate(key: string, value: string): void;
}

/** AdmissionPlugin has a say in writes: first all admit in order, then (after validation of the kind) all validate. */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  /** admit may answer that all plugins should be asked a second time, since it changed what those before it saw. */
  admit?(attributes: AdmissionAttributes): Promise<'again' | void> | void;
  /** readmit takes the place of admit the second time; without it, admit is called again. */
  readmit?(attributes: AdmissionAttributes): Promise<void> | void;
  validate?(attributes: AdmissionAttributes): Promise<void> | void;
}

/** RequestContext goes with a request through the chain once it is known who asks for what. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly query: URLSearchParams;
  /** warn adds a Warning header to the answer. */
  warn(text: string): void;
  /** annotate adds to the audit record; the first value of a key stays. */
  annotate(key: string, value: string): void;
  /** authorize asks the chain about something else (escalation, bind, impersonate). */
  authorize(attributes: Omit<AuthorizationAttributes, 'user'>): Promise<Decision>;
}

/** SubresourceHandler serves what is not a plain read or write of an object: pods/log, pods/binding, serviceaccounts/token. */
export type SubresourceHandler = (context: RequestContext) => Promise<ApiResponse>;

/** UpgradeHandler takes over a connection (exec, attach, port-forward, proxy with upgrade) after authorization. */
export type UpgradeHandler = (
  context: RequestContext,
  connection: { head: IncomingMessage; socket: Duplex; first: Buffer },
) => Promise<void>;

/** Route serves a path outside the API groups: /version, /healthz, /metrics, /openid/v1/jwks. Longest prefix wins. */
export interface Route {
  readonly path: string;
  /** prefix: everything below the path too. */
  readonly prefix?: boolean;
  /** unlisted: the root does not show it. */
  readonly unlisted?: boolean;
  /** methods that are served, 405 for others; all unless given. */
  readonly methods?: readonly string[];
  /** produces are the media types of the answer, 406 for who accepts none of them by name (or any type); not looked at unless given. */
  readonly produces?: readonly string[];
  /** operations are what OpenAPI tells of the route; nothing unless given. */
  readonly operations?: readonly OpenApiOperation[];
  handle(context: RequestContext): Promise<ApiResponse> | ApiResponse;
}

/** FlightKind is what a request does to the server's state. */
export type FlightKind = 'mutating' | 'readOnly';

/** Seat is the right to be served. */
export interface Seat {
  /** headers go with the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** release gives it back; only the first call counts. */
  release(): void;
}

/** FlowControl says how many requests are served at a time, and whose turn it is. */
export interface FlowControl {
  /**
   * enter answers a seat at once where one is free, a promise of one where the request has to wait, undefined for what needs
   * none. It throws, or rejects with, an OverloadError when there is no room.
   */
  enter(context: RequestContext): Seat | Promise<Seat> | undefined;
  /** current counts the requests that are being served. */
  readonly current: Readonly<Record<FlightKind, number>>;
}

/** Population is how much there is of what a request is about, as the caches know without asking anybody. */
export interface Population {
  /** objects of its resource; undefined where that is not known. */
  objects(info: RequestInfo): number | undefined;
  /** watchers that a write to its object concerns. */
  watchers(info: RequestInfo): number;
}
