import os from 'node:os';
import { flag } from '@navarch/nest-host';
import type { FlagSet, FlagValues } from '@navarch/nest-host';
import { parseThresholds } from './eviction/thresholds';
import { parseLabels, parseTaints } from './node/node-object';
import { minorOf } from './features';
import type { KubeletOptions } from './options';
import { allowedSysctls } from './runtime/sysctls';
import { wholeValue } from './resources/quantity';

/** KUBELET_FLAGS are named as upstream's; those that upstream has not are marked (Navarch). */
export const KUBELET_FLAGS = {
  'hostname-override': flag.string('', 'name of the node; the host name unless given'),
  'node-ip': flag.string('', "the node's address; the first of the machine unless given"),
  'node-labels': flag.strings([], 'labels the node registers with, key=value'),
  'register-node': flag.bool(true, 'register the node with the API'),
  'register-with-taints': flag.strings([], 'taints the node registers with, key=value:Effect'),
  'root-dir': flag.string('/var/lib/kubelet', 'directory of pods, volumes and state'),
  'pod-logs-dir': flag.string('/var/log/pods', 'directory of container logs'),
  'container-logs-dir': flag.string(
    '/var/log/containers',
    'directory of links to container logs, for collectors; empty for none (Navarch)',
  ),
  'pod-manifest-path': flag.string('', 'directory of static pods'),
  'container-runtime-endpoint': flag.string(
    'unix:///run/containerd/containerd.sock',
    'socket of the container runtime; hollow:// simulates one (Navarch)',
  ),
  'cluster-dns': flag.strings([], 'addresses of the cluster DNS server'),
  'cluster-domain': flag.string('cluster.local', 'domain of the cluster'),
  'resolv-conf': flag.string('/etc/resolv.conf', 'resolver configuration that pods inherit'),
  'cgroup-root': flag.string('', 'cgroup below which pods live'),
  'cgroups-per-qos': flag.bool(true, 'give each pod a cgroup of its own'),
  'max-pods': flag.int(110, 'how many pods may run on the node'),
  'pod-cidr': flag.string('', "the node's range of pod addresses; what the API gives it unless given"),
  'cluster-cidr': flag.string('10.244.0.0/16', 'range of all pod addresses (Navarch)'),
  'cni-conf-dir': flag.string(
    '',
    'directory to write the bridge network configuration to; empty leaves CNI to others (Navarch)',
  ),
  'node-routes': flag.bool(
    false,
    "keep host routes to the other nodes' pods; from 1.32 on a role has to let nodes read each other (Navarch)",
  ),
  'system-reserved': flag.strings([], 'resources kept for the system, cpu=200m,memory=100Mi'),
  'kube-reserved': flag.strings([], 'resources kept for Kubernetes, cpu=200m,memory=100Mi'),
  'eviction-hard': flag.strings(
    ['memory.available<100Mi', 'nodefs.available<10%', 'nodefs.inodesFree<5%', 'imagefs.available<15%'],
    'what must stay free, or pods are evicted',
  ),
  'kubelet-version': flag.string('v1.33.0', 'release the node says it runs (Navarch)'),
  'node-status-update-frequency': flag.duration('10s', 'how often the status is looked at'),
  'node-status-report-frequency': flag.duration('5m', 'how often an unchanged status is reported'),
  'node-lease-duration-seconds': flag.int(40, 'how long the node lease is valid'),
  'runtime-relist-period': flag.duration('15s', 'how often pods are listed, beside events (Navarch)'),
  'sync-frequency': flag.duration('60s', 'longest time between looks at a pod'),
  'seccomp-default': flag.bool(false, 'use RuntimeDefault where no seccomp profile is given'),
  'allowed-unsafe-sysctls': flag.strings(
    [],
    'kernel parameters that pods may set beside the safe ones; net.* for all of a kind',
  ),
  'container-log-max-size': flag.string('10Mi', 'size at which a log is rotated'),
  'container-log-max-files': flag.int(5, 'how many files of a log are kept'),
  'image-gc-high-threshold': flag.int(85, 'disk usage in percent at which unused images are removed'),
  'image-gc-low-threshold': flag.int(80, 'disk usage in percent down to which images are removed'),
} satisfies FlagSet;

export type KubeletFlagValues = FlagValues<typeof KUBELET_FLAGS>;

/** nodeNameOf is the node's name by its flags. */
export function nodeNameOf(flags: Pick<KubeletFlagValues, 'hostname-override'>): string {
  return (flags['hostname-override'] || os.hostname()).trim().toLowerCase();
}

/** kubeletOptions checks the flags. Throws for what does not parse. */
export function kubeletOptions(flags: KubeletFlagValues, port: number): KubeletOptions {
  const hollow = isHollow(flags);
  return {
    nodeName: nodeNameOf(flags),
    nodeIp: flags['node-ip'],
    rootDir: flags['root-dir'],
    podLogsDir: flags['pod-logs-dir'],
    containerLogsDir: hollow ? '' : flags['container-logs-dir'],
    podManifestPath: flags['pod-manifest-path'],
    clusterDns: flags['cluster-dns'],
    clusterDomain: flags['cluster-domain'],
    resolvConf: flags['resolv-conf'],
    cgroupRoot: flags['cgroup-root'],
    cgroupsPerQos: flags['cgroups-per-qos'] && !hollow,
    maxPods: flags['max-pods'],
    podCidr: flags['pod-cidr'],
    clusterCidr: flags['cluster-cidr'],
    cniConfDir: hollow ? '' : flags['cni-conf-dir'],
    routes: flags['node-routes'] && !hollow,
    registerNode: flags['register-node'],
    nodeLabels: parseLabels(flags['node-labels']),
    registerTaints: parseTaints(flags['register-with-taints']),
    systemReserved: parseLabels(flags['system-reserved']),
    kubeReserved: parseLabels(flags['kube-reserved']),
    evictionHard: hollow ? [] : parseThresholds(flags['eviction-hard']),
    kubeletVersion: flags['kubelet-version'],
    port,
    statusUpdateMs: flags['node-status-update-frequency'],
    statusReportMs: flags['node-status-report-frequency'],
    leaseSeconds: flags['node-lease-duration-seconds'],
    relistMs: flags['runtime-relist-period'],
    syncMs: flags['sync-frequency'],
    seccompDefault: flags['seccomp-default'],
    allowedSysctls: allowedSysctls(flags['allowed-unsafe-sysctls'], minorOf(flags['kubelet-version'])),
    logMaxBytes: wholeValue(flags['container-log-max-size']),
    logMaxFiles: flags['container-log-max-files'],
    imageGcHighPercent: flags['image-gc-high-threshold'],
    imageGcLowPercent: flags['image-gc-low-threshold'],
    memoryVolumes: !hollow && process.getuid?.() === 0,
  };
}

/** isHollow: pods are simulated. */
export function isHollow(flags: Pick<KubeletFlagValues, 'container-runtime-endpoint'>): boolean {
  return flags['container-runtime-endpoint'].startsWith('hollow:');
}
