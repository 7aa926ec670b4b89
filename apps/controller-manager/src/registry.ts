import type { ControllerDefinition } from './context';
import { startCsrApproving } from './controllers/certificates/approving';
import { startCsrCleaner } from './controllers/certificates/cleaner';
import { startCsrSigning } from './controllers/certificates/signing';
import { startClusterRoleAggregation } from './controllers/clusterrole-aggregation/controller';
import { startCronJob } from './controllers/cronjob/controller';
import { startDaemonSet } from './controllers/daemonset/controller';
import { startDeployment } from './controllers/deployment/controller';
import { startDisruption } from './controllers/disruption/controller';
import { startEndpointSlice } from './controllers/endpointslice/controller';
import { startEndpointSliceMirroring } from './controllers/endpointslicemirroring/controller';
import { startEndpoints } from './controllers/endpoints/controller';
import { startGarbageCollector } from './controllers/garbage-collector/controller';
import { startJob } from './controllers/job/controller';
import { startNamespace } from './controllers/namespace/controller';
import { startNodeIpam } from './controllers/node-ipam/controller';
import { startNodeLifecycle, startTaintEviction } from './controllers/node-lifecycle/controller';
import { startPersistentVolumeBinder } from './controllers/persistentvolume-binder/controller';
import { startPodGc } from './controllers/pod-gc/controller';
import { startReplicaSet, startReplicationController } from './controllers/replicaset/controller';
import { startResourceQuota } from './controllers/resourcequota/controller';
import { startRootCa } from './controllers/root-ca/controller';
import { startServiceAccount } from './controllers/serviceaccount/controller';
import { startServiceCidrs } from './controllers/servicecidrs/controller';
import { startServiceAccountToken } from './controllers/serviceaccount-token/controller';
import { startStatefulSet } from './controllers/statefulset/controller';
import { startTtl } from './controllers/ttl/controller';
import { startTtlAfterFinished } from './controllers/ttl-after-finished/controller';
import { startPolicyStatus } from './controllers/validatingadmissionpolicy-status/controller';
import { startPvProtection, startPvcProtection } from './controllers/volume-protection/controller';

