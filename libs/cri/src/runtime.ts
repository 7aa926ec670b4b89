import type {
  AuthConfig,
  Container,
  ContainerConfig,
  ContainerState,
  ContainerStats,
  ContainerStatus,
  ExecSyncResult,
  FilesystemUsage,
  Image,
  LinuxContainerResources,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxState,
  PodSandboxStats,
  PodSandboxStatus,
  RuntimeCondition,
  RuntimeVersion,
} from './types';

/** RuntimeService is CRI's runtime service. Every method rejects with a CriError; ids are full ids. */
export interface RuntimeService {
  version(): Promise<RuntimeVersion>;
  status(): Promise<readonly RuntimeCondition[]>;
  runPodSandbox(config: PodSandboxConfig, runtimeHandler?: string): Promise<string>;
  /** stopPodSandbox kills what still runs in it and takes its network down. Idempotent. */
  stopPodSandbox(id: string): Promise<void>;
  /** removePodSandbox removes it with its containers. Idempotent. */
  removePodSandbox(id: string): Promise<void>;
  podSandboxStatus(id: string): Promise<PodSandboxStatus>;
  listPodSandbox(filter?: PodSandboxFilter): Promise<readonly PodSandbox[]>;
  createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** stopContainer sends the stop signal, and kills after timeoutSeconds (0: at once). Resolves when it has stopped. */
  stopContainer(id: string, timeoutSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  listContainers(filter?: ContainerFilter): Promise<readonly Container[]>;
  containerStatus(id: string): Promise<ContainerStatus>;
  updateContainerResources(id: string, resources: LinuxContainerResources): Promise<void>;
  reopenContainerLog(id: string): Promise<void>;
  /** execSync runs a command; past timeoutSeconds (0: none) it rejects with DEADLINE_EXCEEDED. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecSyncResult>;
  /** exec, attach and portForward answer the URL of the runtime's streaming server. */
  exec(id: string, command: readonly string[], streams: Streams): Promise<string>;
  attach(id: string, streams: Streams): Promise<string>;
  portForward(sandboxId: string, ports: readonly number[]): Promise<string>;
  containerStats(id: string): Promise<ContainerStats>;
  listContainerStats(filter?: Omit<ContainerFilter, 'state'>): Promise<readonly ContainerStats[]>;
  podSandboxStats(id: string): Promise<PodSandboxStats>;
}

/** ImageService is CRI's image service. */
export interface ImageService {
  listImages(): Promise<readonly Image[]>;
  /** imageStatus is the image by name, digest or id; undefined if it is not there. */
  imageStatus(image: string): Promise<Image | undefined>;
  /** pullImage answers the image's reference (id or digest). */
  pullImage(image: string, auth?: AuthConfig, sandbox?: PodSandboxConfig): Promise<string>;
  removeImage(image: string): Promise<void>;
  imageFsInfo(): Promise<readonly FilesystemUsage[]>;
}

/** CriRuntime is a whole container runtime, as the kubelet needs it. */
export interface CriRuntime extends RuntimeService, ImageService {
  /**
   * watchExits tells of ended container processes as they end, without a poll. A `connected` event comes first and after every
   * reconnection: exits before it may have been missed. It goes on until signal aborts; it ends by itself if the runtime has no such stream.
   */
  watchExits(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  close(): void;
}

export type RuntimeEvent = { readonly type: 'connected' } | ContainerExit;

/** ContainerExit: `id` is the container's, or the sandbox' own when its pause process ended. */
export interface ContainerExit {
  readonly type: 'exit';
  readonly id: string;
  readonly exitCode: number;
  /** exitedAt is milliseconds since the epoch. */
  readonly exitedAt: number;
}

export interface PodSandboxFilter {
  readonly id?: string;
  readonly state?: PodSandboxState;
  readonly labelSelector?: Readonly<Record<string, string>>;
}

export interface ContainerFilter {
  readonly id?: string;
  readonly state?: ContainerState;
  readonly podSandboxId?: string;
  readonly labelSelector?: Readonly<Record<string, string>>;
}

export interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** CriCode is a gRPC status code by name. */
export type CriCode =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | (string & {});

/** CriError is how a runtime's refusal looks. message is `rpc error: code = NotFound desc = …`, as users know it from events. */
export class CriError extends Error {
  constructor(
    readonly code: CriCode,
    /** detail is the runtime's own sentence. */
    readonly detail: string,
  ) {
    super(`rpc error: code = ${codeWord(code)} desc = ${detail}`);
    this.name = 'CriError';
  }
}

/** isCriCode tells whether the error is a CriError of one of these codes. */
export function isCriCode(error: unknown, ...codes: CriCode[]): error is CriError {
  return error instanceof CriError && codes.includes(error.code);
}

/** codeWord turns NOT_FOUND into NotFound. */
function codeWord(code: string): string {
  return code.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
