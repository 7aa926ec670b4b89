/** Features are what a kubelet of a release tells of a pod; older ones tell less. */
export interface Features {
  /** readyToStartCondition: pods have the condition PodReadyToStartContainers (1.29). */
  readonly readyToStartCondition: boolean;
  /** hostIPs: a status lists all of the node's addresses (1.29). */
  readonly hostIPs: boolean;
}

/** featuresOf are a release's, by the version the kubelet says it is: `v1.33.0`. */
export function featuresOf(kubeletVersion: string): Features {
  const minor = minorOf(kubeletVersion);
  return { readyToStartCondition: minor >= 29, hostIPs: minor >= 29 };
}

/** minorOf is 33 for `v1.33.0`. */
export function minorOf(kubeletVersion: string): number {
  return Number(/^v?1\.(\d+)/.exec(kubeletVersion)?.[1] ?? Infinity);
}
