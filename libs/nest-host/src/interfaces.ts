import type { Clock, Logger, Registry, Stoppable } from '@navarch/base';
import type { ApiHandler } from '@navarch/apimachinery';
import type { EventRecorder, EventRecorderOptions, InformerFactory, KubeClient } from '@navarch/client';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Flag declares one command-line flag, named as upstream names it; the config file (`--config`) uses the same names. */
export interface Flag<T extends FlagValue = FlagValue> {
  readonly type: 'string' | 'int' | 'bool' | 'duration' | 'strings' | 'repeated';
  readonly default: T;
  /** help is one line. */
  readonly help: string;
}
/** FlagValue: durations are milliseconds; `strings` are comma separated or repeated. */
export type FlagValue = string | number | boolean | readonly string[] | undefined;
export type FlagSet = Readonly<Record<string, Flag>>;
/** FlagValues maps each flag's own spelling (`leader-elect`) to its value. */
export type FlagValues<F extends FlagSet> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** HealthChecks are what /healthz, /livez and /readyz run: each check resolves, or rejects with why not. */
export interface HealthChecks {
  /** add registers a check; `kinds` says for which endpoints (all unless given). */
  add(name: string, check: () => Promise<void> | void, kinds?: readonly ('livez' | 'readyz')[]): void;
}

/** Serving is the component's own HTTP(S) server: health, metrics, and what the component adds. Requests but health are authorized. */
export interface Serving {
  /** handle serves a path (and, with `prefix`, everything below); asks are authenticated and authorized before. */
  handle(path: string, handler: ApiHandler, options?: { readonly prefix?: boolean }): void;
  /** upgrade takes over connections (exec, attach, port-forward) below a path, after authorization. */
  upgrade(prefix: string, handler: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>): void;
  /** port is where it listens, once it does; 0 if the component serves nothing. */
  readonly port: number;
}

/** EventOptions are what a source of events says of itself; its host is this machine unless given. */
export type EventOptions = Pick<EventRecorderOptions, 'host' | 'namesReporter'>;

/** Host is what a component gets to live on. */
export interface Host<F extends FlagSet = FlagSet> {
  readonly flags: FlagValues<F>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
  readonly health: HealthChecks;
  readonly serving: Serving;
  /** signal aborts when the process was asked to stop. */
  readonly signal: AbortSignal;
  /** client speaks to the API by the transport the flags name. Not for the apiserver, which is the API. */
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  events(source: string, options?: EventOptions): EventRecorder;
}

/** ServingDefinition: TLS with authorization on `--secure-port`, or (secure: false) plain HTTP for health and metrics only. */
export interface ServingDefinition {
  readonly port: number;
  readonly secure: boolean;
  /** attributes says what a request asks for, where it is a resource (the kubelet: nodes/log, nodes/proxy …); a path else. */
  readonly attributes?: (method: string, path: string) => ResourceAttributes | undefined;
}

/** ResourceAttributes is a SubjectAccessReview's question about a resource. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** ComponentDefinition is all that a component's main.ts says. */
export interface ComponentDefinition<F extends FlagSet> {
  /** name is upstream's: kube-apiserver, kube-scheduler, kube-controller-manager, kubelet, kube-proxy, dns. */
  readonly name: string;
  readonly description: string;
  readonly flags: F;
  /** serving is the component's own server; absent for the apiserver, which brings its own. */
  readonly serving?: ServingDefinition;
  /** client: the process is a client of the API (all but the apiserver). */
  readonly client: boolean;
  /** start begins the work and returns when the component runs; the Stoppable ends it in order. */
  start(host: Host<F>): Promise<Stoppable>;
}
