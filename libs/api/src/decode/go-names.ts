/** ABBREVIATIONS are written all in capitals where a Go name begins with them. */
const ABBREVIATIONS = new Map(
  [
    ...[
      'API',
      'CIDR',
      'CPU',
      'DNS',
      'FS',
      'FC',
      'GCE',
      'AWS',
      'HTTP',
      'ID',
      'IP',
      'IPC',
      'ISCSI',
      'NFS',
      'OS',
      'PID',
      'RBD',
    ],
    ...['TCP', 'TLS', 'TTL', 'UID', 'URL', 'TTY', 'CSI', 'GMSA', 'SSL', 'JSON', 'IQN'],
  ].map(name => [name.toLowerCase(), name]),
);

/** IRREGULAR are the fields whose Go names their JSON names do not tell; `Kind.field` where only that kind's is. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    $ref: 'Ref',
    $schema: 'Schema',
    caBundle: 'CABundle',
    cephfs: 'CephFS',
    chapAuthDiscovery: 'DiscoveryCHAPAuth',
    chapAuthSession: 'SessionCHAPAuth',
    diskURI: 'DataDiskURI',
    externalID: 'DoNotUseExternalID',
    lastState: 'LastTerminationState',
    pdName: 'PDName',
    pool: 'RBDPool',
    qosClass: 'QOSClass',
    seLinux: 'SELinux',
    seLinuxOptions: 'SELinuxOptions',
    storageos: 'StorageOS',
    wwids: 'WWIDs',
    'x-kubernetes-embedded-resource': 'XEmbeddedResource',
    'x-kubernetes-int-or-string': 'XIntOrString',
    'x-kubernetes-list-map-keys': 'XListMapKeys',
    'x-kubernetes-list-type': 'XListType',
    'x-kubernetes-map-type': 'XMapType',
    'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
    'APIResourceList.resources': 'APIResources',
    'Event.reportingComponent': 'ReportingController',
    'GlusterfsPersistentVolumeSource.endpoints': 'EndpointsName',
    'GlusterfsVolumeSource.endpoints': 'EndpointsName',
    'PodSpec.serviceAccount': 'DeprecatedServiceAccount',
    'RBDPersistentVolumeSource.image': 'RBDImage',
    'RBDPersistentVolumeSource.monitors': 'CephMonitors',
    'RBDPersistentVolumeSource.user': 'RadosUser',
    'RBDVolumeSource.image': 'RBDImage',
    'RBDVolumeSource.monitors': 'CephMonitors',
    'RBDVolumeSource.user': 'RadosUser',
    'StatusCause.reason': 'Type',
  }),
);

/** goField is a field's name as Go has it: the JSON name with a capital, abbreviations all capitals. */
export function goField(name: string, kind = ''): string {
  const irregular = IRREGULAR.get(`${kind}.${name}`) ?? IRREGULAR.get(name);
  if (irregular) return irregular;
  const first = /^[a-z]+/.exec(name)?.[0] ?? '';
  const whole = ABBREVIATIONS.get(first);
  return whole ? whole + name.slice(first.length) : name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** NAMED_TEXTS are the lists of texts whose items have a type with a name of its own. */
const NAMED_TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    accessModes: 'PersistentVolumeAccessMode',
    add: 'Capability',
    allowedCapabilities: 'Capability',
    defaultAddCapabilities: 'Capability',
    drop: 'Capability',
    ipFamilies: 'IPFamily',
    'NamespaceSpec.finalizers': 'FinalizerName',
    operations: 'OperationType',
    policyTypes: 'PolicyType',
    requiredDropCapabilities: 'Capability',
    scopes: 'ResourceQuotaScope',
    'CertificateSigningRequestSpec.usages': 'KeyUsage',
    volumeLifecycleModes: 'VolumeLifecycleMode',
    volumesInUse: 'UniqueVolumeName',
    'PodSecurityPolicySpec.volumes': 'FSType',
  }),
);

/** goTextItem is Go's name of the type of a list's texts; undefined for plain ones. `version` is that of the definition. */
export function goTextItem(name: string, kind: string, version: string): string | undefined {
  const named = NAMED_TEXTS.get(`${kind}.${name}`) ?? NAMED_TEXTS.get(name);
  return named && `${named === 'Capability' || named === 'PersistentVolumeAccessMode' ? 'v1' : version}.${named}`;
}

/** FORMER are the structs that v1.20 knew by another name. */
const FORMER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    IngressLoadBalancerIngress: 'v1.LoadBalancerIngress',
    IngressLoadBalancerStatus: 'v1.LoadBalancerStatus',
    LifecycleHandler: 'v1.Handler',
    VolumeResourceRequirements: 'v1.ResourceRequirements',
  }),
);

/** goStruct is a definition's name as v1.20 shows it: `v1.PodSpec`. */
export function goStruct(defName: string): string {
  const [version = '', kind = ''] = defName.split('.').slice(-2);
  return FORMER.get(kind) ?? `${version}.${kind}`;
}
