/**
 * clusterRoleTable holds the default ClusterRoles: a role's name, then its rules, one a line:
 * `verbs groups resources [= names]`, or `verbs paths`. `core` is the group '', `read` is get,list,watch, `write` is
 * create,delete,deletecollection,patch,update, `own` is create,delete,get,list,patch,update,watch, `events` is writing events in both groups. `+22` marks what a release first had.
 */
export const clusterRoleTable = `
cluster-admin
  * * *
  * *
system:aggregate-to-admin
  create authorization.k8s.io localsubjectaccessreviews
  create,delete,deletecollection,get,list,patch,update,watch rbac.authorization.k8s.io rolebindings,roles
system:aggregate-to-edit
  read core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
  impersonate core serviceaccounts
  write core pods,pods/attach,pods/exec,pods/portforward,pods/proxy
  write core configmaps,endpoints,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
  write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
  write autoscaling horizontalpodautoscalers
  write batch cronjobs,jobs
  write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
  write policy poddisruptionbudgets
  write networking.k8s.io ingresses,networkpolicies
  +22 create core pods/eviction
  +22 create core serviceaccounts/token
system:aggregate-to-view
  read core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
  read core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
  read core namespaces
  read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
  read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
  read batch cronjobs,cronjobs/status,jobs,jobs/status
  read extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
  read policy poddisruptionbudgets,poddisruptionbudgets/status
  read networking.k8s.io ingresses,ingresses/status,networkpolicies
  +22 read discovery.k8s.io endpointslices
system:auth-delegator
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
system:basic-user
  create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
  +28 create authentication.k8s.io selfsubjectreviews
system:certificates.k8s.io:certificatesigningrequests:nodeclient
  create certificates.k8s.io certificatesigningrequests/nodeclient
system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
  create certificates.k8s.io certificatesigningrequests/selfnodeclient
system:certificates.k8s.io:kube-apiserver-client-approver
  approve certificates.k8s.io signers = kubernetes.io/kube-apiserver-client
system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
  approve certificates.k8s.io signers = kubernetes.io/kube-apiserver-client-kubelet
system:certificates.k8s.io:kubelet-serving-approver
  approve certificates.k8s.io signers = kubernetes.io/kubelet-serving
system:certificates.k8s.io:legacy-unknown-approver
  approve certificates.k8s.io signers = kubernetes.io/legacy-unknown
system:controller:attachdetach-controller
  list,watch core persistentvolumeclaims,persistentvolumes
  read core nodes
  patch,update core nodes/status
  list,watch core pods
  events
  create,delete,get,list,watch storage.k8s.io volumeattachments
  read storage.k8s.io csidrivers
  read storage.k8s.io csinodes
system:controller:certificate-controller
  delete,get,list,watch certificates.k8s.io certificatesigningrequests
  update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status
  approve certificates.k8s.io signers = kubernetes.io/kube-apiserver-client-kubelet
  sign certificates.k8s.io signers = kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown
  create authorization.k8s.io subjectaccessreviews
  events
system:controller:clusterrole-aggregation-controller
  escalate,get,list,patch,update,watch rbac.authorization.k8s.io clusterroles
system:controller:cronjob-controller
  get,list,update,watch batch cronjobs
  own batch jobs
  update batch cronjobs/status
  update batch cronjobs/finalizers
  delete,list core pods
  events
  +21 patch batch cronjobs/status
system:controller:daemon-set-controller
  read apps,extensions daemonsets
  update apps,extensions daemonsets/status
  update apps,extensions daemonsets/finalizers
  list,watch core nodes
  create,delete,list,patch,watch core pods
  create core pods/binding
  own apps controllerrevisions
  events
system:controller:deployment-controller
  get,list,update,watch apps,extensions deployments
  update apps,extensions deployments/status
  update apps,extensions deployments/finalizers
  own apps,extensions replicasets
  get,list,update,watch core pods
  events
system:controller:disruption-controller
  read apps,extensions deployments
  read apps,extensions replicasets
  read core replicationcontrollers
  read policy poddisruptionbudgets
  read apps statefulsets
  update policy poddisruptionbudgets/status
  get * */scale
  events
  +25 patch,update core pods/status
system:controller:endpoint-controller
  read core pods,services
  create,delete,get,list,update core endpoints
  create core endpoints/restricted
  events
system:controller:endpointslice-controller
  read core nodes,pods,services
  update core services/finalizers
  create,delete,get,list,update discovery.k8s.io endpointslices
  events
  +21 create discovery.k8s.io endpointslices/restricted
system:controller:endpointslicemirroring-controller
  read core endpoints,services
  update core services/finalizers
  update core endpoints/finalizers
  create,delete,get,list,update discovery.k8s.io endpointslices
  events
  +21 create discovery.k8s.io endpointslices/restricted
system:controller:expand-controller
  get,list,patch,update,watch core persistentvolumes
  patch,update core persistentvolumeclaims/status
  read core persistentvolumeclaims
  read storage.k8s.io storageclasses
  get core endpoints,services
  get core secrets
  events
system:controller:generic-garbage-collector
  delete,get,list,patch,update,watch * *
  events
system:controller:horizontal-pod-autoscaler
  read autoscaling horizontalpodautoscalers
  update autoscaling horizontalpodautoscalers/status
  get,update * */scale
  list core pods
  get core services/proxy = http:heapster:,https:heapster:
  list metrics.k8s.io pods
  get,list custom.metrics.k8s.io *
  events
system:controller:job-controller
  get,list,update,watch batch jobs
  update batch jobs/status
  update batch jobs/finalizers
  create,delete,list,patch,watch core pods
  events
  +22 patch batch jobs/status
system:controller:namespace-controller
  delete,get,list,watch core namespaces
  update core namespaces/finalize,namespaces/status
  delete,deletecollection,get,list * *
system:controller:node-controller
  delete,get,list,patch,update core nodes
  patch,update core nodes/status
  update core pods/status
  delete,list core pods
  events
  +22 get core pods
  +22 patch core pods/status
system:controller:persistent-volume-binder
  create,delete,get,list,update,watch core persistentvolumes
  update core persistentvolumes/status
  get,list,update,watch core persistentvolumeclaims
  update core persistentvolumeclaims/status
  create,delete,get,list,watch core pods
  read storage.k8s.io storageclasses
  create,delete,get,update core endpoints
  create,delete,get core services
  get core secrets
  get,list core nodes
  watch core events
  events
system:controller:pod-garbage-collector
  delete,list,watch core pods
  get,list core nodes
  +25 patch core pods/status
system:controller:pv-protection-controller
  get,list,update,watch core persistentvolumes
  events
system:controller:pvc-protection-controller
  get,list,update,watch core persistentvolumeclaims
  read core pods
  events
system:controller:replicaset-controller
  get,list,update,watch apps,extensions replicasets
  update apps,extensions replicasets/status
  update apps,extensions replicasets/finalizers
  create,delete,list,patch,watch core pods
  events
system:controller:replication-controller
  get,list,update,watch core replicationcontrollers
  update core replicationcontrollers/status
  update core replicationcontrollers/finalizers
  create,delete,list,patch,watch core pods
  events
system:controller:resourcequota-controller
  list,watch * *
  update core resourcequotas/status
  events
system:controller:root-ca-cert-publisher
  create,update core configmaps
  events
system:controller:route-controller
  list,watch core nodes
  patch core nodes/status
  events
system:controller:service-account-controller
  create core serviceaccounts
  events
system:controller:service-controller
  read core services
  patch,update core services/status
  list,watch core nodes
  events
system:controller:statefulset-controller
  list,watch core pods
  read apps statefulsets
  update apps statefulsets/status
  update apps statefulsets/finalizers
  create,delete,get,patch,update core pods
  own apps controllerrevisions
  create,get core persistentvolumeclaims
  events
  +23 delete,update core persistentvolumeclaims
system:controller:ttl-controller
  list,patch,update,watch core nodes
  events
system:discovery
  get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
system:heapster
  read core events,namespaces,nodes,pods
  read extensions deployments
system:kube-aggregator
  read core endpoints,services
system:kube-controller-manager
  events
  create coordination.k8s.io leases
  get,update coordination.k8s.io leases = kube-controller-manager
  create core endpoints
  get,update core endpoints = kube-controller-manager
  create core secrets,serviceaccounts
  delete core secrets
  get core configmaps,namespaces,secrets,serviceaccounts
  update core secrets,serviceaccounts
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  list,watch * *
  create core serviceaccounts/token
system:kube-dns
  list,watch core endpoints,services
system:kube-scheduler
  events
  create coordination.k8s.io leases
  get,update coordination.k8s.io leases = kube-scheduler
  create core endpoints
  get,update core endpoints = kube-scheduler
  read core nodes
  delete,get,list,watch core pods
  create core bindings,pods/binding
  patch,update core pods/status
  read core replicationcontrollers,services
  read apps,extensions replicasets
  read apps statefulsets
  read policy poddisruptionbudgets
  read core persistentvolumeclaims,persistentvolumes
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  read storage.k8s.io csinodes
  +21 read core namespaces
  +21 read storage.k8s.io csidrivers,csistoragecapacities
  +33 list,watch storage.k8s.io volumeattachments
system:kubelet-api-admin
  read core nodes
  proxy core nodes
  * core nodes/log,nodes/metrics,nodes/proxy,nodes/spec,nodes/stats
system:monitoring
  get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis+26,/readyz,/readyz/*
system:node
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
  read core services
  create,get,list,watch core nodes
  patch,update core nodes/status
  patch,update core nodes
  create,patch,update core events
  read core pods
  create,delete core pods
  patch,update core pods/status
  create core pods/eviction
  read core configmaps,secrets
  get core persistentvolumeclaims,persistentvolumes
  get core endpoints
  create,get,list,watch certificates.k8s.io certificatesigningrequests
  create,delete,get,patch,update coordination.k8s.io leases
  get storage.k8s.io volumeattachments
  create core serviceaccounts/token
  get,patch,update core persistentvolumeclaims/status
  read storage.k8s.io csidrivers
  create,delete,get,patch,update storage.k8s.io csinodes
  read node.k8s.io runtimeclasses
system:node-bootstrapper
  create,get,list,watch certificates.k8s.io certificatesigningrequests
system:node-problem-detector
  get core nodes
  patch core nodes/status
  events
system:node-proxier
  list,watch core endpoints,services
  read core nodes
  events
  list,watch discovery.k8s.io endpointslices
  +33 list,watch networking.k8s.io servicecidrs
system:persistent-volume-provisioner
  create,delete,get,list,watch core persistentvolumes
  get,list,update,watch core persistentvolumeclaims
  read storage.k8s.io storageclasses
  watch core events
  events
system:public-info-viewer
  get /healthz,/livez,/readyz,/version,/version/
system:service-account-issuer-discovery
  get /.well-known/openid-configuration,/openid/v1/jwks
system:volume-scheduler
  get,list,patch,update,watch core persistentvolumes
  read storage.k8s.io storageclasses
  get,list,patch,update,watch core persistentvolumeclaims
system:controller:ephemeral-volume-controller +21
  read core pods
  update core pods/finalizers
  create,get,list,watch core persistentvolumeclaims
  events
system:controller:ttl-after-finished-controller +21
  delete,get,list,watch batch jobs
  events
system:controller:legacy-service-account-token-cleaner +28
  get core configmaps = kube-apiserver-legacy-service-account-token-tracking
  delete,patch core secrets
system:controller:validatingadmissionpolicy-status-controller +30
  read admissionregistration.k8s.io validatingadmissionpolicies
  get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status
  events
system:controller:service-cidrs-controller +33
  get,list,patch,update,watch networking.k8s.io servicecidrs
  patch,update networking.k8s.io servicecidrs/finalizers
  patch,update networking.k8s.io servicecidrs/status
  read networking.k8s.io ipaddresses
  events
system:kube-scheduler:namespaces
  read core namespaces
system:dns
  list,watch core endpoints,namespaces,nodes,pods,services
  list,watch discovery.k8s.io endpointslices
`;