/** CONTROLLERS are all controllers there are, by upstream's names. */
export const CONTROLLERS: readonly ControllerDefinition[] = [
  {
    name: 'deployment-controller',
    alias: 'deployment',
    serviceAccount: 'deployment-controller',
    start: startDeployment,
  },
  {
    name: 'replicaset-controller',
    alias: 'replicaset',
    serviceAccount: 'replicaset-controller',
    start: startReplicaSet,
  },
  {
    name: 'replicationcontroller-controller',
    alias: 'replicationcontroller',
    serviceAccount: 'replication-controller',
    eventSource: 'replication-controller',
    start: startReplicationController,
  },
  {
    name: 'endpoints-controller',
    alias: 'endpoint',
    serviceAccount: 'endpoint-controller',
    eventSource: 'endpoint-controller',
    start: startEndpoints,
  },
  {
    name: 'endpointslice-controller',
    alias: 'endpointslice',
    serviceAccount: 'endpointslice-controller',
    eventSource: 'endpoint-slice-controller',
    start: startEndpointSlice,
  },
  {
    name: 'endpointslice-mirroring-controller',
    alias: 'endpointslicemirroring',
    serviceAccount: 'endpointslicemirroring-controller',
    eventSource: 'endpoint-slice-mirroring-controller',
    start: startEndpointSliceMirroring,
  },
  { name: 'namespace-controller', alias: 'namespace', serviceAccount: 'namespace-controller', start: startNamespace },
  {
    name: 'serviceaccount-controller',
    alias: 'serviceaccount',
    serviceAccount: 'service-account-controller',
    start: startServiceAccount,
  },
  {
    name: 'root-ca-certificate-publisher-controller',
    alias: 'root-ca-cert-publisher',
    serviceAccount: 'root-ca-cert-publisher',
    start: startRootCa,
  },
  {
    name: 'resourcequota-controller',
    alias: 'resourcequota',
    serviceAccount: 'resourcequota-controller',
    start: startResourceQuota,
  },
  {
    name: 'node-lifecycle-controller',
    alias: 'nodelifecycle',
    serviceAccount: 'node-controller',
    eventSource: 'node-controller',
    start: startNodeLifecycle,
  },
  {
    name: 'taint-eviction-controller',
    alias: 'taint-eviction',
    serviceAccount: 'node-controller',
    start: startTaintEviction,
  },
  {
    name: 'node-ipam-controller',
    alias: 'nodeipam',
    serviceAccount: 'node-controller',
    eventSource: 'cidrAllocator',
    start: startNodeIpam,
  },
  {
    name: 'pod-garbage-collector-controller',
    alias: 'podgc',
    serviceAccount: 'pod-garbage-collector',
    start: startPodGc,
  },
  {
    name: 'garbage-collector-controller',
    alias: 'garbagecollector',
    serviceAccount: 'generic-garbage-collector',
    start: startGarbageCollector,
  },
  { name: 'daemonset-controller', alias: 'daemonset', serviceAccount: 'daemon-set-controller', start: startDaemonSet },
  {
    name: 'statefulset-controller',
    alias: 'statefulset',
    serviceAccount: 'statefulset-controller',
    start: startStatefulSet,
  },
  { name: 'job-controller', alias: 'job', serviceAccount: 'job-controller', start: startJob },
  { name: 'cronjob-controller', alias: 'cronjob', serviceAccount: 'cronjob-controller', start: startCronJob },
  {
    name: 'disruption-controller',
    alias: 'disruption',
    serviceAccount: 'disruption-controller',
    eventSource: 'controllermanager',
    start: startDisruption,
  },
  {
    name: 'certificatesigningrequest-approving-controller',
    alias: 'csrapproving',
    serviceAccount: 'certificate-controller',
    start: startCsrApproving,
  },
  {
    name: 'certificatesigningrequest-signing-controller',
    alias: 'csrsigning',
    serviceAccount: 'certificate-controller',
    start: startCsrSigning,
  },
  {
    name: 'certificatesigningrequest-cleaner-controller',
    alias: 'csrcleaner',
    serviceAccount: 'certificate-controller',
    start: startCsrCleaner,
  },
  // It needs more than an account of its own may have: the process acts itself.
  {
    name: 'serviceaccount-token-controller',
    alias: 'serviceaccount-token',
    serviceAccount: '',
    start: startServiceAccountToken,
  },
  {
    name: 'persistentvolume-binder-controller',
    alias: 'persistentvolume-binder',
    serviceAccount: 'persistent-volume-binder',
    eventSource: 'persistentvolume-controller',
    start: startPersistentVolumeBinder,
  },
  {
    name: 'persistentvolumeclaim-protection-controller',
    alias: 'pvc-protection',
    serviceAccount: 'pvc-protection-controller',
    start: startPvcProtection,
  },
  {
    name: 'persistentvolume-protection-controller',
    alias: 'pv-protection',
    serviceAccount: 'pv-protection-controller',
    start: startPvProtection,
  },
  { name: 'ttl-controller', alias: 'ttl', serviceAccount: 'ttl-controller', start: startTtl },
  {
    name: 'ttl-after-finished-controller',
    alias: 'ttl-after-finished',
    serviceAccount: 'ttl-after-finished-controller',
    start: startTtlAfterFinished,
  },
  {
    name: 'clusterrole-aggregation-controller',
    alias: 'clusterrole-aggregation',
    serviceAccount: 'clusterrole-aggregation-controller',
    start: startClusterRoleAggregation,
  },
  {
    name: 'validatingadmissionpolicy-status-controller',
    alias: 'validatingadmissionpolicy-status',
    serviceAccount: 'validatingadmissionpolicy-status-controller',
    start: startPolicyStatus,
  },
  {
    name: 'service-cidr-controller',
    alias: 'service-cidr',
    serviceAccount: 'service-cidrs-controller',
    start: startServiceCidrs,
  },
];

/**
 * selectControllers reads `--controllers`: `*` stands for all, `name` switches one on, `-name` off; names and their older aliases.
 * The first mention of a controller decides. It throws for a name that nobody has.
 */
export function selectControllers(
  flag: readonly string[],
  all: readonly ControllerDefinition[] = CONTROLLERS,
): ControllerDefinition[] {
  const bare = (entry: string) => entry.replace(/^-/, '');
  const unknown = flag
    .map(bare)
    .filter(entry => entry !== '*' && !all.some(({ name, alias }) => name === entry || alias === entry));
  if (unknown.length) throw new Error(`${JSON.stringify(unknown[0])} is not in the list of known controllers`);
  return all.filter(({ name, alias }) => {
    const mention = flag.find(entry => bare(entry) === name || bare(entry) === alias);
    return mention === undefined ? flag.includes('*') : !mention.startsWith('-');
  });
}
