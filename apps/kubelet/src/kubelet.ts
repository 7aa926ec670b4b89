import { mkdir } from 'node:fs/promises';
import { Nodes, Services, type corev1 } from '@navarch/api';
import { describe, type Stoppable } from '@navarch/base';
import type { Serving } from '@navarch/nest-host';
import { noCgroups, openPodCgroups } from './cgroups/pod-cgroups';
import { ObjectStore } from './config/object-store';
import { StaticPods } from './config/mirror-pods';
import { followApi, type PodSink } from './config/pod-source';
import { followManifests } from './config/static-pods';
import { EvictionManager } from './eviction/eviction-manager';
import { ImageCollector } from './images/image-collector';
import { ImagePuller } from './images/image-puller';
import { LogRotator } from './logs/rotator';
import { noMetrics, registerMetrics, type KubeletMetrics } from './metrics';
import { NodeRoutes } from './network/node-routes';
import { NodeLease } from './node/lease';
import { observeMachine } from './node/machine';
import { NodeAgent } from './node/node-agent';
import type { KubeletDeps } from './options';
import { Pleg } from './pleg/pleg';
import { Leftovers } from './pod-workers/leftovers';
import { PodStopper } from './pod-workers/pod-stopper';
import { PodSyncer } from './pod-workers/pod-syncer';
import { PodWorkers } from './pod-workers/pod-workers';
import { Prober } from './prober/prober';
import { ContainerKiller } from './runtime/container-killer';
import { RuntimeInspector } from './runtime/inspector';
import { memoryOf, readPodUsage } from './server/stats';
import { serveKubelet } from './server/kubelet-server';
import { StatusManager } from './status/status-manager';
import { TokenManager } from './volumes/tokens';
import { VolumeManager } from './volumes/volume-manager';

/** Kubelet runs a node's pods: it joins the parts, and starts and stops them. */
export class Kubelet implements Stoppable {
  private readonly ends = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly statuses: StatusManager;
  private readonly prober: Prober;
  private readonly objects: ObjectStore;
  private readonly inspector: RuntimeInspector;
  private pleg!: Pleg;
  private agent!: NodeAgent;
  private workers!: PodWorkers;
  /** listed: the API has told all pods of this node, so what else runs is an orphan. */
  private listed = false;
  private leftovers!: Leftovers;
  private eviction!: EvictionManager;
  private readonly metrics: KubeletMetrics;

  constructor(private readonly deps: KubeletDeps) {
    const { client, clock, log, runtime, options } = deps;
    const running = () => this.pleg?.running() ?? { sandboxes: 0, containers: 0 };
    const sources = {
      runningPods: () => running().sandboxes,
      runningContainers: () => running().containers,
      nodeName: options.nodeName,
    };
    this.metrics = deps.metrics ? registerMetrics(deps.metrics, sources) : noMetrics;
    this.statuses = new StatusManager(deps);
    this.prober = new Prober(deps, uid => this.workers.wake(uid));
    this.objects = new ObjectStore(client, clock, log, uids => uids.forEach(uid => this.workers.wake(uid)));
    this.inspector = new RuntimeInspector(runtime, clock);
  }

  /** start begins the work; it resolves when the pods' sources are being followed. serving gets the kubelet's endpoints. */
  async start(serving?: Serving): Promise<this> {
    const { deps, ends } = this;
    const { options, informers, runtime, clock, log } = deps;
    await mkdir(options.rootDir, { recursive: true });
    const nodes = informers.informer(Nodes, { fieldSelector: `metadata.name=${options.nodeName}` });
    const services = informers.informer(Services);
    this.agent = new NodeAgent(
      deps,
      nodes,
      () => this.eviction?.pressures ?? new Set(),
      () => this.pleg?.unhealthy(),
      () => this.workers.wakeAll(),
    );
    const runtimeName = await this.runtimeName();
    this.workers = await this.makeWorkers(runtimeName, () => services.list());
    if (serving) this.serve(serving);
    this.loops.push(this.agent.run(ends.signal), new NodeLease(deps, () => this.agent.node()).run(ends.signal));
    if (options.routes) informers.informer(Nodes).addHandler(new NodeRoutes(options.nodeName, log));
    informers.start(ends.signal);

    // Services come first, so that no container starts without their variables; the node's allocatable decides on admission.
    await services.synced(ends.signal);
    const listener = {
      changed: (uid: string) => this.changed(uid),
      listed: (pods: readonly PodName[]) => this.listedPods(pods),
    };
    this.pleg = new Pleg(runtime, this.inspector, listener, clock, log, options.relistMs, this.metrics);
    this.followPods();
    this.loops.push(
      this.pleg.run(ends.signal),
      this.eviction.run(ends.signal),
      new ImageCollector(deps).run(ends.signal),
      new LogRotator(deps).run(ends.signal),
    );
    for (const loop of this.loops) {
      loop.catch((error: unknown) => {
        if (!ends.signal.aborted) log.error('A loop of the kubelet ended', error);
      });
    }
    return this;
  }

