import { Namespaces, type corev1 } from '@navarch/api';
import type { AdmissionPlugin, Authorizer, Store } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { KubeObject } from '@navarch/apimachinery';
import type { Informer, KubeClient } from '@navarch/client';
import type { Caches } from '../caches';
import type { ReviewClient } from '../outbound/review-client';
import { alwaysAdmit, alwaysDeny } from './always';
import { AlwaysPullImages } from './always-pull-images';
import { CertificateApproval, CertificateSigning } from './certificates/certificate-approval';
import { CertificateSubjectRestriction } from './certificates/certificate-subject-restriction';
import { configured, type PluginConfigurations } from './configuration';
import { DefaultIngressClass } from './default-ingress-class';
import { DefaultStorageClass } from './default-storage-class';
import { DefaultTolerationSeconds, type TolerationSeconds } from './default-toleration-seconds';
import { DenyServiceExternalIPs } from './deny-service-external-ips';
import { EventRateLimit, readEventLimits } from './event-rate-limit';
import { ImagePolicyWebhook, readImagePolicy, type ImagePolicySettings } from './image-policy';
import { LimitRanger } from './limit-ranger/limit-ranger';
import { NamespaceAutoProvision, NamespaceExists } from './namespace-existence';
import { NamespaceLifecycle } from './namespace-lifecycle';
import { NodeRestriction } from './node-restriction/node-restriction';
import { TokenAudiences } from './node-restriction/token-audiences';
import { OwnerReferencesPermissionEnforcement, type KindToResource } from './owner-references';
import { PodNodeSelector, readNodeSelectors } from './pod-node-selector';
import { ExtendedResourceToleration } from './pod-placement/extended-resource-toleration';
import { LimitPodHardAntiAffinityTopology } from './pod-placement/hard-anti-affinity';
import { PodTolerationRestriction, readClusterTolerations } from './pod-placement/pod-toleration-restriction';
import { PodSecurity } from './pod-security/pod-security';
import { readPodSecuritySettings } from './pod-security/policy';
import { PodSecurityPolicyAdmission } from './pod-security-policy/pod-security-policy';
import { PriorityAdmission } from './priority';
import { PersistentVolumeClaimResize } from './pvc-resize';
import { readLimitedResources } from './quota/limited-resources';
import { ResourceQuotaAdmission } from './quota/resource-quota';
import { RuntimeClassAdmission } from './runtime-class';
import { ServiceAccountAdmission } from './service-account';
import { StorageObjectInUseProtection } from './storage-protection';
import { TaintNodesByCondition } from './taint-nodes-by-condition';
import { ValidatingAdmissionPolicy } from './validating-policy/validating-admission-policy';
import type { CallerOptions, ServiceResolver } from '../outbound/webhook-caller';
import type { Webhook } from './webhooks/webhook';
import type { WebhookMetrics } from './webhooks/webhook-metrics';
import { MutatingAdmissionWebhook, ValidatingAdmissionWebhook, type WebhookParts } from './webhooks/webhook-plugin';

