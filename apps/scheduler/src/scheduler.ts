import { Namespaces, Nodes, Pods, type corev1 } from '@navarch/api';
import { isConflict, isDeleting, isNotFound } from '@navarch/apimachinery';
import {
  Counter,
  exponentialBuckets,
  Gauge,
  Histogram,
  rfc3339,
  traced,
  type Clock,
  type Logger,
  type Registry,
} from '@navarch/base';
import type { EventRecorder, InformerFactory, KubeClient } from '@navarch/client';
import { Framework, podInfo, uidOf, type NodeInfo, type QueuedPod, type Status } from '@navarch/scheduler-framework';
import { Cache } from './cache/cache';
import { Nominations } from './cache/nominations';
import { fitError, rejectingPlugins } from './diagnosis';
import { nodeEvents } from './node-events';
import { SchedulingQueue } from './queue/scheduling-queue';
import { defaultPlugins } from './registry';
import { chooseNode } from './schedule-one';

export interface SchedulerOptions {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly schedulerName: string;
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
}

/** How many bindings may be on their way at once: past that the next scheduling cycle waits. */
const MAX_BINDINGS = 256;

/** Scheduler finds a node for each pod that has none: one pod at a time, bindings side by side. */
export class Scheduler {
  private readonly cache = new Cache();
  private readonly nominations = new Nominations();
  private readonly framework: Framework;
  private readonly queue: SchedulingQueue;
  private readonly start = { next: 0 };
  private readonly bindings = new Set<Promise<void>>();
  private readonly metrics: ReturnType<typeof schedulerMetrics>;

  constructor(private readonly options: SchedulerOptions) {
    const { client, informers, events, clock } = options;
    const namespaces = informers.informer(Namespaces);
    this.framework = new Framework(
      defaultPlugins({
        client,
        events,
        clock,
        framework: () => this.framework,
        snapshot: () => this.cache.snapshot(),
        namespaceLabels: name => namespaces.get('', name)?.metadata?.labels,
      }),
    );
    this.queue = new SchedulingQueue({
      framework: this.framework,
      clock,
      initialBackoffMs: options.initialBackoffMs,
      maxBackoffMs: options.maxBackoffMs,
    });
    this.metrics = schedulerMetrics(options.metrics, () => this.queue.counts);
  }

  /** run schedules until the signal aborts. The informers must be started by the caller. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers } = this.options;
    using _nodes = this.watchNodes();
    using _pods = this.watchPods();
    await Promise.all(
      [informers.informer(Nodes), informers.informer(Pods), informers.informer(Namespaces)].map(i => i.synced(signal)),
    );
    signal.addEventListener('abort', () => this.queue.close(), { once: true });
    if (signal.aborted) this.queue.close();
    for (let pod = await this.queue.pop(); pod; pod = await this.queue.pop()) {
      await this.scheduleOne(pod);
      if (this.bindings.size >= MAX_BINDINGS) await Promise.race(this.bindings);
    }
    await Promise.all(this.bindings);
  }

  /** scheduleOne is the whole of scheduling: choose a node, assume the pod there, bind in the background. */
  private async scheduleOne(queued: QueuedPod): Promise<void> {
    const { pod } = queued.info;
    if (this.latest(pod)?.spec?.nodeName || isDeleting(this.latest(pod) ?? pod)) return this.queue.done(queued);
    const done = this.metrics.algorithm.startTimer();
    const snapshot = this.cache.snapshot();
    const reserve = (node: NodeInfo) => this.nominations.reserve(node, queued.info);
    const choice = chooseNode(this.framework, queued.info, snapshot, this.start, Math.random, reserve);
    done();
    if (choice.node !== undefined) {
      this.cache.assume(queued.info, choice.node);
      this.nominations.remove(uidOf(pod));
      const binding: Promise<void> = this.bind(queued, choice.node).finally(() => this.bindings.delete(binding));
      this.bindings.add(binding);
      return;
    }
    const { nominated, status } = await this.framework.postFilter(choice.state, queued.info, choice.rejections);
    if (nominated) this.nominations.set(queued.info, nominated);
    const message = fitError(
      snapshot.nodes.length,
      choice.rejections,
      choice.preFilter,
      nominated ? undefined : status,
    );
    await this.unschedulable(queued, message, rejectingPlugins(choice.rejections, choice.preFilter), nominated);
  }

  private async bind(queued: QueuedPod, node: string): Promise<void> {
    const { pod } = queued.info;
    const { namespace, name } = pod.metadata!;
    const status = await traced('schedule/bind', { pod: `${namespace}/${name}`, node }, async () => {
      return (await this.framework.reserve(pod, node)) ?? (await this.framework.bind(pod, node));
    });
    if (status) return this.bindFailed(queued, node, status);
    this.queue.done(queued);
    this.metrics.attempts.inc({ result: 'scheduled' });
    this.metrics.e2e.observe((this.options.clock.now() - queued.firstSeen) / 1000);
    this.options.events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
    this.options.log.v(2, 'Bound', { pod: `${namespace}/${name}`, node });
  }