  /** ready says why the kubelet cannot run pods now; undefined if it can. */
  notReady(): string | undefined {
    return this.agent.networkNotReady() ?? this.pleg?.unhealthy();
  }

  private async makeWorkers(runtimeName: string, services: () => readonly corev1.Service[]): Promise<PodWorkers> {
    const { deps, inspector, objects, prober, statuses } = this;
    const { options, log, client, clock, runtime, events } = deps;
    const cgroups = options.cgroupsPerQos ? await openPodCgroups(options.cgroupRoot, log) : noCgroups;
    const killer = new ContainerKiller(deps);
    const volumes = new VolumeManager(deps, objects, new TokenManager(client, clock));
    this.leftovers = new Leftovers(deps, volumes, cgroups);
    this.eviction = new EvictionManager({
      clock,
      log,
      thresholds: options.evictionHard,
      observe: () => observeMachine(options.rootDir),
      activePods: () => this.workers.activePods(),
      memoryUse: async () => new Map((await readPodUsage(runtime)).map(pod => [pod.uid, memoryOf(pod)])),
      podDir: uid => volumes.podDir(uid),
      evict: (uid, message) => this.workers.evict(uid, 'Evicted', message),
      onPressure: () => this.agent.lookAgain(),
    });
    const facts = {
      node: () => this.agent.node(),
      hostIPs: () => [this.agent.address],
      networkNotReady: () => this.agent.networkNotReady(),
      services,
    };
    const stopper = new PodStopper(deps, killer);
    const puller = new ImagePuller(runtime, events, clock);
    const parts = { deps, inspector, volumes, cgroups, objects, puller, killer, stopper, prober, facts };
    return new PodWorkers({ ...parts, syncer: new PodSyncer(parts), statuses, runtimeName, metrics: this.metrics });
  }

  private followPods(): void {
    const { deps, ends, statuses, workers } = this;
    const { options, informers, clock, log } = deps;
    const sink: PodSink = {
      apply: (pod, target) => workers.apply(pod, target),
      remove: uid => workers.remove(uid),
      observed: (uid, object) => statuses.observed(uid, object),
    };
    const statics = new StaticPods(deps, sink, ends.signal, () => this.agent.node());
    const informer = followApi(informers, options.nodeName, sink, (...mirror) => statics.mirror(...mirror));
    const { podManifestPath } = options;
    let staticsRead = !podManifestPath;
    if (podManifestPath) {
      const tell = (pods: ReadonlyMap<string, corev1.Pod>) => {
        statics.set(pods);
        staticsRead = true;
      };
      this.loops.push(followManifests(podManifestPath, options.nodeName, clock, log, tell, ends.signal));
    }
    const listed = async () => {
      await informer.synced(ends.signal);
      while (!staticsRead && !ends.signal.aborted) await clock.sleep(100, ends.signal);
      this.listed = true;
      await this.pleg.relist();
      await this.leftovers.remove(uid => workers.has(uid));
    };
    this.loops.push(listed());
  }

  private changed(uid: string): void {
    this.workers.wake(uid);
    for (const listener of this.listeners.get(uid) ?? []) listener();
  }

  private listedPods(pods: readonly PodName[]): void {
    if (!this.listed) return;
    for (const { uid, namespace, name } of pods) if (!this.workers.has(uid)) this.workers.orphan(uid, namespace, name);
  }

  /** onPodChange calls the listener whenever something of the pod started or ended. */
  onPodChange(uid: string, listener: () => void): Disposable {
    const all = this.listeners.get(uid) ?? new Set();
    all.add(listener);
    this.listeners.set(uid, all);
    return {
      [Symbol.dispose]: () => {
        all.delete(listener);
        if (!all.size && this.listeners.get(uid) === all) this.listeners.delete(uid);
      },
    };
  }

  private serve(serving: Serving): void {
    const lookup = {
      pods: () => this.workers.pods().filter(pod => pod.spec?.containers.length),
      status: (pod: corev1.Pod) => this.statuses.get(pod.metadata?.uid ?? '') ?? pod.status ?? {},
    };
    serveKubelet(serving, {
      deps: this.deps,
      lookup,
      inspector: this.inspector,
      onPodChange: (uid, listener) => this.onPodChange(uid, listener),
    });
  }

  /** runtimeName waits for the runtime: without its name no container id can be told. */
  private async runtimeName(): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.deps.runtime.version()).runtimeName;
      } catch (error) {
        if (attempt % 100 === 0) this.deps.log.warn('Waiting for the container runtime', { err: describe(error) });
        await this.deps.clock.sleep(50, this.ends.signal);
      }
    }
  }

  /** stop ends the kubelet's work. Containers go on; a kubelet started later finds them. */
  async stop(): Promise<void> {
    this.ends.abort(new Error('the kubelet stops'));
    this.prober.stop();
    this.objects.stop();
    await this.workers?.stop();
    this.statuses.stop();
    await Promise.allSettled(this.loops);
  }
}

interface PodName {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}
