import { Channel, systemClock, type Clock } from '@navarch/base';
import { CriError, type ContainerFilter, type CriRuntime, type PodSandboxFilter, type RuntimeEvent } from './runtime';
import type * as cri from './types';

/** HollowOptions shape the simulation. */
export interface HollowOptions {
  readonly clock?: Clock;
  /** podCidr is where sandbox addresses come from, in turn; 10.244.0.0/24 unless given. */
  readonly podCidr?: string;
  /** exitOf says how a started container ends by itself; undefined (the default for all): it runs until stopped. */
  readonly exitOf?: (
    config: cri.ContainerConfig,
  ) => { readonly afterMs: number; readonly exitCode: number } | undefined;
  /** exec answers commands run by execSync; by default each succeeds and prints nothing. */
  readonly exec?: (container: cri.ContainerStatus, command: readonly string[]) => cri.ExecSyncResult;
}

interface HollowContainer {
  status: cri.ContainerStatus;
  readonly sandboxId: string;
  timer?: Disposable;
}

interface HollowSandbox {
  status: cri.PodSandboxStatus;
}

/** EVENTS_BOUND is how many exits a watcher may lag behind before it is cut; it then reconnects and lists. */
const EVENTS_BOUND = 10_000;

/**
 * HollowRuntime simulates a container runtime inside the process: nothing runs, every image is there, containers live until
 * they are stopped. It is a test double: for machines without root, and for thousands of simulated nodes. Streaming is refused.
 */
export class HollowRuntime implements CriRuntime {
  private readonly clock: Clock;
  private readonly sandboxes = new Map<string, HollowSandbox>();
  private readonly containers = new Map<string, HollowContainer>();
  private readonly images = new Map<string, cri.Image>();
  private readonly watchers = new Set<Channel<RuntimeEvent>>();
  private readonly addressesInUse = new Set<string>();
  private readonly addressPrefix: string;
  private sequence = 0;

  constructor(private readonly options: HollowOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.addressPrefix = (options.podCidr ?? '10.244.0.0/24').split('.').slice(0, 3).join('.');
  }

  version(): Promise<cri.RuntimeVersion> {
    return Promise.resolve({
      version: '0.1.0',
      runtimeName: 'hollow',
      runtimeVersion: '1.0.0',
      runtimeApiVersion: 'v1',
    });
  }

  status(): Promise<readonly cri.RuntimeCondition[]> {
    return Promise.resolve(
      ['RuntimeReady', 'NetworkReady'].map(type => ({ type, status: true, reason: '', message: '' })),
    );
  }

  runPodSandbox(config: cri.PodSandboxConfig): Promise<string> {
    const id = this.newId();
    const hostNetwork = config.linux.securityContext.namespaceOptions.network === 'NODE';
    const ip = hostNetwork ? '' : this.takeAddress();
    this.sandboxes.set(id, {
      status: {
        id,
        metadata: config.metadata,
        state: 'SANDBOX_READY',
        createdAt: this.nanoseconds(),
        labels: config.labels,
        annotations: config.annotations,
        network: { ip, additionalIps: [] },
        linux: { namespaces: { options: config.linux.securityContext.namespaceOptions } },
      },
    });
    return Promise.resolve(id);
  }

