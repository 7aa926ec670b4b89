import os from 'node:os';
import { Nodes, type corev1 } from '@navarch/api';
import { isAlreadyExists, isNotFound } from '@navarch/apimachinery';
import { Backoff } from '@navarch/base';
import type { RuntimeCondition, RuntimeVersion } from '@navarch/cri';
import type { Informer } from '@navarch/client';
import { ensureMasquerade } from '../network/masquerade';
import { writeCniConf } from '../network/cni-conf';
import type { Pressure } from '../eviction/thresholds';
import type { KubeletDeps } from '../options';
import { WakeUp } from '../pod-workers/wake-up';
import { primaryAddress, readMachine, type Machine } from './machine';
import { runtimeProblems, transitions } from './node-conditions';
import { nodeLabels } from './node-object';
import { nodeStatus, sameButHeartbeat, statusPatch } from './node-status';

/** FAST_PROBE_MS: while the runtime or its network is not ready, nothing tells when it is, so it is asked often. */
const FAST_PROBE_MS = 50;
const SLOW_PROBE_MS = 5000;

/** NodeAgent registers the node, keeps its status, and knows whether pods can run here. */
export class NodeAgent {
  private machine: Machine | undefined;
  private runtimeConditions: readonly RuntimeCondition[] | undefined;
  private runtimeVersion: RuntimeVersion | undefined;
  private shown: corev1.Node | undefined;
  private reportedAt = 0;
  private readonly statusDue: WakeUp;
  private configuredCidr = '';
  /** address is the node's own. */
  readonly address: string;

  constructor(
    private readonly deps: KubeletDeps,
    private readonly informer: Informer<corev1.Node>,
    /** pressures are those the node is under. */
    private readonly pressures: () => ReadonlySet<Pressure>,
    /** extraProblem adds a reason against readiness. */
    private readonly extraProblem: () => string | undefined,
    /** onReady is called when pods can run that could not before. */
    private readonly onReady: () => void,
  ) {
    this.statusDue = new WakeUp(deps.clock);
    this.address = deps.options.nodeIp || primaryAddress();
    informer.addHandler({ added: node => this.observed(node), updated: (_, node) => this.observed(node) });
  }

  /** node is the API's object, as last seen or written. */
  node(): corev1.Node | undefined {
    return this.shown ?? this.informer.get('', this.deps.options.nodeName);
  }

  /** lookAgain has the status looked at now. */
  lookAgain(): void {
    this.statusDue.ring();
  }

  /** networkNotReady says why pods can have no network now. */
  networkNotReady(): string | undefined {
    const { runtime, network } = runtimeProblems(this.runtimeConditions);
    return runtime ?? network;
  }

  /** run goes on until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.machine = await readMachine(this.deps.options.rootDir);
    await Promise.all([this.watchRuntime(signal), this.registerAndReport(signal)]);
  }

  private observed(node: corev1.Node): void {
    this.shown = node;
    this.deps.clock.after(0, () => this.statusDue.ring());
    this.configureNetwork(this.deps.options.podCidr || (node.spec?.podCIDR ?? ''));
  }

  /** configureNetwork writes the CNI configuration once the node's range is known. */
  private configureNetwork(cidr: string): void {
    const { options, log } = this.deps;
    if (!cidr || !options.cniConfDir || cidr === this.configuredCidr) return;
    this.configuredCidr = cidr;
    const work = async () => {
      await ensureMasquerade(cidr, options.clusterCidr).catch((error: unknown) =>
        log.warn('Cannot masquerade what pods send out', { err: String(error) }),
      );
      await writeCniConf(options.cniConfDir, cidr);
    };
    work().catch((error: unknown) => {
      this.configuredCidr = '';
      log.error('Cannot write the CNI configuration', error);
    });
  }

  private async watchRuntime(signal: AbortSignal): Promise<void> {
    const { runtime, clock, options } = this.deps;
    this.configureNetwork(options.podCidr);
    let wasReady = false;
    while (!signal.aborted) {
      try {
        this.runtimeVersion ??= await runtime.version();
        this.runtimeConditions = await runtime.status();
      } catch {
        this.runtimeConditions = undefined;
      }
      const ready = this.networkNotReady() === undefined;
      if (ready !== wasReady) {
        wasReady = ready;
        this.statusDue.ring();
        if (ready) this.onReady();
      }
      await clock.sleep(ready ? SLOW_PROBE_MS : FAST_PROBE_MS, signal).catch(() => undefined);
    }
  }

