import { Gauge, Histogram, exponentialBuckets, type Registry } from '@navarch/base';

/** KubeletMetrics are the kubelet's own metrics, named as upstream's. */
export interface KubeletMetrics {
  /** podStarted takes the seconds from a pod's first sight to its first running report. */
  podStarted(seconds: number): void;
  relisted(seconds: number): void;
}

/** MetricSources are asked when the metrics are read. */
export interface MetricSources {
  runningPods(): number;
  runningContainers(): number;
  nodeName: string;
}

/** registerMetrics adds the kubelet's metrics to the process's registry. */
export function registerMetrics(registry: Registry, sources: MetricSources): KubeletMetrics {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('kubelet_running_pods', 'Number of pods that have a running pod sandbox', () => sources.runningPods());
  gauge('kubelet_running_containers', 'Number of containers currently running', () => sources.runningContainers());
  new Gauge({
    name: 'kubelet_node_name',
    help: "The node's name. The count is always 1.",
    labelNames: ['node'],
    registers: [registry],
  }).set({ node: sources.nodeName }, 1);
  const started = new Histogram({
    name: 'kubelet_pod_start_duration_seconds',
    help: 'Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run',
    buckets: exponentialBuckets(0.05, 2, 14),
    registers: [registry],
  });
  const relist = new Histogram({
    name: 'kubelet_pleg_relist_duration_seconds',
    help: 'Duration in seconds for relisting pods in PLEG.',
    buckets: exponentialBuckets(0.001, 2, 14),
    registers: [registry],
  });
  return { podStarted: seconds => started.observe(seconds), relisted: seconds => relist.observe(seconds) };
}

/** noMetrics counts nothing. */
export const noMetrics: KubeletMetrics = { podStarted: () => undefined, relisted: () => undefined };
