import type { KindDefinition, Minor } from './kind';
import { mutatingWebhookConfiguration } from './admissionregistration/v1/mutating-webhook-configuration/kind';
import { validatingAdmissionPolicyBinding } from './admissionregistration/v1/validating-admission-policy-binding/kind';
import { validatingAdmissionPolicy } from './admissionregistration/v1/validating-admission-policy/kind';
import { validatingWebhookConfiguration } from './admissionregistration/v1/validating-webhook-configuration/kind';
import { customResourceDefinition } from './apiextensions/v1/custom-resource-definition/kind';
import { apiService } from './apiregistration/v1/api-service/kind';
import { storageVersion } from './apiserverinternal/v1alpha1/storage-version/kind';
import { controllerRevision } from './apps/v1/controller-revision/kind';
import { daemonSet } from './apps/v1/daemon-set/kind';
import { deployment } from './apps/v1/deployment/kind';
import { replicaSet } from './apps/v1/replica-set/kind';
import { statefulSet } from './apps/v1/stateful-set/kind';
import { selfSubjectReview } from './authentication/v1/self-subject-review/kind';
import { tokenReview } from './authentication/v1/token-review/kind';
import { localSubjectAccessReview } from './authorization/v1/local-subject-access-review/kind';
import { selfSubjectAccessReview } from './authorization/v1/self-subject-access-review/kind';
import { selfSubjectRulesReview } from './authorization/v1/self-subject-rules-review/kind';
import { subjectAccessReview } from './authorization/v1/subject-access-review/kind';
import { horizontalPodAutoscaler } from './autoscaling/v2/horizontal-pod-autoscaler/kind';
import { cronJob } from './batch/v1/cron-job/kind';
import { job } from './batch/v1/job/kind';
import { certificateSigningRequest } from './certificates/v1/certificate-signing-request/kind';
import { clusterTrustBundle } from './certificates/v1beta1/cluster-trust-bundle/kind';
import { lease } from './coordination/v1/lease/kind';
import { binding } from './core/v1/binding/kind';
import { componentStatus } from './core/v1/component-status/kind';
import { configMap } from './core/v1/config-map/kind';
import { endpoints } from './core/v1/endpoints/kind';
import { event } from './core/v1/event/kind';
import { limitRange } from './core/v1/limit-range/kind';
import { namespace } from './core/v1/namespace/kind';
import { node } from './core/v1/node/kind';
import { persistentVolumeClaim } from './core/v1/persistent-volume-claim/kind';
import { persistentVolume } from './core/v1/persistent-volume/kind';
import { podTemplate } from './core/v1/pod-template/kind';
import { pod } from './core/v1/pod/kind';
import { replicationController } from './core/v1/replication-controller/kind';
import { resourceQuota } from './core/v1/resource-quota/kind';
import { secret } from './core/v1/secret/kind';
import { serviceAccount } from './core/v1/service-account/kind';
import { service } from './core/v1/service/kind';
import { endpointSlice } from './discovery/v1/endpoint-slice/kind';
import { flowSchema } from './flowcontrol/v1/flow-schema/kind';
import { priorityLevelConfiguration } from './flowcontrol/v1/priority-level-configuration/kind';
import { ingressClass } from './networking/v1/ingress-class/kind';
import { ingress } from './networking/v1/ingress/kind';
import { ipAddress } from './networking/v1/ip-address/kind';
import { networkPolicy } from './networking/v1/network-policy/kind';
import { serviceCIDR } from './networking/v1/service-cidr/kind';
import { runtimeClass } from './node/v1/runtime-class/kind';
import { podDisruptionBudget } from './policy/v1/pod-disruption-budget/kind';
import { podSecurityPolicy } from './policy/v1beta1/pod-security-policy/kind';
import { clusterRoleBinding } from './rbac/v1/cluster-role-binding/kind';
import { clusterRole } from './rbac/v1/cluster-role/kind';
import { roleBinding } from './rbac/v1/role-binding/kind';
import { role } from './rbac/v1/role/kind';
import { deviceClass } from './resource/v1beta2/device-class/kind';
import { resourceClaimTemplate } from './resource/v1beta2/resource-claim-template/kind';
import { resourceClaim } from './resource/v1beta2/resource-claim/kind';
import { resourceSlice } from './resource/v1beta2/resource-slice/kind';
import { priorityClass } from './scheduling/v1/priority-class/kind';
import { csiDriver } from './storage/v1/csi-driver/kind';
import { csiNode } from './storage/v1/csi-node/kind';
import { csiStorageCapacity } from './storage/v1/csi-storage-capacity/kind';
import { storageClass } from './storage/v1/storage-class/kind';
import { volumeAttachment } from './storage/v1/volume-attachment/kind';
import { volumeAttributesClass } from './storage/v1beta1/volume-attributes-class/kind';

/** KindSource is a kind, or how it is made for a release where more differs than since and until can say. */
export type KindSource = KindDefinition | ((emulated: Minor) => KindDefinition);

/** SOURCES lists every built-in kind. Order: groups as discovery lists them, kinds as they come. */
export const SOURCES: readonly KindSource[] = [
  binding,
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
  apiService,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  tokenReview,
  selfSubjectReview,
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  horizontalPodAutoscaler,
  job,
  cronJob,
  certificateSigningRequest,
  clusterTrustBundle,
  ingressClass,
  ingress,
  networkPolicy,
  ipAddress,
  serviceCIDR,
  podDisruptionBudget,
  podSecurityPolicy,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  customResourceDefinition,
  priorityClass,
  lease,
  runtimeClass,
  endpointSlice,
  flowSchema,
  priorityLevelConfiguration,
  storageVersion,
  deviceClass,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
];
