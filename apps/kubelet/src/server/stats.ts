import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import type { ContainerStats, CriRuntime, Wrapped } from '@navarch/cri';
import { CONTAINER_NAME, POD_NAME, POD_NAMESPACE, POD_UID } from '../runtime/labels';
import type { NodeUsage } from './node-usage';

/** RunningStats are a running container's, with when it was made (ms since the epoch). */
export interface RunningStats extends ContainerStats {
  readonly startedAt: number;
}

/** PodUsage is what one pod uses, as the runtime measures it. */
export interface PodUsage {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly containers: readonly RunningStats[];
}

/** readPodUsage reads what all running containers use, by pod. */
export async function readPodUsage(runtime: CriRuntime): Promise<readonly PodUsage[]> {
  const pods = new Map<string, PodUsage & { containers: RunningStats[] }>();
  const [all, running] = await Promise.all([
    runtime.listContainerStats(),
    runtime.listContainers({ state: 'CONTAINER_RUNNING' }),
  ]);
  const started = new Map(running.map(({ id, createdAt }) => [id, createdAt / 1e6]));
  for (const stats of all) {
    const { labels, id } = stats.attributes;
    const uid = labels[POD_UID];
    if (!uid || !started.has(id)) continue;
    const pod = pods.get(uid) ?? {
      uid,
      name: labels[POD_NAME] ?? '',
      namespace: labels[POD_NAMESPACE] ?? '',
      containers: [],
    };
    pod.containers.push({ ...stats, startedAt: started.get(id)! });
    pods.set(uid, pod);
  }
  return [...pods.values()];
}

const value = (wrapped: Wrapped | null | undefined) => wrapped?.value ?? 0;
const sum = (pod: PodUsage, of: (stats: ContainerStats) => number) =>
  pod.containers.reduce((total, stats) => total + of(stats), 0);
/** memoryOf is a pod's working set, in bytes. */
export function memoryOf(pod: PodUsage): number {
  return sum(pod, workingSet);
}

const cpuSeconds = (stats: ContainerStats) => value(stats.cpu?.usageCoreNanoSeconds) / 1e9;
const workingSet = (stats: ContainerStats) => value(stats.memory?.workingSetBytes);
const usedBytes = (stats: ContainerStats) => value(stats.memory?.usageBytes) || workingSet(stats);
const rssBytes = (stats: ContainerStats) => value(stats.memory?.rssBytes);
const nameOf = (stats: ContainerStats) => stats.attributes.labels[CONTAINER_NAME] ?? stats.attributes.metadata.name;

