import { watchContainerExits } from './container-exits';
import { GrpcConnection } from './grpc-connection';
import { loadProto, type LoadedProto } from './load-proto';
import {
  isCriCode,
  type ContainerFilter,
  type CriRuntime,
  type PodSandboxFilter,
  type RuntimeEvent,
  type Streams,
} from './runtime';
import type * as cri from './types';

export interface CriClientOptions {
  /** socket is the path of the runtime's unix socket. */
  readonly socket: string;
  /** timeoutMs bounds ordinary calls; 2 minutes unless given. Pulls have a bound of their own. */
  readonly timeoutMs?: number;
}

const PULL_TIMEOUT_MS = 30 * 60_000;
/** EXEC_SLACK_MS: containerd may hang past a timeout while a child holds the pipe, so the call itself gives up a little later. */
const EXEC_SLACK_MS = 500;
/** NO_TIMEOUT_MS stands for a command that may run as long as it likes. */
const NO_TIMEOUT_MS = 24 * 3600_000;

/** CriClient speaks CRI v1 with a runtime (containerd, CRI-O). It reconnects by itself; calls meanwhile reject with UNAVAILABLE. */
export class CriClient implements CriRuntime {
  private readonly timeoutMs: number;

  private constructor(
    private readonly socket: string,
    private readonly runtime: GrpcConnection,
    private readonly images: GrpcConnection,
    timeoutMs: number,
  ) {
    this.timeoutMs = timeoutMs;
  }

  /** create prepares a client; it does not wait for the runtime. */
  static async create(options: CriClientOptions): Promise<CriClient> {
    const proto: LoadedProto = await loadProto('cri');
    return new CriClient(
      options.socket,
      new GrpcConnection(options.socket, proto, 'runtime.v1.RuntimeService'),
      new GrpcConnection(options.socket, proto, 'runtime.v1.ImageService'),
      options.timeoutMs ?? 120_000,
    );
  }

  private call<Answer>(method: string, request: object, timeoutMs = this.timeoutMs): Promise<Answer> {
    return this.runtime.call<Answer>(method, request, timeoutMs);
  }

  version(): Promise<cri.RuntimeVersion> {
    return this.call('Version', { version: 'v1' });
  }

  async status(): Promise<readonly cri.RuntimeCondition[]> {
    const { status } = await this.call<{ status: { conditions: cri.RuntimeCondition[] } | null }>('Status', {});
    return status?.conditions ?? [];
  }

  async runPodSandbox(config: cri.PodSandboxConfig, runtimeHandler = ''): Promise<string> {
    const request = { config, runtimeHandler };
    return (await this.call<{ podSandboxId: string }>('RunPodSandbox', request, 2 * this.timeoutMs)).podSandboxId;
  }

  async stopPodSandbox(podSandboxId: string): Promise<void> {
    await this.call('StopPodSandbox', { podSandboxId });
  }

  async removePodSandbox(podSandboxId: string): Promise<void> {
    await this.call('RemovePodSandbox', { podSandboxId });
  }

  async podSandboxStatus(podSandboxId: string): Promise<cri.PodSandboxStatus> {
    return (await this.call<{ status: cri.PodSandboxStatus }>('PodSandboxStatus', { podSandboxId })).status;
  }

  async listPodSandbox({ state, ...filter }: PodSandboxFilter = {}): Promise<readonly cri.PodSandbox[]> {
    const request = { filter: { ...filter, ...(state && { state: { state } }) } };
    return (await this.call<{ items: cri.PodSandbox[] }>('ListPodSandbox', request)).items;
  }

  async createContainer(
    podSandboxId: string,
    config: cri.ContainerConfig,
    sandboxConfig: cri.PodSandboxConfig,
  ): Promise<string> {
    return (await this.call<{ containerId: string }>('CreateContainer', { podSandboxId, config, sandboxConfig }))
      .containerId;
  }

  async startContainer(containerId: string): Promise<void> {
    await this.call('StartContainer', { containerId });
  }

