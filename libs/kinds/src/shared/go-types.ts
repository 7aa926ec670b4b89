/** CONTAINER is what containers of all sorts have. */
const CONTAINER =
  'Name string, Image string, Command []string, Args []string, WorkingDir string, Ports []core.ContainerPort, ' +
  'EnvFrom []core.EnvFromSource, Env []core.EnvVar, Resources core.ResourceRequirements, ' +
  'ResizePolicy []core.ContainerResizePolicy +27, RestartPolicy *core.ContainerRestartPolicy +28, ' +
  'VolumeMounts []core.VolumeMount, VolumeDevices []core.VolumeDevice, LivenessProbe *core.Probe, ' +
  'ReadinessProbe *core.Probe, StartupProbe *core.Probe, Lifecycle *core.Lifecycle, TerminationMessagePath string, ' +
  'TerminationMessagePolicy string, ImagePullPolicy string, SecurityContext *core.SecurityContext, Stdin bool, ' +
  'StdinOnce bool, TTY bool';

/**
 * GO_TYPES are the structs that messages show, as Go declares them: fields in order with their types, one without a name embedded. `+22` marks a
 * field since release 22, `-24` one that is gone since release 24.
 */
export const GO_TYPES: Readonly<Record<string, string>> = {
  'v1.ObjectMeta':
    'Name string, GenerateName string, Namespace string, SelfLink string, UID string, ResourceVersion string, Generation int64, ' +
    'CreationTimestamp v1.Time, DeletionTimestamp *v1.Time, DeletionGracePeriodSeconds *int64, Labels map[string]string, ' +
    'Annotations map[string]string, OwnerReferences []v1.OwnerReference, Finalizers []string, ClusterName string -24, ' +
    'ManagedFields []v1.ManagedFieldsEntry',
  'v1.OwnerReference':
    'APIVersion string, Kind string, Name string, UID string, Controller *bool, BlockOwnerDeletion *bool',

  'core.PodTemplateSpec': 'v1.ObjectMeta, Spec core.PodSpec',
  'core.PodSpec':
    'Volumes []core.Volume, InitContainers []core.Container, Containers []core.Container, ' +
    'EphemeralContainers []core.EphemeralContainer, RestartPolicy string, TerminationGracePeriodSeconds *int64, ' +
    'ActiveDeadlineSeconds *int64, DNSPolicy string, NodeSelector map[string]string, ServiceAccountName string, ' +
    'AutomountServiceAccountToken *bool, NodeName string, SecurityContext *core.PodSecurityContext, ' +
    'ImagePullSecrets []core.LocalObjectReference, Hostname string, Subdomain string, SetHostnameAsFQDN *bool, ' +
    'Affinity *core.Affinity, SchedulerName string, Tolerations []core.Toleration, HostAliases []core.HostAlias, ' +
    'PriorityClassName string, Priority *int32, PreemptionPolicy *core.PreemptionPolicy, DNSConfig *core.PodDNSConfig, ' +
    'ReadinessGates []core.PodReadinessGate, RuntimeClassName *string, Overhead core.ResourceList, EnableServiceLinks *bool, ' +
    'TopologySpreadConstraints []core.TopologySpreadConstraint, OS *core.PodOS +22, ' +
    'SchedulingGates []core.PodSchedulingGate +26, ResourceClaims []core.PodResourceClaim +26, ' +
    'Resources *core.ResourceRequirements +32',
  'core.Container': CONTAINER,
  'core.ContainerPort': 'Name string, HostPort int32, ContainerPort int32, Protocol string, HostIP string',
  'core.EnvFromSource': 'Prefix string, ConfigMapRef *core.ConfigMapEnvSource, SecretRef *core.SecretEnvSource',
  'core.EnvVar': 'Name string, Value string, ValueFrom *core.EnvVarSource',
  'core.ResourceRequirements': 'Limits core.ResourceList, Requests core.ResourceList, Claims []core.ResourceClaim +26',
  'core.ResourceClaim': 'Name string, Request string +31',
  'core.ContainerResizePolicy': 'ResourceName string, RestartPolicy string',
  'core.VolumeMount':
    'Name string, ReadOnly bool, RecursiveReadOnly *core.RecursiveReadOnlyMode +30, MountPath string, SubPath string, ' +
    'MountPropagation *core.MountPropagationMode, SubPathExpr string',
  'core.VolumeDevice': 'Name string, DevicePath string',
  'core.LocalObjectReference': 'Name string',
  'core.Toleration': 'Key string, Operator string, Value string, Effect string, TolerationSeconds *int64',
  'core.HostAlias': 'IP string, Hostnames []string',
  'core.PodReadinessGate': 'ConditionType string',
  'core.PodSchedulingGate': 'Name string',
  'core.PodResourceClaim':
    'Name string, Source core.ClaimSource -31, ResourceClaimName *string +31, ResourceClaimTemplateName *string +31',
  'core.ClaimSource': 'ResourceClaimName *string, ResourceClaimTemplateName *string',
  'core.TopologySpreadConstraint':
    'MaxSkew int32, TopologyKey string, WhenUnsatisfiable string, LabelSelector *v1.LabelSelector, MinDomains *int32 +24, ' +
    'NodeAffinityPolicy *core.NodeInclusionPolicy +25, NodeTaintsPolicy *core.NodeInclusionPolicy +25, MatchLabelKeys []string +25',
  'core.Volume': 'Name string, core.VolumeSource',
  'core.VolumeSource':
    'HostPath *core.HostPathVolumeSource, EmptyDir *core.EmptyDirVolumeSource, ' +
    'GCEPersistentDisk *core.GCEPersistentDiskVolumeSource, AWSElasticBlockStore *core.AWSElasticBlockStoreVolumeSource, ' +
    'GitRepo *core.GitRepoVolumeSource, Secret *core.SecretVolumeSource, NFS *core.NFSVolumeSource, ' +
    'ISCSI *core.ISCSIVolumeSource, Glusterfs *core.GlusterfsVolumeSource, ' +
    'PersistentVolumeClaim *core.PersistentVolumeClaimVolumeSource, RBD *core.RBDVolumeSource, ' +
    'Quobyte *core.QuobyteVolumeSource, FlexVolume *core.FlexVolumeSource, Cinder *core.CinderVolumeSource, ' +
    'CephFS *core.CephFSVolumeSource, Flocker *core.FlockerVolumeSource, DownwardAPI *core.DownwardAPIVolumeSource, ' +
    'FC *core.FCVolumeSource, AzureFile *core.AzureFileVolumeSource, ConfigMap *core.ConfigMapVolumeSource, ' +
    'VsphereVolume *core.VsphereVirtualDiskVolumeSource, AzureDisk *core.AzureDiskVolumeSource, ' +
    'PhotonPersistentDisk *core.PhotonPersistentDiskVolumeSource, Projected *core.ProjectedVolumeSource, ' +
    'PortworxVolume *core.PortworxVolumeSource, ScaleIO *core.ScaleIOVolumeSource, StorageOS *core.StorageOSVolumeSource, ' +
    'CSI *core.CSIVolumeSource, Ephemeral *core.EphemeralVolumeSource, Image *core.ImageVolumeSource +31',
  'core.EphemeralContainer': 'core.EphemeralContainerCommon, TargetContainerName string',
  'core.EphemeralContainerCommon': CONTAINER,
  'core.ServicePort':
    'Name string, Protocol string, AppProtocol *string, Port int32, TargetPort intstr.IntOrString, NodePort int32',

  'apiextensions.CustomResourceDefinitionVersion':
    'Name string, Served bool, Storage bool, Deprecated bool, DeprecationWarning *string, ' +
    'Schema *apiextensions.CustomResourceValidation, Subresources *apiextensions.CustomResourceSubresources, ' +
    'AdditionalPrinterColumns []apiextensions.CustomResourceColumnDefinition, ' +
    'SelectableFields []apiextensions.SelectableField +30',
  'apiextensions.CustomResourceColumnDefinition':
    'Name string, Type string, Format string, Description string, Priority int32, JSONPath string',
  'apiextensions.SelectableField': 'JSONPath string',

  'storage.CSIDriverSpec':
    'AttachRequired *bool, FSGroupPolicy *storage.FSGroupPolicy, PodInfoOnMount *bool, ' +
    'VolumeLifecycleModes []storage.VolumeLifecycleMode, StorageCapacity *bool, TokenRequests []storage.TokenRequest, ' +
    'RequiresRepublish *bool',
  'storage.TokenRequest': 'Audience string, ExpirationSeconds *int64',

  'flowcontrol.FlowSchemaSpec':
    'PriorityLevelConfiguration flowcontrol.PriorityLevelConfigurationReference, MatchingPrecedence int32, ' +
    'DistinguisherMethod *flowcontrol.FlowDistinguisherMethod, Rules []flowcontrol.PolicyRulesWithSubjects',
  'flowcontrol.FlowDistinguisherMethod': 'Type string',
  'flowcontrol.PriorityLevelConfigurationReference': 'Name string',
  'flowcontrol.PolicyRulesWithSubjects':
    'Subjects []flowcontrol.Subject, ResourceRules []flowcontrol.ResourcePolicyRule, ' +
    'NonResourceRules []flowcontrol.NonResourcePolicyRule',
  'flowcontrol.Subject':
    'Kind string, User *flowcontrol.UserSubject, Group *flowcontrol.GroupSubject, ' +
    'ServiceAccount *flowcontrol.ServiceAccountSubject',
  'flowcontrol.ResourcePolicyRule':
    'Verbs []string, APIGroups []string, Resources []string, ClusterScope bool, Namespaces []string',
  'flowcontrol.NonResourcePolicyRule': 'Verbs []string, NonResourceURLs []string',
  'flowcontrol.PriorityLevelConfigurationSpec':
    'Type string, Limited *flowcontrol.LimitedPriorityLevelConfiguration, ' +
    'Exempt *flowcontrol.ExemptPriorityLevelConfiguration +28',

  'core.SecurityContext':
    'Capabilities *core.Capabilities, Privileged *bool, SELinuxOptions *core.SELinuxOptions, ' +
    'WindowsOptions *core.WindowsSecurityContextOptions, RunAsUser *int64, RunAsGroup *int64, RunAsNonRoot *bool, ' +
    'ReadOnlyRootFilesystem *bool, AllowPrivilegeEscalation *bool, ProcMount *core.ProcMountType, ' +
    'SeccompProfile *core.SeccompProfile, AppArmorProfile *core.AppArmorProfile +30',
  'core.SeccompProfile': 'Type string, LocalhostProfile *string',
  'core.Lifecycle':
    'PostStart *core.Handler -23, PreStop *core.Handler -23, PostStart *core.LifecycleHandler +23, PreStop *core.LifecycleHandler +23',
  'core.Probe':
    'core.Handler -23, core.ProbeHandler +23, InitialDelaySeconds int32, TimeoutSeconds int32, PeriodSeconds int32, ' +
    'SuccessThreshold int32, FailureThreshold int32, TerminationGracePeriodSeconds *int64 +21',
  'core.Handler': 'Exec *core.ExecAction, HTTPGet *core.HTTPGetAction, TCPSocket *core.TCPSocketAction',
  'core.ProbeHandler':
    'Exec *core.ExecAction, HTTPGet *core.HTTPGetAction, TCPSocket *core.TCPSocketAction, GRPC *core.GRPCAction',
  'core.PodIP': 'IP string',
  'core.Taint': 'Key string, Value string, Effect string, TimeAdded *v1.Time',
  'core.NodeAddress': 'Type string, Address string',
  'core.NodeConfigSource': 'ConfigMap *core.ConfigMapNodeConfigSource',
  'core.VolumeNodeAffinity': 'Required *core.NodeSelector',
  'core.ScopeSelector': 'MatchExpressions []core.ScopedResourceSelectorRequirement',
  'core.ScopedResourceSelectorRequirement': 'ScopeName string, Operator string, Values []string',

  'apps.DeploymentStrategy': 'Type string, RollingUpdate *apps.RollingUpdateDeployment',
  'apps.DaemonSetUpdateStrategy': 'Type string, RollingUpdate *apps.RollingUpdateDaemonSet',
  'apps.StatefulSetUpdateStrategy': 'Type string, RollingUpdate *apps.RollingUpdateStatefulSetStrategy',
  'apps.RollingUpdateStatefulSetStrategy': 'Partition int32, MaxUnavailable *intstr.IntOrString +24',
  'batch.PodFailurePolicy': 'Rules []batch.PodFailurePolicyRule',
  'batch.PodFailurePolicyRule':
    'Action string, OnExitCodes *batch.PodFailurePolicyOnExitCodesRequirement, ' +
    'OnPodConditions []batch.PodFailurePolicyOnPodConditionsPattern',
  'batch.PodFailurePolicyOnPodConditionsPattern': 'Type string, Status string',
  'batch.SuccessPolicy': 'Rules []batch.SuccessPolicyRule',
  'batch.SuccessPolicyRule': 'SucceededIndexes *string, SucceededCount *int32',
  'batch.UncountedTerminatedPods': 'Succeeded []types.UID, Failed []types.UID',
  'policy.PodDisruptionBudgetSpec':
    'MinAvailable *intstr.IntOrString, Selector *v1.LabelSelector, MaxUnavailable *intstr.IntOrString, ' +
    'UnhealthyPodEvictionPolicy *policy.UnhealthyPodEvictionPolicyType +26',
  'policy.IDRange': 'Min int64, Max int64',
  'rbac.RoleRef': 'APIGroup string, Kind string, Name string',
  'authorization.NonResourceAttributes': 'Path string, Verb string',
  'networking.ParentReference': 'Group string, Resource string, Namespace string, Name string',
  'networking.ServiceCIDRSpec': 'CIDRs []string',
  'storage.CSINodeDriver':
    'Name string, NodeID string, TopologyKeys []string, Allocatable *storage.VolumeNodeResources',
  'storage.VolumeAttachmentSpec': 'Attacher string, Source storage.VolumeAttachmentSource, NodeName string',
  'storage.VolumeAttachmentSource': 'PersistentVolumeName *string, InlineVolumeSpec *core.PersistentVolumeSpec',
};