export interface PluginParts {
  readonly caches: Caches;
  readonly client: KubeClient;
  readonly authorizer: Authorizer;
  readonly emulated: number;
  readonly tolerationSeconds: TolerationSeconds;
  readonly resourceOf: KindToResource;
  readonly quotaStore: () => Store<corev1.ResourceQuota>;
  readonly kindOf: WebhookParts['kindOf'];
  readonly podStore: () => Store<corev1.Pod>;
  readonly configurations: PluginConfigurations;
  readonly webhookTls: CallerOptions['tls'];
  readonly resolveService: ServiceResolver;
  readonly webhookMetrics: WebhookMetrics;
  /** reviewer makes what asks the webhook that a kubeconfig leads to. */
  readonly reviewer: (settings: Pick<ImagePolicySettings, 'kubeconfig' | 'backoffMs'>) => Pick<ReviewClient, 'ask'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * ORDER is upstream's order of the plugins; those with `off` are on only by --enable-admission-plugins, those with `since` and `until` exist
 * from that release on and to that one. A plugin that names itself is made only when it is on: it `needs` the configuration of its name, or
 * kinds that others do without.
 */
const ORDER: readonly {
  readonly make: (parts: PluginParts) => AdmissionPlugin;
  readonly off?: true;
  readonly since?: number;
  readonly until?: number;
  readonly name?: string;
  readonly needs?: 'configuration';
}[] = [
  { make: () => alwaysAdmit, off: true },
  {
    make: ({ caches, client }) =>
      new NamespaceAutoProvision(caches.namespaces, namespace => client.resource(Namespaces).create(namespace)),
    off: true,
  },
  { make: ({ caches }) => new NamespaceLifecycle(caches.namespaces) },
  { make: ({ caches }) => new NamespaceExists(caches.namespaces), off: true },
  { make: ({ caches, emulated }) => new LimitRanger(namespace => caches.limitRanges.list(namespace), emulated) },
  { make: () => new LimitPodHardAntiAffinityTopology(), off: true },
  {
    make: ({ caches, emulated }) =>
      new ServiceAccountAdmission({
        accounts: caches.podAccounts,
        secrets: caches.secrets,
        emulated,
      }),
  },
  {
    make: ({ caches, authorizer, emulated }) =>
      new NodeRestriction(
        caches.pods,
        caches.nodes,
        emulated >= 33 ? new TokenAudiences({ ...caches.csi, authorizer }) : undefined,
      ),
  },
  { make: () => new TaintNodesByCondition() },
  { make: () => new AlwaysPullImages(), off: true },
  {
    make: ({ reviewer, emulated, clock, log, configurations }) => {
      const settings = configured(configurations, 'ImagePolicyWebhook', readImagePolicy)!;
      return new ImagePolicyWebhook(reviewer(settings), settings, emulated, clock, log);
    },
    off: true,
    name: 'ImagePolicyWebhook',
    needs: 'configuration',
  },
  {
    make: ({ caches, podStore, emulated, configurations }) =>
      new PodSecurity({
        namespaces: caches.namespaces,
        podsIn: namespace => podStore().list(namespace),
        emulated,
        settings: configured(configurations, 'PodSecurity', readPodSecuritySettings),
      }),
    since: 23,
  },
  {
    make: ({ caches, authorizer, emulated }) =>
      new PodSecurityPolicyAdmission({ policies: caches.podSecurityPolicies(), authorizer, emulated }),
    off: true,
    until: 24,
    name: 'PodSecurityPolicy',
  },
  {
    make: ({ caches, configurations }) =>
      new PodNodeSelector(caches.namespaces, configured(configurations, 'PodNodeSelector', readNodeSelectors)),
    off: true,
  },
  { make: ({ caches }) => new PriorityAdmission(caches.priorityClass, caches.priorityClasses) },
  { make: ({ tolerationSeconds }) => new DefaultTolerationSeconds(tolerationSeconds) },
  {
    make: ({ caches, configurations }) =>
      new PodTolerationRestriction(
        caches.namespaces,
        configured(configurations, 'PodTolerationRestriction', readClusterTolerations),
      ),
    off: true,
  },
  {
    make: ({ clock, configurations }) =>
      new EventRateLimit(clock, configured(configurations, 'EventRateLimit', readEventLimits)),
    off: true,
  },
  { make: () => new ExtendedResourceToleration(), off: true },
  { make: ({ caches, emulated }) => new DefaultStorageClass(() => caches.storageClasses.list(), emulated) },
  { make: () => new StorageObjectInUseProtection() },
  { make: ({ authorizer, resourceOf }) => new OwnerReferencesPermissionEnforcement(authorizer, resourceOf), off: true },
  { make: ({ caches }) => new PersistentVolumeClaimResize(name => caches.storageClasses.get('', name)) },
  { make: ({ caches }) => new RuntimeClassAdmission(caches.runtimeClass) },
  { make: ({ authorizer }) => new CertificateApproval(authorizer) },
  { make: ({ authorizer }) => new CertificateSigning(authorizer) },
  { make: () => new CertificateSubjectRestriction() },
  { make: ({ caches, emulated }) => new DefaultIngressClass(() => caches.ingressClasses.list(), emulated) },
  { make: () => new DenyServiceExternalIPs(), off: true },
  { make: parts => new MutatingAdmissionWebhook(webhookParts(parts, parts.caches.mutatingWebhooks)) },
  {
    make: ({ caches, ...parts }) =>
      new ValidatingAdmissionPolicy({
        ...parts,
        policies: caches.policies(),
        namespaces: caches.namespaces,
      }),
    since: 30,
  },
  { make: parts => new ValidatingAdmissionWebhook(webhookParts(parts, parts.caches.validatingWebhooks)) },
  {
    make: ({ caches, quotaStore, emulated, configurations }) =>
      new ResourceQuotaAdmission(
        namespace => caches.quotas.list(namespace),
        quotaStore,
        emulated,
        configured(configurations, 'ResourceQuota', readLimitedResources),
      ),
  },
  { make: () => alwaysDeny, off: true },
];

/** makePlugins are the plugins that are on, in order. A name that no plugin has is an error, and a plugin without the configuration that it needs. */
export function makePlugins(
  parts: PluginParts,
  enable: readonly string[],
  disable: readonly string[],
): AdmissionPlugin[] {
  const there = ORDER.filter(({ since = 0, until = Infinity }) => since <= parts.emulated && parts.emulated <= until);
  const lacking = there.find(
    ({ name = '', needs }) => needs && enable.includes(name) && !parts.configurations.get(name),
  );
  if (lacking) throw new Error(`admission plugin ${lacking.name}: no config specified`);
  const all = there
    .filter(({ name }) => name === undefined || enable.includes(name))
    .map(({ make, off }) => ({ plugin: make(parts), off }));
  const known = new Set([...all.map(({ plugin }) => plugin.name), ...there.flatMap(({ name = [] }) => name)]);
  const unknown = [...enable, ...disable].filter(name => !known.has(name));
  if (unknown.length) throw new Error(`unknown admission plugins: ${unknown.join(', ')}`);
  return all
    .filter(({ plugin, off }) => !disable.includes(plugin.name) && (!off || enable.includes(plugin.name)))
    .map(({ plugin }) => plugin);
}

function webhookParts<T extends KubeObject & { webhooks?: Webhook[] }>(
  parts: PluginParts,
  configurations: Pick<Informer<T>, 'list'>,
): WebhookParts {
  const { authorizer, caches, kindOf, webhookTls, webhookMetrics, resolveService, emulated, log } = parts;
  const webhooks = () =>
    [...configurations.list()]
      .sort((a, b) => (a.metadata!.name! < b.metadata!.name! ? -1 : 1))
      .flatMap(({ metadata, webhooks: own = [] }) => own.map(webhook => ({ configuration: metadata!.name!, webhook })));
  return {
    webhooks,
    authorizer,
    namespaces: caches.namespaces,
    kindOf,
    emulated,
    log,
    tls: webhookTls,
    metrics: webhookMetrics,
    resolve: resolveService,
  };
}