/** Sample is one line of a metrics page. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs?: number;
}

/** metricsText renders metrics in the Prometheus text format. */
export function metricsText(
  metrics: readonly { name: string; help: string; type: 'counter' | 'gauge'; samples: readonly Sample[] }[],
): string {
  const escape = (text: string) => text.replace(/[\\"\n]/g, found => (found === '\n' ? '\\n' : `\\${found}`));
  const lines: string[] = [];
  for (const { name, help, type, samples } of metrics) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { labels, value: number, timestampMs } of samples) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
      lines.push(
        `${name}${pairs.length ? `{${pairs.join(',')}}` : ''} ${number}${timestampMs ? ` ${timestampMs}` : ''}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

const labelsOf = (pod: PodUsage, stats?: ContainerStats) => ({
  ...(stats && { container: nameOf(stats) }),
  namespace: pod.namespace,
  pod: pod.name,
});

/** resourceMetrics is /metrics/resource: what a metrics server wants. */
export function resourceMetrics(pods: readonly PodUsage[], node: NodeUsage): string {
  const perContainer = (of: (stats: ContainerStats) => number) =>
    pods.flatMap(pod => pod.containers.map(stats => ({ labels: labelsOf(pod, stats), value: of(stats) })));
  const perPod = (of: (stats: ContainerStats) => number) =>
    pods.map(pod => ({ labels: labelsOf(pod), value: sum(pod, of) }));
  return metricsText([
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed by the container in core-seconds',
      type: 'counter',
      samples: perContainer(cpuSeconds),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Current working set of the container in bytes',
      type: 'gauge',
      samples: perContainer(workingSet),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed by the node in core-seconds',
      type: 'counter',
      samples: [{ labels: {}, value: node.cpuSeconds }],
    },
    {
      name: 'node_memory_working_set_bytes',
      help: 'Current working set of the node in bytes',
      type: 'gauge',
      samples: [{ labels: {}, value: node.workingSetBytes }],
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed by the pod in core-seconds',
      type: 'counter',
      samples: perPod(cpuSeconds),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: 'Current working set of the pod in bytes',
      type: 'gauge',
      samples: perPod(workingSet),
    },
    {
      name: 'resource_scrape_error',
      help: '1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ labels: {}, value: 0 }],
    },
  ]);
}

/** cadvisorMetrics is /metrics/cadvisor: the container metrics that dashboards know. */
export function cadvisorMetrics(pods: readonly PodUsage[], node: NodeUsage): string {
  const perContainer = (of: (stats: ContainerStats) => number) =>
    pods.flatMap(pod =>
      pod.containers.map(stats => ({
        labels: {
          ...labelsOf(pod, stats),
          id: `/kubepods/pod${pod.uid}/${stats.attributes.id}`,
          name: stats.attributes.id,
        },
        value: of(stats),
      })),
    );
  const machine = (number: number) => [{ labels: { id: '/' }, value: number }];
  return metricsText([
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed in seconds.',
      type: 'counter',
      samples: [...perContainer(cpuSeconds), ...machine(node.cpuSeconds)],
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Current working set in bytes.',
      type: 'gauge',
      samples: [...perContainer(workingSet), ...machine(node.workingSetBytes)],
    },
    {
      name: 'container_memory_usage_bytes',
      help: 'Current memory usage in bytes.',
      type: 'gauge',
      samples: perContainer(usedBytes),
    },
    {
      name: 'container_memory_rss',
      help: 'Size of RSS in bytes.',
      type: 'gauge',
      samples: perContainer(rssBytes),
    },
    {
      name: 'container_fs_usage_bytes',
      help: 'Number of bytes that are consumed by the container on this filesystem.',
      type: 'gauge',
      samples: perContainer(stats => value(stats.writableLayer?.usedBytes)),
    },
    {
      name: 'machine_cpu_cores',
      help: 'Number of logical CPU cores.',
      type: 'gauge',
      samples: [{ labels: {}, value: node.cpus }],
    },
    {
      name: 'machine_memory_bytes',
      help: 'Amount of memory installed on the machine.',
      type: 'gauge',
      samples: [{ labels: {}, value: node.memoryBytes }],
    },
  ]);
}

/** summary is /stats/summary. */
export function summary(
  nodeName: string,
  pods: readonly PodUsage[],
  node: NodeUsage,
  known: readonly corev1.Pod[],
  now: number,
): object {
  const time = rfc3339(now);
  const cpu = (stats: ContainerStats) => ({
    time: rfc3339((stats.cpu?.timestamp ?? now * 1e6) / 1e6),
    usageNanoCores: value(stats.cpu?.usageNanoCores),
    usageCoreNanoSeconds: value(stats.cpu?.usageCoreNanoSeconds),
  });
  const memory = (stats: ContainerStats) => ({
    time,
    workingSetBytes: workingSet(stats),
    usageBytes: usedBytes(stats),
    rssBytes: rssBytes(stats),
  });
  return {
    node: {
      nodeName,
      startTime: rfc3339(node.bootedAt),
      cpu: { time, usageCoreNanoSeconds: Math.round(node.cpuSeconds * 1e9) },
      memory: {
        time,
        availableBytes: node.memoryBytes - node.workingSetBytes,
        usageBytes: node.usedBytes,
        workingSetBytes: node.workingSetBytes,
        rssBytes: node.rssBytes,
      },
    },
    pods: pods.map(pod => ({
      podRef: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
      startTime: known.find(k => k.metadata?.uid === pod.uid)?.status?.startTime ?? time,
      containers: pod.containers.map(stats => ({
        name: nameOf(stats),
        startTime: rfc3339(stats.startedAt),
        cpu: cpu(stats),
        memory: memory(stats),
        rootfs: {
          time,
          usedBytes: value(stats.writableLayer?.usedBytes),
          inodesUsed: value(stats.writableLayer?.inodesUsed),
        },
      })),
      cpu: {
        time,
        usageCoreNanoSeconds: sum(pod, stats => value(stats.cpu?.usageCoreNanoSeconds)),
        usageNanoCores: sum(pod, stats => value(stats.cpu?.usageNanoCores)),
      },
      memory: {
        time,
        usageBytes: sum(pod, usedBytes),
        workingSetBytes: sum(pod, workingSet),
        rssBytes: sum(pod, rssBytes),
      },
    })),
  };
}
