import type { corev1 } from '@navarch/api';
import { field, type UserInfo } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from '../../lookup';
import { isResource, refuse, resourceName } from '../refuse';
import { baselineChecks, baselineWithinRestricted } from './baseline';
import { existingViolations } from './existing-pods';
import { isStricter, labelErrors, minorOf, noSettings, policyOf, show, type Level, type Policy } from './policy';
import type { PodSecuritySettings } from './policy';
import { restrictedChecks } from './restricted';
import type { PodParts } from './violation';

/** WORKLOADS make pods from a template; for them the standard only warns. */
const WORKLOADS = new Set([
  'replicationcontrollers',
  'podtemplates',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]);

export interface PodSecurityParts {
  readonly namespaces: Lookup<corev1.Namespace>;
  /** podsIn lists the pods of a namespace. */
  readonly podsIn: (namespace: string) => Promise<readonly corev1.Pod[]>;
  readonly emulated: number;
  readonly settings: PodSecuritySettings | undefined;
}

/** PodSecurity holds pods to the Pod Security Standard that their namespace's labels name: enforced, with a warning, or noted in the audit log. */
export class PodSecurity implements AdmissionPlugin {
  readonly name = 'PodSecurity';
  private readonly settings: PodSecuritySettings;

  constructor(private readonly parts: PodSecurityParts) {
    this.settings = parts.settings ?? noSettings;
  }

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, subresource } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    const resource = resourceName(attributes);
    if (subresource) return subresource === 'ephemeralcontainers' && resource === 'pods';
    return resource === 'pods' || resource === 'namespaces' || WORKLOADS.has(resource);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    if (isResource(attributes, 'namespaces')) return this.validateNamespace(attributes);
    const isPod = resourceName(attributes) === 'pods';
    if (isPod && attributes.operation === 'UPDATE' && !attributes.subresource && !changesImages(attributes)) return;
    const pod = isPod ? partsOf(attributes.object as corev1.Pod) : templateOf(attributes.object);
    if (!pod || this.isExempt(attributes.user, attributes.namespace, pod.spec.runtimeClassName)) return;
    const labels = (await this.parts.namespaces('', attributes.namespace))?.metadata?.labels ?? {};
    const enforced = policyOf(labels, 'enforce', this.settings);
    const refused = isPod ? this.violations(enforced, pod) : '';
    if (isPod) attributes.annotate('pod-security.kubernetes.io/enforce-policy', show(enforced));
    const audited = policyOf(labels, 'audit', this.settings);
    const noted = this.violations(audited, pod);
    if (noted) attributes.annotate('pod-security.kubernetes.io/audit-violations', wouldViolate(audited, noted));
    if (refused) throw refuse(attributes, `violates PodSecurity ${JSON.stringify(show(enforced))}: ${refused}`);
    const warned = policyOf(labels, 'warn', this.settings);
    const text = this.violations(warned, pod);
    if (text) attributes.warn(wouldViolate(warned, text));
  }

  /** validateNamespace refuses labels that mean nothing, and warns of pods that a stricter level would not let in. */
  private async validateNamespace({
    operation,
    name,
    object,
    oldObject,
    user,
    warn,
  }: AdmissionAttributes): Promise<void> {
    const labels = object?.metadata?.labels ?? {};
    const before = oldObject?.metadata?.labels ?? {};
    const errors = labelErrors(labels);
    if (errors.length && !(operation === 'UPDATE' && labelErrors(before).length))
      throw field.invalidObject({ group: '', kind: 'Namespace' }, name, errors);
    const enforced = policyOf(labels, 'enforce', this.settings);
    if (operation !== 'UPDATE' || !isStricter(enforced, policyOf(before, 'enforce', this.settings))) return;
    if (this.isExempt(user, name, undefined)) return;
    const pods = (await this.parts.podsIn(name)).filter(pod => !this.isExempt(user, name, pod.spec?.runtimeClassName));
    const found = existingViolations(pods, pod => this.violations(enforced, partsOf(pod)!));
    if (!found.length) return;
    warn(
      `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level ${JSON.stringify(show(enforced))}`,
    );
    for (const text of found) warn(text);
  }

  private isExempt(user: UserInfo, namespace: string, runtimeClass: string | undefined): boolean {
    const { usernames, namespaces, runtimeClasses } = this.settings.exempt;
    return usernames.has(user.name) || namespaces.has(namespace) || runtimeClasses.has(runtimeClass ?? '');
  }

  private violations(policy: Policy, pod: PodParts): string {
    return violationText(policy.level, pod, minorOf(policy, this.parts.emulated));
  }
}

const wouldViolate = (policy: Policy, text: string) =>
  `would violate PodSecurity ${JSON.stringify(show(policy))}: ${text}`;

/** violationText tells in which ways a pod breaks a level as a release has it; '' if in none. Pure. */
export function violationText(level: Level, pod: PodParts, minor: number): string {
  const checks =
    level === 'privileged'
      ? []
      : level === 'baseline'
        ? baselineChecks
        : [...baselineWithinRestricted(minor), ...restrictedChecks];
  return checks
    .filter(({ since = 0 }) => since <= minor)
    .flatMap(({ check }) => check(pod, minor) ?? [])
    .map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason))
    .join(', ');
}

/** changesImages: of a pod that is there nothing else that matters here can change. */
function changesImages({ object, oldObject }: AdmissionAttributes): boolean {
  const images = (pod: corev1.Pod) =>
    [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(({ image }) => image);
  const before = images(oldObject as corev1.Pod);
  const now = images(object as corev1.Pod);
  return now.length !== before.length || now.some((image, i) => image !== before[i]);
}

function partsOf(pod: corev1.Pod | corev1.PodTemplateSpec | undefined): PodParts | undefined {
  return pod?.spec && { spec: pod.spec, annotations: pod.metadata?.annotations ?? {} };
}

function templateOf(object: object | undefined): PodParts | undefined {
  const workload = object as {
    template?: corev1.PodTemplateSpec;
    spec?: { template?: corev1.PodTemplateSpec; jobTemplate?: { spec?: { template?: corev1.PodTemplateSpec } } };
  };
  return partsOf(workload.template ?? workload.spec?.template ?? workload.spec?.jobTemplate?.spec?.template);
}