  async stopContainer(containerId: string, timeoutSeconds: number): Promise<void> {
    await this.call('StopContainer', { containerId, timeout: timeoutSeconds }, this.timeoutMs + timeoutSeconds * 1000);
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.call('RemoveContainer', { containerId });
  }

  async listContainers({ state, ...filter }: ContainerFilter = {}): Promise<readonly cri.Container[]> {
    const request = { filter: { ...filter, ...(state && { state: { state } }) } };
    return (await this.call<{ containers: cri.Container[] }>('ListContainers', request)).containers;
  }

  async containerStatus(containerId: string): Promise<cri.ContainerStatus> {
    return (await this.call<{ status: cri.ContainerStatus }>('ContainerStatus', { containerId })).status;
  }

  async updateContainerResources(containerId: string, linux: cri.LinuxContainerResources): Promise<void> {
    await this.call('UpdateContainerResources', { containerId, linux });
  }

  async reopenContainerLog(containerId: string): Promise<void> {
    await this.call('ReopenContainerLog', { containerId });
  }

  execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Promise<cri.ExecSyncResult> {
    const bound = timeoutSeconds > 0 ? timeoutSeconds * 1000 + EXEC_SLACK_MS : NO_TIMEOUT_MS;
    return this.call('ExecSync', { containerId, cmd, timeout: timeoutSeconds }, bound);
  }

  async exec(containerId: string, cmd: readonly string[], streams: Streams): Promise<string> {
    return (await this.call<{ url: string }>('Exec', { containerId, cmd, ...streams })).url;
  }

  async attach(containerId: string, streams: Streams): Promise<string> {
    return (await this.call<{ url: string }>('Attach', { containerId, ...streams })).url;
  }

  async portForward(podSandboxId: string, port: readonly number[]): Promise<string> {
    return (await this.call<{ url: string }>('PortForward', { podSandboxId, port })).url;
  }

  async containerStats(containerId: string): Promise<cri.ContainerStats> {
    return (await this.call<{ stats: cri.ContainerStats }>('ContainerStats', { containerId })).stats;
  }

  async listContainerStats(filter: Omit<ContainerFilter, 'state'> = {}): Promise<readonly cri.ContainerStats[]> {
    return (await this.call<{ stats: cri.ContainerStats[] }>('ListContainerStats', { filter })).stats;
  }

  async podSandboxStats(podSandboxId: string): Promise<cri.PodSandboxStats> {
    return (await this.call<{ stats: cri.PodSandboxStats }>('PodSandboxStats', { podSandboxId })).stats;
  }

  async listImages(): Promise<readonly cri.Image[]> {
    return (await this.images.call<{ images: cri.Image[] }>('ListImages', {}, this.timeoutMs)).images;
  }

  async imageStatus(image: string): Promise<cri.Image | undefined> {
    const request = { image: { image } };
    return (
      (await this.images.call<{ image: cri.Image | null }>('ImageStatus', request, this.timeoutMs)).image ?? undefined
    );
  }

  async pullImage(image: string, auth?: cri.AuthConfig, sandboxConfig?: cri.PodSandboxConfig): Promise<string> {
    const request = { image: { image }, auth, sandboxConfig };
    return (await this.images.call<{ imageRef: string }>('PullImage', request, PULL_TIMEOUT_MS)).imageRef;
  }

  async removeImage(image: string): Promise<void> {
    await this.images.call('RemoveImage', { image: { image } }, this.timeoutMs);
  }

  async imageFsInfo(): Promise<readonly cri.FilesystemUsage[]> {
    const answer = await this.images.call<{ imageFilesystems: cri.FilesystemUsage[] }>(
      'ImageFsInfo',
      {},
      this.timeoutMs,
    );
    return answer.imageFilesystems;
  }

  watchExits(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return watchContainerExits(this.socket, signal);
  }

  close(): void {
    this.runtime.close();
    this.images.close();
  }
}

/** isGone: the thing asked about does not exist (any more), which most cleanups are happy with. */
export function isGone(error: unknown): boolean {
  return isCriCode(error, 'NOT_FOUND');
}
