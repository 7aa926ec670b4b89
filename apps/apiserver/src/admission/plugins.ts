import type { AdmissionPlugin, Authorizer } from '@navarch/apiserver-runtime';
import type { Caches } from '../caches';
import { AlwaysPullImages } from './always-pull-images';
import { CertificateApproval, CertificateSigning } from './certificates/certificate-approval';
import { CertificateSubjectRestriction } from './certificates/certificate-subject-restriction';
import { DefaultIngressClass } from './default-ingress-class';
import { DefaultStorageClass } from './default-storage-class';
import { DefaultTolerationSeconds } from './default-toleration-seconds';
import { NamespaceLifecycle } from './namespace-lifecycle';
import { NodeRestriction } from './node-restriction/node-restriction';
import { OwnerReferencesPermissionEnforcement, type KindToResource } from './owner-references';
import { PodNodeSelector } from './pod-node-selector';
import { PriorityAdmission } from './priority';
import { RuntimeClassAdmission } from './runtime-class';
import { ServiceAccountAdmission } from './service-account';
import { StorageObjectInUseProtection } from './storage-protection';
import { TaintNodesByCondition } from './taint-nodes-by-condition';

export interface PluginParts {
  readonly caches: Caches;
  readonly authorizer: Authorizer;
  readonly emulated: number;
  readonly tolerationSeconds: number;
  readonly resourceOf: KindToResource;
}

/** ORDER is upstream's order of the plugins; those with `off` are on only by --enable-admission-plugins. */
const ORDER: readonly { readonly make: (parts: PluginParts) => AdmissionPlugin; readonly off?: true }[] = [
  { make: ({ caches }) => new NamespaceLifecycle(caches.namespaces) },
  { make: ({ caches, emulated }) => new ServiceAccountAdmission({ accounts: caches.podAccounts, secrets: caches.secrets, legacyTokens: emulated < 21 }) },
  { make: ({ caches }) => new NodeRestriction(caches.pods, caches.nodes) },
  { make: () => new TaintNodesByCondition() },
  { make: () => new AlwaysPullImages(), off: true },
  { make: ({ caches }) => new PodNodeSelector(caches.namespaces), off: true },
  { make: ({ caches }) => new PriorityAdmission(caches.priorityClass, caches.priorityClasses) },
  { make: ({ tolerationSeconds }) => new DefaultTolerationSeconds(tolerationSeconds) },
  { make: ({ caches }) => new DefaultStorageClass(() => caches.storageClasses.list()) },
  { make: () => new StorageObjectInUseProtection() },
  { make: ({ authorizer, resourceOf }) => new OwnerReferencesPermissionEnforcement(authorizer, resourceOf), off: true },
  { make: ({ caches }) => new RuntimeClassAdmission(caches.runtimeClass) },
  { make: ({ authorizer }) => new CertificateApproval(authorizer) },
  { make: ({ authorizer }) => new CertificateSigning(authorizer) },
  { make: () => new CertificateSubjectRestriction() },
  { make: ({ caches }) => new DefaultIngressClass(() => caches.ingressClasses.list()) },
];

/** makePlugins are the plugins that are on, in order. A name that no plugin has is an error. */
export function makePlugins(parts: PluginParts, enable: readonly string[], disable: readonly string[]): AdmissionPlugin[] {
  const all = ORDER.map(({ make, off }) => ({ plugin: make(parts), off }));
  const unknown = [...enable, ...disable].filter(name => !all.some(({ plugin }) => plugin.name === name));
  if (unknown.length) throw new Error(`unknown admission plugins: ${unknown.join(', ')}`);
  return all
    .filter(({ plugin, off }) => !disable.includes(plugin.name) && (!off || enable.includes(plugin.name)))
    .map(({ plugin }) => plugin);
}
