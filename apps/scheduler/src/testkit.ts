import type { corev1 } from '@navarch/api';
import { NodeInfo, podInfo, type PodInfo, type Snapshot } from '@navarch/scheduler-framework';

/** PodParts are what a test says about a pod; everything else is plain. */
export interface PodParts {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly requests?: Record<string, string>;
  readonly init?: readonly (Record<string, string | boolean> & { sidecar?: boolean })[];
  readonly spec?: Partial<corev1.PodSpec>;
  readonly on?: string;
}

let count = 0;

/** pod makes a PodInfo with a uid of its own. */
export function pod(parts: PodParts = {}): PodInfo {
  const name = parts.name ?? `pod-${++count}`;
  return podInfo({
    metadata: { name, namespace: parts.namespace ?? 'default', uid: `uid-${name}`, labels: parts.labels },
    spec: {
      nodeName: parts.on,
      containers: [{ name: 'c', image: 'app', ...(parts.requests && { resources: { requests: parts.requests } }) }],
      initContainers: parts.init?.map(({ sidecar, ...requests }, i) => ({
        name: `i${i}`,
        image: 'init',
        resources: { requests: requests as Record<string, string> },
        ...(sidecar && { restartPolicy: 'Always' }),
      })),
      ...parts.spec,
    },
  });
}

export interface NodeParts {
  readonly labels?: Record<string, string>;
  readonly allocatable?: Record<string, string>;
  readonly taints?: corev1.Taint[];
  readonly unschedulable?: boolean;
  readonly pods?: readonly PodInfo[];
  readonly images?: corev1.ContainerImage[];
}

/** node makes a NodeInfo of 4 CPUs, 8 GiB and 110 pods. */
export function node(name: string, parts: NodeParts = {}): NodeInfo {
  const made: corev1.Node = {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...parts.labels } },
    spec: { taints: parts.taints, unschedulable: parts.unschedulable },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...parts.allocatable }, images: parts.images },
  };
  return NodeInfo.of(made, parts.pods);
}

/** snapshot is these nodes. */
export function snapshot(...nodes: NodeInfo[]): Snapshot {
  const byName = new Map(nodes.map(info => [info.name, info]));
  return { nodes, get: name => byName.get(name) };
}