/** roleTable holds the default Roles in the same form, each named `namespace/name`. */
export const roleTable = `
kube-public/system:controller:bootstrap-signer
  read core configmaps
  update core configmaps = cluster-info
  events
kube-system/extension-apiserver-authentication-reader
  read core configmaps = extension-apiserver-authentication
kube-system/system::leader-locking-kube-controller-manager
  watch core configmaps
  get,update core configmaps = kube-controller-manager
kube-system/system::leader-locking-kube-scheduler
  watch core configmaps
  get,update core configmaps = kube-scheduler
kube-system/system:controller:bootstrap-signer
  read core secrets
kube-system/system:controller:cloud-provider
  create,get,list,watch core configmaps
kube-system/system:controller:token-cleaner
  delete,get,list,watch core secrets
  events
kube-system/system:kube-controller-manager:impersonate-controllers
  impersonate core serviceaccounts = ${controllerAccounts().join(',')}
`;

/** clusterRoleBindingTable: `binding: subject, subject` grants the ClusterRole of the same name. Controllers' bindings follow their roles. */
export const clusterRoleBindingTable = `
cluster-admin: Group system:masters
system:basic-user: Group system:authenticated
system:discovery: Group system:authenticated
system:dns: User system:dns
system:kube-controller-manager: User system:kube-controller-manager
system:kube-dns: ServiceAccount kube-system/kube-dns
system:kube-scheduler: User system:kube-scheduler
system:kube-scheduler:namespaces: User system:kube-scheduler
system:monitoring: Group system:monitoring
system:node:
system:node-proxier: User system:kube-proxy
system:public-info-viewer: Group system:authenticated, Group system:unauthenticated
system:service-account-issuer-discovery: Group system:serviceaccounts
system:volume-scheduler: User system:kube-scheduler
`;

