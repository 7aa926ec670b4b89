import type {
  admissionregistrationv1,
  apiextensionsv1,
  apiregistrationv1,
  appsv1,
  authenticationv1,
  authorizationv1,
  autoscalingv1,
  autoscalingv2,
  batchv1,
  certificatesv1,
  coordinationv1,
  corev1,
  discoveryv1,
  eventsv1,
  flowcontrolv1,
  networkingv1,
  nodev1,
  policyv1,
  rbacv1,
  schedulingv1,
  storagev1,
} from './generated/types';
import { resource } from './resource-token';

export const Bindings = resource<corev1.Binding>('v1', 'bindings', 'Binding', true);
export const ComponentStatuses = resource<corev1.ComponentStatus>('v1', 'componentstatuses', 'ComponentStatus', false);
export const ConfigMaps = resource<corev1.ConfigMap>('v1', 'configmaps', 'ConfigMap', true);
export const Endpoints = resource<corev1.Endpoints>('v1', 'endpoints', 'Endpoints', true);
export const CoreEvents = resource<corev1.Event>('v1', 'events', 'Event', true);
export const LimitRanges = resource<corev1.LimitRange>('v1', 'limitranges', 'LimitRange', true);
export const Namespaces = resource<corev1.Namespace>('v1', 'namespaces', 'Namespace', false);
export const Nodes = resource<corev1.Node>('v1', 'nodes', 'Node', false);
export const PersistentVolumeClaims = resource<corev1.PersistentVolumeClaim>(
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
  true,
);
export const PersistentVolumes = resource<corev1.PersistentVolume>(
  'v1',
  'persistentvolumes',
  'PersistentVolume',
  false,
);
export const Pods = resource<corev1.Pod>('v1', 'pods', 'Pod', true);
export const PodTemplates = resource<corev1.PodTemplate>('v1', 'podtemplates', 'PodTemplate', true);
export const ReplicationControllers = resource<corev1.ReplicationController>(
  'v1',
  'replicationcontrollers',
  'ReplicationController',
  true,
);
export const ResourceQuotas = resource<corev1.ResourceQuota>('v1', 'resourcequotas', 'ResourceQuota', true);
export const Secrets = resource<corev1.Secret>('v1', 'secrets', 'Secret', true);
export const ServiceAccounts = resource<corev1.ServiceAccount>('v1', 'serviceaccounts', 'ServiceAccount', true);
export const Services = resource<corev1.Service>('v1', 'services', 'Service', true);

