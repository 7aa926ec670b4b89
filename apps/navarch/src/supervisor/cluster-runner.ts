import { Backoff, type Clock, type Logger } from '@navarch/base';
import type { ClusterConfig, NodeConfig } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';
import { writeFileAtomic, type RecordFile } from '../cluster/records';
import { componentsOf } from '../components/components';
import { probe } from '../components/health';
import { natsConfigFor } from '../components/nats-config';
import type { ComponentSpec } from '../components/spec';
import { writeContainerdFiles } from '../host/containerd';
import { enterCommand, hostAlive, masquerade, startHost, type WorkerHost } from '../host/host';
import { bridgeOf } from '../host/names';
import { createNetwork, enableNat } from '../host/network';
import { ensurePause, openLibrary } from '../images/library';
import { prepareImages } from '../images/prepare';
import { ensurePki } from '../pki/ensure';
import { awaitReady, ensureDnsService } from './cluster-ready';
import { rotateLog } from './log-file';
import { ManagedProcess, STABLE_MS } from './managed-process';
import type { Progress } from './progress';

const ROTATE_EVERY_MS = 10_000;
/** HOST_BACKOFF: a host that died comes back before its components are tried again. */
const HOST_BACKOFF = { initialMs: 50, maxMs: 10_000 };

/** ClusterRunner brings a cluster's parts up, in parallel where they allow it, and keeps them running. */
export class ClusterRunner {
  readonly processes = new Map<string, ManagedProcess>();
  private readonly hosts = new Map<string, WorkerHost>();
  private readonly well = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    readonly config: ClusterConfig,
    private readonly paths: ClusterPaths,
    private readonly records: RecordFile,
    private readonly progress: Progress,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    for (const spec of componentsOf(config, paths)) this.processes.set(spec.name, this.manage(spec));
  }

  /** up resolves when every node is Ready and DNS answers. What is up when it rejects stays up, to be looked at. */
  async up(signal: AbortSignal): Promise<void> {
    const { config, paths, progress } = this;
    const made = await progress.step(
      'certificates',
      () => ensurePki(config, paths),
      count => (count ? `${count} made` : 'kept'),
    );
    writeFileAtomic(paths.natsConfig, natsConfigFor(config, paths));
    const network =
      config.placement === 'hosts'
        ? progress.step('network', () => createNetwork(config, this.records))
        : Promise.resolve();
    const hosts = network.then(async () => {
      if (config.nat && config.placement === 'hosts') await enableNat(config, this.records);
      if (config.placement === 'on-host') this.recordMachineAsNode();
      if (config.runtime === 'containerd') await Promise.all(config.nodes.map(node => this.startHost(node)));
    });
    const pause =
      config.runtime === 'containerd' && config.nodes.length ? ensurePause(openLibrary()) : Promise.resolve();
    // Without a network there is no address to listen on; the parts that need none begin at once.
    const specs = [...this.processes.values()].map(managed => managed.spec);
    await Promise.all([
      pause,
      ...specs.map(spec => this.startInOrder(spec, this.ground(spec, network, hosts), signal)),
    ]);
    await this.finish(signal, made);
  }

  /** prepareImages brings the workers the images that no registry has to be asked for. */
  async prepareImages(signal: AbortSignal): Promise<void> {
    const hosts = [...this.hosts.values()];
    if (hosts.length) await prepareImages({ config: this.config, hosts, log: this.log, signal });
  }

  /** stop ends all processes, last started first; hosts and network are for teardown. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const order = [
      'dns',
      'kubelet',
      'kube-proxy',
      'kube-scheduler',
      'kube-controller-manager',
      'containerd',
      'kube-apiserver',
      'registry',
      'nats',
      'etcd',
    ];
    for (const kind of order) {
      const group = [...this.processes.values()].filter(
        managed => managed.spec.name === kind || managed.spec.name.endsWith(`/${kind}`),
      );
      await Promise.all(group.map(managed => managed.stop()));
    }
  }

  /** rotateLogs keeps the logs bounded until signal aborts. */
  async rotateLogs(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const name of this.processes.keys()) rotateLog(this.paths.log(name));
      await this.clock.sleep(ROTATE_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private manage(spec: ComponentSpec): ManagedProcess {
    return new ManagedProcess({
      spec,
      command: () => this.commandOf(spec),
      log: this.paths.log(spec.name),
      clock: this.clock,
      started: (name, id) => this.records.change(records => void (records.processes[name] = id)),
      crashed: (name, how, delayMs) => this.log.warn('component ended', { component: name, how, restartInMs: delayMs }),
    });
  }

  private commandOf(spec: ComponentSpec): readonly string[] {
    if (spec.node === undefined) return spec.command;
    const host = this.hosts.get(spec.node);
    if (!host || !hostAlive(host)) return ['false'];
    return enterCommand(this.config, host, spec.command);
  }

  private async startHost(node: NodeConfig): Promise<void> {
    writeContainerdFiles(this.config, this.paths, node);
    const host = await this.progress.step(
      `host ${node.name}`,
      () => this.openHost(node, new Backoff(HOST_BACKOFF)),
      () => node.address,
    );
    await masquerade(this.config, host);
  }

  /** openHost starts a host's PID 1, and again whenever it has died: its components, which are retried, then find it. */
  private async openHost(node: NodeConfig, backoff: Backoff): Promise<WorkerHost> {
    const begun = this.clock.now();
    const host = await startHost(this.config, this.paths, node, this.records, () => {
      this.log.warn('host ended', { host: node.name });
      if (this.clock.now() - begun >= STABLE_MS) backoff.reset();
      void this.reopenHost(node, backoff);
    });
    this.hosts.set(node.name, host);
    return host;
  }

  private async reopenHost(node: NodeConfig, backoff: Backoff): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.clock.sleep(backoff.next(), signal);
        await this.openHost(node, backoff);
        return;
      } catch (error) {
        if (!signal.aborted) this.log.error('the host does not start', error, { host: node.name });
      }
    }
  }

  /** recordMachineAsNode: what the node's programs leave on the machine itself. */
  private recordMachineAsNode(): void {
    this.records.change(records => {
      records.firewall = true;
      records.links.push(bridgeOf(this.config));
    });
  }

  /** ground is what has to be there before a component's own predecessors count. */
  private ground(spec: ComponentSpec, network: Promise<void>, hosts: Promise<void>): Promise<void> {
    if (spec.node !== undefined) return hosts;
    return spec.name === 'etcd' ? Promise.resolve() : network;
  }

  private startInOrder(spec: ComponentSpec, ground: Promise<void>, signal: AbortSignal): Promise<void> {
    const begun = (async () => {
      await Promise.all([ground, ...spec.after.map(name => this.well.get(name))]);
      signal.throwIfAborted();
      await this.progress.step(spec.name, async () => {
        const managed = this.processes.get(spec.name)!;
        await managed.start();
        await this.becomesWell(managed, signal);
      });
    })();
    this.well.set(spec.name, begun);
    return begun;
  }

  /** becomesWell waits until a component's health answers; it rejects when the component crashed three times on the way. */
  private async becomesWell(managed: ManagedProcess, signal: AbortSignal): Promise<void> {
    const { health, name } = managed.spec;
    if (!health) return;
    const deadline = this.clock.now() + 60_000;
    for (;;) {
      const wrong = await probe(health);
      if (wrong === undefined) return;
      if (managed.restarts >= 3) throw new Error(`${name} keeps ending (${managed.lastExit}): navarch logs ${name}`);
      if (this.clock.now() > deadline)
        throw new Error(`${name} is not well after a minute (${wrong}): navarch logs ${name}`);
      await this.clock.sleep(25, signal);
    }
  }

  private async finish(signal: AbortSignal, certificatesMade: number): Promise<void> {
    const { config, paths, progress } = this;
    await progress.step('cluster DNS', () => ensureDnsService(config, paths, signal));
    if (config.nodes.length) {
      await progress.step(
        'nodes ready',
        () => awaitReady(config, paths, signal),
        names => names.join(', '),
      );
    }
    this.log.info('the cluster is up', { certificatesMade, nodes: config.nodes.length });
  }
}