/** roleBindingTable: `namespace/binding role: subjects`. */
export const roleBindingTable = `
kube-public/system:controller:bootstrap-signer system:controller:bootstrap-signer: ServiceAccount kube-system/bootstrap-signer
kube-system/system::extension-apiserver-authentication-reader extension-apiserver-authentication-reader: User system:kube-controller-manager, User system:kube-scheduler
kube-system/system::leader-locking-kube-controller-manager system::leader-locking-kube-controller-manager: User system:kube-controller-manager, ServiceAccount kube-system/kube-controller-manager
kube-system/system::leader-locking-kube-scheduler system::leader-locking-kube-scheduler: User system:kube-scheduler, ServiceAccount kube-system/kube-scheduler
kube-system/system:controller:bootstrap-signer system:controller:bootstrap-signer: ServiceAccount kube-system/bootstrap-signer
kube-system/system:controller:cloud-provider system:controller:cloud-provider: ServiceAccount kube-system/cloud-provider
kube-system/system:controller:token-cleaner system:controller:token-cleaner: ServiceAccount kube-system/token-cleaner
kube-system/system:kube-controller-manager:impersonate-controllers system:kube-controller-manager:impersonate-controllers: User system:kube-controller-manager
`;

/** controllerAccounts are the service accounts in kube-system as which the controllers act: one a `system:controller:` role. */
export function controllerAccounts(): string[] {
  return [...clusterRoleTable.matchAll(/^system:controller:(\S+)/gm)].map(match => match[1]!);
}