export const APIServices = resource<apiregistrationv1.APIService>(
  'apiregistration.k8s.io/v1',
  'apiservices',
  'APIService',
  false,
);
export const ControllerRevisions = resource<appsv1.ControllerRevision>(
  'apps/v1',
  'controllerrevisions',
  'ControllerRevision',
  true,
);
export const DaemonSets = resource<appsv1.DaemonSet>('apps/v1', 'daemonsets', 'DaemonSet', true);
export const Deployments = resource<appsv1.Deployment>('apps/v1', 'deployments', 'Deployment', true);
export const ReplicaSets = resource<appsv1.ReplicaSet>('apps/v1', 'replicasets', 'ReplicaSet', true);
export const StatefulSets = resource<appsv1.StatefulSet>('apps/v1', 'statefulsets', 'StatefulSet', true);
export const Events = resource<eventsv1.Event>('events.k8s.io/v1', 'events', 'Event', true);
export const TokenReviews = resource<authenticationv1.TokenReview>(
  'authentication.k8s.io/v1',
  'tokenreviews',
  'TokenReview',
  false,
);
export const SelfSubjectReviews = resource<authenticationv1.SelfSubjectReview>(
  'authentication.k8s.io/v1',
  'selfsubjectreviews',
  'SelfSubjectReview',
  false,
);
export const LocalSubjectAccessReviews = resource<authorizationv1.LocalSubjectAccessReview>(
  'authorization.k8s.io/v1',
  'localsubjectaccessreviews',
  'LocalSubjectAccessReview',
  true,
);
export const SelfSubjectAccessReviews = resource<authorizationv1.SelfSubjectAccessReview>(
  'authorization.k8s.io/v1',
  'selfsubjectaccessreviews',
  'SelfSubjectAccessReview',
  false,
);
export const SelfSubjectRulesReviews = resource<authorizationv1.SelfSubjectRulesReview>(
  'authorization.k8s.io/v1',
  'selfsubjectrulesreviews',
  'SelfSubjectRulesReview',
  false,
);
export const SubjectAccessReviews = resource<authorizationv1.SubjectAccessReview>(
  'authorization.k8s.io/v1',
  'subjectaccessreviews',
  'SubjectAccessReview',
  false,
);
export const HorizontalPodAutoscalers = resource<autoscalingv2.HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
  true,
);
export const Scales = resource<autoscalingv1.Scale>('autoscaling/v1', 'scales', 'Scale', true);
export const CronJobs = resource<batchv1.CronJob>('batch/v1', 'cronjobs', 'CronJob', true);
export const Jobs = resource<batchv1.Job>('batch/v1', 'jobs', 'Job', true);
export const CertificateSigningRequests = resource<certificatesv1.CertificateSigningRequest>(
  'certificates.k8s.io/v1',
  'certificatesigningrequests',
  'CertificateSigningRequest',
  false,
);
export const IPAddresses = resource<networkingv1.IPAddress>('networking.k8s.io/v1', 'ipaddresses', 'IPAddress', false);
export const ServiceCIDRs = resource<networkingv1.ServiceCIDR>(
  'networking.k8s.io/v1',
  'servicecidrs',
  'ServiceCIDR',
  false,
);
export const Ingresses = resource<networkingv1.Ingress>('networking.k8s.io/v1', 'ingresses', 'Ingress', true);
export const IngressClasses = resource<networkingv1.IngressClass>(
  'networking.k8s.io/v1',
  'ingressclasses',
  'IngressClass',
  false,
);
export const NetworkPolicies = resource<networkingv1.NetworkPolicy>(
  'networking.k8s.io/v1',
  'networkpolicies',
  'NetworkPolicy',
  true,
);
export const PodDisruptionBudgets = resource<policyv1.PodDisruptionBudget>(
  'policy/v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
  true,
);
export const ClusterRoleBindings = resource<rbacv1.ClusterRoleBinding>(
  'rbac.authorization.k8s.io/v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
  false,
);
export const ClusterRoles = resource<rbacv1.ClusterRole>(
  'rbac.authorization.k8s.io/v1',
  'clusterroles',
  'ClusterRole',
  false,
);
export const RoleBindings = resource<rbacv1.RoleBinding>(
  'rbac.authorization.k8s.io/v1',
  'rolebindings',
  'RoleBinding',
  true,
);
export const Roles = resource<rbacv1.Role>('rbac.authorization.k8s.io/v1', 'roles', 'Role', true);
export const CSIDrivers = resource<storagev1.CSIDriver>('storage.k8s.io/v1', 'csidrivers', 'CSIDriver', false);
export const CSINodes = resource<storagev1.CSINode>('storage.k8s.io/v1', 'csinodes', 'CSINode', false);
export const CSIStorageCapacities = resource<storagev1.CSIStorageCapacity>(
  'storage.k8s.io/v1',
  'csistoragecapacities',
  'CSIStorageCapacity',
  true,
);
export const StorageClasses = resource<storagev1.StorageClass>(
  'storage.k8s.io/v1',
  'storageclasses',
  'StorageClass',
  false,
);
export const VolumeAttachments = resource<storagev1.VolumeAttachment>(
  'storage.k8s.io/v1',
  'volumeattachments',
  'VolumeAttachment',
  false,
);
export const MutatingWebhookConfigurations = resource<admissionregistrationv1.MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  false,
);
export const ValidatingWebhookConfigurations = resource<admissionregistrationv1.ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);
export const ValidatingAdmissionPolicies = resource<admissionregistrationv1.ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1',
  'validatingadmissionpolicies',
  'ValidatingAdmissionPolicy',
  false,
);
export const ValidatingAdmissionPolicyBindings = resource<admissionregistrationv1.ValidatingAdmissionPolicyBinding>(
  'admissionregistration.k8s.io/v1',
  'validatingadmissionpolicybindings',
  'ValidatingAdmissionPolicyBinding',
  false,
);
export const CustomResourceDefinitions = resource<apiextensionsv1.CustomResourceDefinition>(
  'apiextensions.k8s.io/v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const PriorityClasses = resource<schedulingv1.PriorityClass>(
  'scheduling.k8s.io/v1',
  'priorityclasses',
  'PriorityClass',
  false,
);
export const Leases = resource<coordinationv1.Lease>('coordination.k8s.io/v1', 'leases', 'Lease', true);
export const RuntimeClasses = resource<nodev1.RuntimeClass>('node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass', false);
export const EndpointSlices = resource<discoveryv1.EndpointSlice>(
  'discovery.k8s.io/v1',
  'endpointslices',
  'EndpointSlice',
  true,
);
export const FlowSchemas = resource<flowcontrolv1.FlowSchema>(
  'flowcontrol.apiserver.k8s.io/v1',
  'flowschemas',
  'FlowSchema',
  false,
);
export const PriorityLevelConfigurations = resource<flowcontrolv1.PriorityLevelConfiguration>(
  'flowcontrol.apiserver.k8s.io/v1',
  'prioritylevelconfigurations',
  'PriorityLevelConfiguration',
  false,
);
