import { cgroupV2Weight, type PodCgroup } from '../resources/linux-resources';
import type { QosClass } from '../resources/pod-resources';

/** CgroupWrite is one value written to one file of a cgroup, in the hierarchy of one v1 controller or (`''`) the unified one. */
export interface CgroupWrite {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
}

/** podCgroupPath is where a pod's containers live, below the cgroup root: `kubepods/burstable/pod<uid>`. */
export function podCgroupPath(root: string, qos: QosClass, uid: string): string {
  const parts = [
    root.replace(/^\/+|\/+$/g, ''),
    'kubepods',
    qos === 'Guaranteed' ? '' : qos.toLowerCase(),
    `pod${uid}`,
  ];
  return `/${parts.filter(Boolean).join('/')}`;
}

/** podCgroupWrites are the values of a pod's cgroup. */
export function podCgroupWrites(version: 'v1' | 'v2', cgroup: PodCgroup): readonly CgroupWrite[] {
  const { cpuShares, cpuQuotaUs, cpuPeriodUs, memoryLimitBytes } = cgroup;
  if (version === 'v2') {
    return [
      { controller: '', file: 'cpu.weight', value: String(cgroupV2Weight(cpuShares)) },
      { controller: '', file: 'cpu.max', value: cpuQuotaUs ? `${cpuQuotaUs} ${cpuPeriodUs}` : 'max' },
      { controller: '', file: 'memory.max', value: memoryLimitBytes ? String(memoryLimitBytes) : 'max' },
    ];
  }
  return [
    { controller: 'cpu', file: 'cpu.shares', value: String(cpuShares) },
    ...(cpuQuotaUs
      ? [
          { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(cpuPeriodUs) },
          { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(cpuQuotaUs) },
        ]
      : []),
    ...(memoryLimitBytes
      ? [{ controller: 'memory', file: 'memory.limit_in_bytes', value: String(memoryLimitBytes) }]
      : []),
  ];
}
