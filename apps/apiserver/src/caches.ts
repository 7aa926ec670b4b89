import {
  CSIDrivers,
  ClusterRoleBindings,
  ClusterRoles,
  IngressClasses,
  LimitRanges,
  MutatingWebhookConfigurations,
  Namespaces,
  Nodes,
  PersistentVolumeClaims,
  PersistentVolumes,
  PriorityClasses,
  ResourceQuotas,
  RoleBindings,
  Roles,
  RuntimeClasses,
  Secrets,
  ServiceAccounts,
  StorageClasses,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
  VolumeAttachments,
  type corev1,
} from '@navarch/api';
import type { Clock } from '@navarch/base';
import type { Informer, InformerFactory, KubeClient } from '@navarch/client';
import { podSecurityPolicies } from '@navarch/kinds';
import type { Storage } from '@navarch/storage';
import { PolicySource } from './admission/validating-policy/policy-source';
import { cachedLookup, liveLookup, storedLookup, type Lookup } from './lookup';
import { CachedNodeGraph } from './authz/node/node-graph';
import {
  RuleResolver,
  SUBJECT_INDEX,
  clusterRoleBindingSubjects,
  roleBindingSubjects,
} from './authz/rbac/rule-resolver';

/** DEFAULT_ACCOUNT_WAIT_MS is how long a pod waits for its namespace's default account, which a controller is about to make. */
const DEFAULT_ACCOUNT_WAIT_MS = 1_500;

/** Caches are the informers that authentication, authorization and admission look at, and lookups over them. */
export type Caches = ReturnType<typeof openCaches>;

/**
 * openCaches asks for the informers; they start with their factory. Pods, of which there are most, are looked up in the watch cache
 * itself: an informer would keep each a second time, parsed.
 */
export function openCaches(informers: InformerFactory, client: KubeClient, podStorage: () => Storage, clock: Clock) {
  const nodes = informers.informer(Nodes);
  const namespaces = informers.informer(Namespaces);
  const accounts = informers.informer(ServiceAccounts);
  const clusterRoleBindings = informers.informer(ClusterRoleBindings);
  const roleBindings = informers.informer(RoleBindings);
  clusterRoleBindings.addIndex(SUBJECT_INDEX, clusterRoleBindingSubjects);
  roleBindings.addIndex(SUBJECT_INDEX, roleBindingSubjects);
  const rules = {
    clusterRoles: informers.informer(ClusterRoles),
    roles: informers.informer(Roles),
    clusterRoleBindings,
    roleBindings,
  };
  const priorityClasses = informers.informer(PriorityClasses);
  const runtimeClasses = informers.informer(RuntimeClasses);
  return {
    pods: storedLookup<corev1.Pod>(podStorage),
    nodes: cachedLookup(nodes, client, Nodes),
    namespaces: cachedLookup(namespaces, client, Namespaces),
    accounts: cachedLookup(accounts, client, ServiceAccounts),
    /** podAccounts waits a moment for a default account. */
    podAccounts: waitForDefault(accounts, cachedLookup(accounts, client, ServiceAccounts), clock),
    secrets: liveLookup(client, Secrets),
    priorityClass: cachedLookup(priorityClasses, client, PriorityClasses),
    priorityClasses: () => priorityClasses.list(),
    runtimeClass: cachedLookup(runtimeClasses, client, RuntimeClasses),
    storageClasses: informers.informer(StorageClasses),
    ingressClasses: informers.informer(IngressClasses),
    limitRanges: informers.informer(LimitRanges),
    quotas: informers.informer(ResourceQuotas),
    mutatingWebhooks: informers.informer(MutatingWebhookConfigurations),
    validatingWebhooks: informers.informer(ValidatingWebhookConfigurations),
    /** policies are informed of when somebody asks: older releases do not have the kinds. */
    policies: () =>
      new PolicySource(
        informers.informer(ValidatingAdmissionPolicies),
        informers.informer(ValidatingAdmissionPolicyBindings),
      ),
    /** podSecurityPolicies are informed of when somebody asks: later releases do not have the kind. */
    podSecurityPolicies: () => informers.informer(podSecurityPolicies),
    nodeGraph: new CachedNodeGraph(
      podStorage,
      informers.informer(PersistentVolumes),
      informers.informer(VolumeAttachments),
    ),
    /** csi are what leads from a claim to its driver; asked for by kubelets that want a token, which is seldom. */
    csi: {
      claims: liveLookup(client, PersistentVolumeClaims),
      volumes: liveLookup(client, PersistentVolumes),
      drivers: liveLookup(client, CSIDrivers),
    },
    ruleResolver: new RuleResolver(rules),
  };
}

/** waitForDefault looks up an account; one named `default` that is missing is waited for, by its event. */
function waitForDefault(
  cache: Informer<corev1.ServiceAccount>,
  lookup: Lookup<corev1.ServiceAccount>,
  clock: Clock,
): Lookup<corev1.ServiceAccount> {
  return async (namespace, name) => {
    const found = await lookup(namespace, name);
    if (found || name !== 'default') return found;
    return new Promise(resolve => {
      const done = (account: corev1.ServiceAccount | undefined) => {
        handler[Symbol.dispose]();
        timer[Symbol.dispose]();
        resolve(account);
      };
      const timer = clock.after(DEFAULT_ACCOUNT_WAIT_MS, () => done(undefined));
      const isOurs = (account: corev1.ServiceAccount) =>
        account.metadata?.namespace === namespace && account.metadata.name === name;
      // Registering tells of all accounts there are; they were looked at above, so only what comes later matters.
      let registered = false;
      const handler = cache.addHandler({ added: account => registered && isOurs(account) && done(account) });
      registered = true;
      const since = cache.get(namespace, name);
      if (since) done(since);
    });
  };
}