  async stopPodSandbox(id: string): Promise<void> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) return;
    for (const container of this.containers.values()) if (container.sandboxId === id) this.exit(container, 137);
    this.addressesInUse.delete(sandbox.status.network?.ip ?? '');
    const wasReady = sandbox.status.state === 'SANDBOX_READY';
    sandbox.status = { ...sandbox.status, state: 'SANDBOX_NOTREADY', network: null };
    if (wasReady) this.tell({ type: 'exit', id, exitCode: 0, exitedAt: this.clock.now() });
    await Promise.resolve();
  }

  async removePodSandbox(id: string): Promise<void> {
    await this.stopPodSandbox(id);
    for (const [containerId, container] of this.containers)
      if (container.sandboxId === id) this.containers.delete(containerId);
    this.sandboxes.delete(id);
  }

  async podSandboxStatus(id: string): Promise<cri.PodSandboxStatus> {
    return Promise.resolve(this.sandbox(id).status);
  }

  listPodSandbox(filter: PodSandboxFilter = {}): Promise<readonly cri.PodSandbox[]> {
    const all = [...this.sandboxes.values()].map(sandbox => sandbox.status);
    return Promise.resolve(all.filter(s => matches(s, filter)));
  }

  async createContainer(sandboxId: string, config: cri.ContainerConfig): Promise<string> {
    this.sandbox(sandboxId);
    await this.pullImage(config.image.image);
    const id = this.newId();
    const status: cri.ContainerStatus = {
      id,
      metadata: config.metadata,
      state: 'CONTAINER_CREATED',
      createdAt: this.nanoseconds(),
      startedAt: 0,
      finishedAt: 0,
      exitCode: 0,
      image: config.image,
      imageRef: imageId(config.image.image),
      reason: '',
      message: '',
      labels: config.labels,
      annotations: config.annotations,
      mounts: config.mounts,
      logPath: '',
    };
    this.containers.set(id, { sandboxId, status });
    this.endings.set(id, this.options.exitOf?.(config));
    return id;
  }

  /** endings holds how each created container will end by itself, until it starts. */
  private readonly endings = new Map<string, { readonly afterMs: number; readonly exitCode: number } | undefined>();

  async startContainer(id: string): Promise<void> {
    const container = this.container(id);
    container.status = { ...container.status, state: 'CONTAINER_RUNNING', startedAt: this.nanoseconds() };
    const ending = this.endings.get(id);
    this.endings.delete(id);
    if (ending) container.timer = this.clock.after(ending.afterMs, () => this.exit(container, ending.exitCode));
    await Promise.resolve();
  }

  async stopContainer(id: string): Promise<void> {
    const container = this.containers.get(id);
    if (container) this.exit(container, 143);
    await Promise.resolve();
  }

  async removeContainer(id: string): Promise<void> {
    await this.stopContainer(id);
    this.containers.delete(id);
    this.endings.delete(id);
  }

  listContainers(filter: ContainerFilter = {}): Promise<readonly cri.Container[]> {
    const all = [...this.containers.values()].map(({ status, sandboxId }) => ({ ...status, podSandboxId: sandboxId }));
    return Promise.resolve(
      all.filter(
        c => matches(c, filter) && (filter.podSandboxId === undefined || c.podSandboxId === filter.podSandboxId),
      ),
    );
  }

  async containerStatus(id: string): Promise<cri.ContainerStatus> {
    return Promise.resolve(this.container(id).status);
  }

  async updateContainerResources(id: string): Promise<void> {
    await Promise.resolve(this.container(id));
  }

  async reopenContainerLog(id: string): Promise<void> {
    await Promise.resolve(this.container(id));
  }

  async execSync(id: string, command: readonly string[]): Promise<cri.ExecSyncResult> {
    const { status } = this.container(id);
    const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: 0 };
    return Promise.resolve(this.options.exec?.(status, command) ?? nothing);
  }

  exec(): Promise<string> {
    return Promise.reject(new CriError('UNIMPLEMENTED', 'the hollow runtime runs no processes'));
  }
  attach(): Promise<string> {
    return this.exec();
  }
  portForward(): Promise<string> {
    return this.exec();
  }

  async containerStats(id: string): Promise<cri.ContainerStats> {
    const { status } = this.container(id);
    const timestamp = this.nanoseconds();
    const zero = { value: 0 };
    return Promise.resolve({
      attributes: status,
      cpu: { timestamp, usageCoreNanoSeconds: zero, usageNanoCores: zero },
      memory: {
        timestamp,
        workingSetBytes: zero,
        availableBytes: zero,
        usageBytes: zero,
        rssBytes: zero,
        pageFaults: zero,
        majorPageFaults: zero,
      },
      writableLayer: { timestamp, fsId: { mountpoint: '/' }, usedBytes: zero, inodesUsed: zero },
    });
  }

  async listContainerStats(filter: ContainerFilter = {}): Promise<readonly cri.ContainerStats[]> {
    const running = await this.listContainers({ ...filter, state: 'CONTAINER_RUNNING' });
    return Promise.all(running.map(container => this.containerStats(container.id)));
  }

  async podSandboxStats(id: string): Promise<cri.PodSandboxStats> {
    const { metadata } = this.sandbox(id).status;
    const containers = await this.listContainerStats({ podSandboxId: id });
    return {
      attributes: { id, metadata },
      linux: { cpu: null, memory: null, network: null, process: null, containers },
    };
  }

  listImages(): Promise<readonly cri.Image[]> {
    return Promise.resolve([...this.images.values()]);
  }

  imageStatus(image: string): Promise<cri.Image | undefined> {
    return Promise.resolve(this.images.get(image) ?? [...this.images.values()].find(known => known.id === image));
  }

  pullImage(image: string): Promise<string> {
    const id = imageId(image);
    this.images.set(image, {
      id,
      repoTags: [image],
      repoDigests: [],
      size: 1 << 20,
      uid: null,
      username: '',
      pinned: false,
    });
    return Promise.resolve(id);
  }

  async removeImage(image: string): Promise<void> {
    await Promise.resolve(this.images.delete(image));
  }

  imageFsInfo(): Promise<readonly cri.FilesystemUsage[]> {
    const timestamp = this.nanoseconds();
    return Promise.resolve([
      { timestamp, fsId: { mountpoint: '/' }, usedBytes: { value: 0 }, inodesUsed: { value: 0 } },
    ]);
  }

  async *watchExits(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    const channel = new Channel<RuntimeEvent>(EVENTS_BOUND);
    const close = () => channel.close();
    this.watchers.add(channel);
    signal.addEventListener('abort', close, { once: true });
    try {
      yield { type: 'connected' };
      if (!signal.aborted) yield* channel;
    } finally {
      this.watchers.delete(channel);
      signal.removeEventListener('abort', close);
    }
  }

  /** kill ends a running container with an exit code, as if its process had. */
  kill(id: string, exitCode: number): void {
    this.exit(this.container(id), exitCode);
  }

  close(): void {
    for (const container of this.containers.values()) container.timer?.[Symbol.dispose]();
    for (const watcher of this.watchers) watcher.close();
  }

  private exit(container: HollowContainer, exitCode: number): void {
    if (container.status.state !== 'CONTAINER_RUNNING') return;
    container.timer?.[Symbol.dispose]();
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    container.status = {
      ...container.status,
      state: 'CONTAINER_EXITED',
      exitCode,
      reason,
      finishedAt: this.nanoseconds(),
    };
    this.tell({ type: 'exit', id: container.status.id, exitCode, exitedAt: this.clock.now() });
  }

  private tell(event: RuntimeEvent): void {
    for (const watcher of this.watchers) watcher.push(event);
  }

  private sandbox(id: string): HollowSandbox {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox)
      throw new CriError('NOT_FOUND', `an error occurred when try to find sandbox: ${JSON.stringify(id)}: not found`);
    return sandbox;
  }

  private container(id: string): HollowContainer {
    const container = this.containers.get(id);
    if (!container)
      throw new CriError('NOT_FOUND', `an error occurred when try to find container ${JSON.stringify(id)}: not found`);
    return container;
  }

  private takeAddress(): string {
    for (let host = 2; host < 255; host++) {
      const ip = `${this.addressPrefix}.${host}`;
      if (this.addressesInUse.has(ip)) continue;
      this.addressesInUse.add(ip);
      return ip;
    }
    throw new CriError('UNKNOWN', 'failed to allocate for range 0: no IP addresses available in range set');
  }

  private newId(): string {
    return (++this.sequence).toString(16).padStart(64, '0');
  }

  private nanoseconds(): number {
    return this.clock.now() * 1e6;
  }
}

interface Matchable {
  readonly id: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

function matches(
  item: Matchable,
  filter: { readonly id?: string; readonly state?: string; readonly labelSelector?: Readonly<Record<string, string>> },
) {
  return (
    (filter.id === undefined || item.id === filter.id) &&
    (filter.state === undefined || item.state === filter.state) &&
    Object.entries(filter.labelSelector ?? {}).every(([key, value]) => item.labels[key] === value)
  );
}

/** imageId is a digest-shaped id that depends on the name alone. */
function imageId(image: string): string {
  return `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}
