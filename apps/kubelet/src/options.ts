import type { Clock, Logger, Registry } from '@navarch/base';
import type { CriRuntime } from '@navarch/cri';
import type { Threshold } from './eviction/thresholds';
import type { EventRecorder, InformerFactory, KubeClient } from '@navarch/client';

/** KubeletOptions is the kubelet's configuration, checked. Paths are absolute, times milliseconds. */
export interface KubeletOptions {
  readonly nodeName: string;
  /** nodeIp is the node's own address; '' lets the kubelet find it. */
  readonly nodeIp: string;
  readonly rootDir: string;
  readonly podLogsDir: string;
  /** containerLogsDir gets a link a container, for log collectors; '' for none. */
  readonly containerLogsDir: string;
  /** podManifestPath is a directory of static pods; '' for none. */
  readonly podManifestPath: string;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly resolvConf: string;
  readonly cgroupRoot: string;
  readonly cgroupsPerQos: boolean;
  readonly maxPods: number;
  /** podCidr is the node's range of pod addresses; '' takes what the API gives the node. */
  readonly podCidr: string;
  readonly clusterCidr: string;
  /** cniConfDir is where the bridge network's configuration is written; '' leaves CNI to others. */
  readonly cniConfDir: string;
  /** routes: add a route to each other node's pod range. */
  readonly routes: boolean;
  readonly registerNode: boolean;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly registerTaints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly kubeReserved: Readonly<Record<string, string>>;
  readonly evictionHard: readonly Threshold[];
  readonly kubeletVersion: string;
  readonly port: number;
  readonly statusUpdateMs: number;
  readonly statusReportMs: number;
  readonly leaseSeconds: number;
  readonly relistMs: number;
  readonly syncMs: number;
  /** seccompDefault: containers without a profile get the runtime's default. */
  readonly seccompDefault: boolean;
  /** allowedSysctls are the kernel parameters that pods may set; one that ends in `*` stands for all that begin so. */
  readonly allowedSysctls: readonly string[];
  readonly logMaxBytes: number;
  readonly logMaxFiles: number;
  readonly imageGcHighPercent: number;
  readonly imageGcLowPercent: number;
  /** memoryVolumes: secrets and tokens live in tmpfs, as mounting is possible. */
  readonly memoryVolumes: boolean;
}

/** KubeletDeps is what the kubelet's parts work with. */
export interface KubeletDeps {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly runtime: CriRuntime;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: KubeletOptions;
  /** metrics is where the kubelet's own go; none are kept without. */
  readonly metrics?: Registry;
}
