import type { corev1 } from '@navarch/api';
import type { LinuxContainerResources } from '@navarch/cri';
import { amounts, podAmounts, qosClass, type QosClass } from './pod-resources';

const PERIOD_US = 100_000;
const MIN_QUOTA_US = 1000;
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

/** cpuShares are the relative weight of so many thousandths of a CPU: 1024 a CPU, at least 2. */
export function cpuShares(milli: number): number {
  return milli === 0 ? MIN_SHARES : Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((milli * 1024) / 1000)));
}

/** cpuQuota is the time (µs) a limit of so many thousandths gives each period of 100 ms; 0 for no limit. */
export function cpuQuota(milli: number): number {
  return milli === 0 ? 0 : Math.max(MIN_QUOTA_US, Math.floor((milli * PERIOD_US) / 1000));
}

/** oomScoreAdj says how early the kernel kills it when memory runs out: the smaller its share of the machine, the earlier. */
export function oomScoreAdj(qos: QosClass, memoryRequest: number, memoryCapacity: number): number {
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const adjust = 1000 - Math.floor((1000 * memoryRequest) / memoryCapacity);
  return Math.min(999, Math.max(3, adjust));
}

/** containerResources are a container's limits as cgroups take them. */
export function containerResources(
  spec: corev1.PodSpec,
  container: corev1.Container,
  memoryCapacity: number,
): LinuxContainerResources {
  const requests = amounts(container.resources?.requests);
  const limits = amounts(container.resources?.limits);
  const cpuRequest = requests.get('cpu') ?? limits.get('cpu') ?? 0;
  const quota = cpuQuota(limits.get('cpu') ?? 0);
  return {
    cpuShares: cpuShares(cpuRequest),
    ...(quota > 0 && { cpuQuota: quota, cpuPeriod: PERIOD_US }),
    memoryLimitInBytes: limits.get('memory') ?? 0,
    oomScoreAdj: oomScoreAdj(qosClass(spec), requests.get('memory') ?? limits.get('memory') ?? 0, memoryCapacity),
  };
}

/** PodCgroup is what the pod's own cgroup gets; a limit is there only if every container has one. */
export interface PodCgroup {
  readonly cpuShares: number;
  readonly cpuQuotaUs?: number;
  readonly cpuPeriodUs?: number;
  readonly memoryLimitBytes?: number;
}

/** podCgroup is the sum over the pod as its cgroup's values. */
export function podCgroup(spec: corev1.PodSpec): PodCgroup {
  const requests = podAmounts(spec, 'requests');
  const limits = podAmounts(spec, 'limits');
  const every = (name: string) =>
    spec.resources?.limits?.[name] !== undefined ||
    spec.containers.every(c => c.resources?.limits?.[name] !== undefined);
  const qos = qosClass(spec);
  if (qos === 'BestEffort') return { cpuShares: MIN_SHARES };
  const cpu = every('cpu') ? limits.get('cpu') : undefined;
  const memory = every('memory') ? limits.get('memory') : undefined;
  return {
    cpuShares: cpuShares(requests.get('cpu') ?? limits.get('cpu') ?? 0),
    ...(cpu && { cpuQuotaUs: cpuQuota(cpu), cpuPeriodUs: PERIOD_US }),
    ...(memory && { memoryLimitBytes: memory }),
  };
}

/** cgroupV2Weight turns shares (2..262144) into cgroup v2's weight (1..10000). */
export function cgroupV2Weight(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}