  /** bindFailed: the pod goes back. That it is gone, or bound by somebody else, is no failure of ours. */
  private async bindFailed(queued: QueuedPod, node: string, status: Status): Promise<void> {
    await this.framework.unreserve(queued.info.pod, node);
    this.cache.forget(queued.info);
    // A freed assumption is a freed place.
    this.queue.moveOn('AssignedPodDelete');
    const current = await this.options.client
      .resource(Pods)
      .get(queued.info.pod.metadata!.namespace!, queued.info.pod.metadata!.name!)
      .catch((error: unknown) => (isNotFound(error) ? undefined : queued.info.pod));
    if (!current || uidOf(current) !== uidOf(queued.info.pod) || current.spec?.nodeName) return this.queue.done(queued);
    this.metrics.attempts.inc({ result: 'error' });
    this.options.log.warn('Binding failed', { pod: current.metadata?.name, node, reasons: status.reasons });
    this.queue.requeue(queued, new Set(), current);
  }

  private async unschedulable(
    queued: QueuedPod,
    message: string,
    rejectedBy: ReadonlySet<string>,
    nominated?: string,
  ): Promise<void> {
    const { pod } = queued.info;
    const { namespace, name } = pod.metadata!;
    this.metrics.attempts.inc({ result: 'unschedulable' });
    this.options.events.event(pod, 'Warning', 'FailedScheduling', message);
    this.queue.requeue(queued, rejectedBy, this.latest(pod) ?? pod);
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastProbeTime: null };
    const known = this.latest(pod)?.status?.conditions?.find(c => c.type === 'PodScheduled');
    if (known?.status === 'False' && known.message === message && !nominated) return;
    const lastTransitionTime = known?.status === 'False' ? known.lastTransitionTime : rfc3339(this.options.clock.now());
    const body = {
      status: {
        conditions: [{ ...condition, lastTransitionTime }],
        ...(nominated && { nominatedNodeName: nominated }),
      },
    };
    await this.options.client
      .resource(Pods)
      .patch(namespace!, name!, { type: 'strategic', body }, { subresource: 'status' })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error))
          this.options.log.error('Status was not written', error, { pod: name });
      });
  }

  private latest(pod: corev1.Pod): corev1.Pod | undefined {
    const known = this.options.informers.informer(Pods).get(pod.metadata!.namespace!, pod.metadata!.name!);
    return known && uidOf(known) === uidOf(pod) ? known : undefined;
  }

  private watchNodes(): Disposable {
    return this.options.informers.informer(Nodes).addHandler({
      added: node => {
        this.cache.setNode(node);
        this.queue.moveOn('NodeAdd');
      },
      updated: (before, node) => {
        this.cache.setNode(node);
        for (const event of nodeEvents(before, node)) this.queue.moveOn(event);
      },
      deleted: node => this.cache.removeNode(node.metadata!.name!),
    });
  }

  private watchPods(): Disposable {
    return this.options.informers.informer(Pods).addHandler({
      added: pod => this.onPod(undefined, pod),
      updated: (before, pod) => this.onPod(before, pod),
      deleted: pod => {
        this.nominations.remove(uidOf(pod));
        if (!pod.spec?.nodeName) this.queue.delete(pod);
        if (this.cache.isKnown(pod)) {
          this.cache.removePod(pod);
          this.queue.moveOn('AssignedPodDelete');
        }
      },
    });
  }

  private onPod(before: corev1.Pod | undefined, pod: corev1.Pod): void {
    this.noteNomination(pod);
    if (pod.spec?.nodeName) {
      if (before && !before.spec?.nodeName) this.queue.delete(pod);
      const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
      if (over && this.cache.isKnown(pod)) {
        this.cache.removePod(pod);
        this.queue.moveOn('AssignedPodDelete');
      } else if (!over) {
        this.queue.moveOn(before?.spec?.nodeName ? 'AssignedPodUpdate' : 'AssignedPodAdd');
        this.cache.setPod(pod);
      }
      return;
    }
    if (pod.spec?.schedulerName !== this.options.schedulerName || isDeleting(pod) || pod.spec.schedulingGates?.length)
      return;
    // Our own status patch is no reason to try again.
    const changed =
      !before ||
      JSON.stringify([before.spec, before.metadata?.labels]) !== JSON.stringify([pod.spec, pod.metadata?.labels]);
    if (changed && !this.cache.isKnown(pod)) this.queue.add(pod);
  }

  /** noteNomination takes over what another scheduler, or this one before it was started anew, has nominated. */
  private noteNomination(pod: corev1.Pod): void {
    const node = pod.status?.nominatedNodeName;
    if (pod.spec?.nodeName || isDeleting(pod) || this.cache.isKnown(pod)) this.nominations.remove(uidOf(pod));
    else if (node) this.nominations.set(podInfo(pod), node);
  }
}

function schedulerMetrics(
  registry: Registry,
  counts: () => { active: number; backoff: number; unschedulable: number },
) {
  const registers = [registry];
  new Gauge({
    name: 'scheduler_pending_pods',
    help: 'Number of pending pods, by the queue type',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [queue, count] of Object.entries(counts())) this.set({ queue }, count);
    },
  });
  return {
    attempts: new Counter({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to schedule pods, by the result',
      labelNames: ['result'],
      registers,
    }),
    algorithm: new Histogram({
      name: 'scheduler_scheduling_algorithm_duration_seconds',
      help: 'Scheduling algorithm latency in seconds',
      buckets: exponentialBuckets(0.0001, 2, 17),
      registers,
    }),
    e2e: new Histogram({
      name: 'scheduler_pod_scheduling_sli_duration_seconds',
      help: 'Time from the first sight of a pod to its binding, in seconds',
      buckets: exponentialBuckets(0.01, 2, 20),
      registers,
    }),
  };
}