  private async registerAndReport(signal: AbortSignal): Promise<void> {
    const { log, options } = this.deps;
    const failures = new Backoff({ initialMs: 100, maxMs: 7000 });
    let registered = !options.registerNode;
    while (!signal.aborted) {
      let wait = options.statusUpdateMs;
      try {
        if (!registered) await this.register();
        registered = true;
        await this.report();
        failures.reset();
      } catch (error) {
        if (isNotFound(error)) registered = !options.registerNode;
        wait = failures.next();
        log.warn('Cannot report the node status yet', { err: String(error) });
      }
      if (!signal.aborted) await this.statusDue.wait(wait, signal);
    }
  }

  private async status(previous: corev1.NodeStatus): Promise<corev1.NodeStatus> {
    const { runtime, options, clock } = this.deps;
    const problems = runtimeProblems(this.runtimeConditions);
    const images = await runtime.listImages().catch(() => []);
    const notReady = [problems.runtime, problems.network, this.extraProblem()].filter(problem => problem !== undefined);
    const hostname = os.hostname();
    const inputs = {
      machine: this.machine!,
      runtime: this.runtimeVersion,
      images,
      options,
      address: this.address,
      hostname,
    };
    return nodeStatus({ ...inputs, previous, now: clock.now(), pressures: this.pressures(), notReady });
  }

  private async register(): Promise<void> {
    const { client, options } = this.deps;
    const nodes = client.resource(Nodes);
    const labels = nodeLabels(options, this.machine!.architecture);
    const node: corev1.Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: options.nodeName,
        labels,
        annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: {
        ...(options.podCidr && { podCIDR: options.podCidr, podCIDRs: [options.podCidr] }),
        ...(options.registerTaints.length > 0 && { taints: [...options.registerTaints] }),
      },
      status: await this.status({}),
    };
    try {
      this.shown = await nodes.create(node);
      this.reportedAt = this.deps.clock.now();
      this.deps.log.info('Registered the node', { node: options.nodeName });
      this.tell([], this.shown.status?.conditions ?? []);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const existing = await nodes.get('', options.nodeName);
      const wrong = Object.entries(labels).filter(([key, value]) => existing.metadata?.labels?.[key] !== value);
      const patch = { type: 'merge', body: { metadata: { labels: Object.fromEntries(wrong) } } } as const;
      this.shown = wrong.length ? await nodes.patch('', options.nodeName, patch) : existing;
    }
    this.deps.events.event(this.shown, 'Normal', 'Starting', 'Starting kubelet.');
    this.observed(this.shown);
  }

  /** tell records what changed in the node's conditions. */
  private tell(before: readonly corev1.NodeCondition[], after: readonly corev1.NodeCondition[]): void {
    const { events, log, options } = this.deps;
    const node = this.shown ?? { metadata: { name: options.nodeName } };
    for (const reason of transitions(before, after)) {
      if (reason === 'NodeReady' || reason === 'NodeNotReady')
        log.info('The node changed its readiness', { status: reason });
      events.event(node, 'Normal', reason, `Node ${options.nodeName} status is now: ${reason}`);
    }
  }

  /** report writes the status if something changed, or if the last report is old. */
  private async report(): Promise<void> {
    const { client, options, clock } = this.deps;
    const nodes = client.resource(Nodes);
    const current = this.node() ?? (await nodes.get('', options.nodeName));
    const before = current.status ?? {};
    const status = await this.status(before);
    const due = clock.now() - this.reportedAt >= options.statusReportMs;
    if (!due && sameButHeartbeat(before, status)) return;
    this.shown = await nodes.patch(
      '',
      options.nodeName,
      { type: 'strategic', body: { status: statusPatch(before, status) } },
      { subresource: 'status' },
    );
    this.reportedAt = clock.now();
    this.tell(before.conditions ?? [], status.conditions ?? []);
  }
}
