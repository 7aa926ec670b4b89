import type { corev1 } from '@navarch/api';
import { deepEqual } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Image, RuntimeVersion } from '@navarch/cri';
import { thresholdValue, type Signal } from '../eviction/thresholds';
import type { KubeletOptions } from '../options';
import { milliValue, wholeValue } from '../resources/quantity';
import type { Machine } from './machine';
import { nodeConditions, timed, type ConditionFacts } from './node-conditions';

const MAX_IMAGES = 50;
const MAX_NAMES = 5;

/** NodeStatusInput is what a node's status follows from. */
export interface NodeStatusInput extends ConditionFacts {
  readonly machine: Machine;
  readonly runtime: RuntimeVersion | undefined;
  readonly images: readonly Image[];
  readonly options: Pick<
    KubeletOptions,
    'nodeName' | 'maxPods' | 'systemReserved' | 'kubeReserved' | 'kubeletVersion' | 'port' | 'evictionHard'
  >;
  readonly address: string;
  readonly hostname: string;
  readonly previous: corev1.NodeStatus;
  readonly now: number;
}

/** nodeStatus makes the node's status. Pure. */
export function nodeStatus(input: NodeStatusInput): corev1.NodeStatus {
  const { machine, options, runtime, previous } = input;
  const { capacity, allocatable } = nodeResources(machine, options, previous);
  return {
    capacity,
    allocatable,
    conditions: timed(nodeConditions(input), previous.conditions ?? [], rfc3339(input.now)),
    addresses: [
      { type: 'InternalIP', address: input.address },
      { type: 'Hostname', address: input.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: options.port } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtime ? `${runtime.runtimeName}://${runtime.runtimeVersion.replace(/^v/, '')}` : '',
      kubeletVersion: options.kubeletVersion,
      kubeProxyVersion: options.kubeletVersion,
      operatingSystem: 'linux',
      architecture: machine.architecture,
    },
    images: nodeImages(input.images),
  };
}

/**
 * nodeResources: what the machine has, and what of it pods may use: without the reserved, and without what eviction keeps free.
 * Extended resources are what others wrote as the node's capacity; pods may use all of them.
 */
export function nodeResources(
  machine: Pick<Machine, 'cpus' | 'memoryBytes' | 'storageBytes'>,
  options: Pick<KubeletOptions, 'maxPods' | 'systemReserved' | 'kubeReserved' | 'evictionHard'>,
  previous: corev1.NodeStatus = {},
): { capacity: Record<string, string>; allocatable: Record<string, string> } {
  const { maxPods, systemReserved, kubeReserved, evictionHard } = options;
  const keptFree = (signal: Signal, capacity: number) =>
    Math.max(0, ...evictionHard.filter(t => t.signal === signal).map(threshold => thresholdValue(threshold, capacity)));
  const reserved = (name: string, value: (quantity: string) => number) =>
    value(systemReserved[name] ?? '0') + value(kubeReserved[name] ?? '0');
  const cpu = machine.cpus * 1000 - reserved('cpu', milliValue);
  const memory =
    machine.memoryBytes - reserved('memory', wholeValue) - keptFree('memory.available', machine.memoryBytes);
  const storage =
    machine.storageBytes -
    reserved('ephemeral-storage', wholeValue) -
    keptFree('nodefs.available', machine.storageBytes);
  const own = ['cpu', 'memory', 'ephemeral-storage', 'pods', 'hugepages-1Gi', 'hugepages-2Mi'];
  const extended = Object.fromEntries(Object.entries(previous.capacity ?? {}).filter(([name]) => !own.includes(name)));
  return {
    capacity: {
      ...extended,
      cpu: String(machine.cpus),
      memory: ki(machine.memoryBytes),
      'ephemeral-storage': ki(machine.storageBytes),
      'hugepages-1Gi': '0',
      'hugepages-2Mi': '0',
      pods: String(maxPods),
    },
    allocatable: {
      ...extended,
      cpu: cpu % 1000 === 0 ? String(cpu / 1000) : `${cpu}m`,
      memory: ki(memory),
      'ephemeral-storage': String(Math.max(0, Math.floor(storage))),
      'hugepages-1Gi': '0',
      'hugepages-2Mi': '0',
      pods: String(maxPods),
    },
  };
}

const ki = (bytes: number) => `${Math.max(0, Math.floor(bytes / 1024))}Ki`;

/** nodeImages are the largest images, with their names; what has none any more nobody can ask for. */
export function nodeImages(images: readonly Image[]): corev1.ContainerImage[] {
  return images
    .filter(({ repoDigests, repoTags }) => repoDigests.length + repoTags.length > 0)
    .sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_IMAGES)
    .map(({ repoDigests, repoTags, size }) => ({
      names: [...repoDigests, ...repoTags].slice(0, MAX_NAMES),
      sizeBytes: size,
    }));
}

/** statusPatch is the strategic merge patch to the status `after`: what `before` alone has as allocatable goes. */
export function statusPatch(before: corev1.NodeStatus, after: corev1.NodeStatus): object {
  const gone = Object.keys(before.allocatable ?? {}).filter(name => after.allocatable?.[name] === undefined);
  return { ...after, allocatable: { ...after.allocatable, ...Object.fromEntries(gone.map(name => [name, null])) } };
}

/** sameButHeartbeat: the statuses differ in nothing that the kubelet writes but the heartbeats; the order of keys is no difference. */
export function sameButHeartbeat(a: corev1.NodeStatus, b: corev1.NodeStatus): boolean {
  const compared = ({
    capacity,
    allocatable,
    addresses,
    nodeInfo,
    images,
    daemonEndpoints,
    conditions,
  }: corev1.NodeStatus) => [
    ...[capacity, allocatable, addresses, nodeInfo, images, daemonEndpoints],
    Object.fromEntries(
      (conditions ?? []).map(({ type, status, reason, message }) => [type, [status, reason, message]]),
    ),
  ];
  return deepEqual(compared(a), compared(b));
}
