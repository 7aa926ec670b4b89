import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from '../lookup';
import { isResource, refuse, resourceName } from '../refuse';
import { baselineChecks, baselineWithinRestricted } from './baseline';
import { restrictedChecks } from './restricted';
import type { PodParts } from './violation';

const PREFIX = 'pod-security.kubernetes.io/';
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

type Level = 'privileged' | 'baseline' | 'restricted';

/** PodSecurity holds pods to the Pod Security Standard that their namespace's labels name: enforced, or with a warning. */
export class PodSecurity implements AdmissionPlugin {
  readonly name = 'PodSecurity';

  constructor(private readonly namespaces: Lookup<corev1.Namespace>) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, subresource } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    if (
      isResource(attributes, 'pods') ||
      (subresource === 'ephemeralcontainers' && resourceName(attributes) === 'pods')
    )
      return true;
    return subresource === '' && WORKLOADS.has(resourceName(attributes));
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const labels = (await this.namespaces('', attributes.namespace))?.metadata?.labels ?? {};
    const isPod = resourceName(attributes) === 'pods';
    const pod = isPod ? partsOf(attributes.object as corev1.Pod) : templateOf(attributes.object);
    if (!pod) return;
    const enforced = policyOf(labels, 'enforce');
    if (isPod && enforced.level !== 'privileged') {
      const text = violationText(enforced.level, pod);
      if (text) throw refuse(attributes, `violates PodSecurity "${enforced.level}:${enforced.version}": ${text}`);
    }
    const warned = policyOf(labels, 'warn');
    const text = violationText(warned.level, pod);
    if (text) attributes.warn(`would violate PodSecurity "${warned.level}:${warned.version}": ${text}`);
  }
}

/** policyOf reads a namespace's level for a mode; nothing said means privileged. Pure. */
export function policyOf(
  labels: Readonly<Record<string, string>>,
  mode: 'enforce' | 'warn',
): { level: Level; version: string } {
  const level = labels[PREFIX + mode];
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  // A level that nobody knows must not open a namespace that was meant to be closed.
  if (level !== undefined && level !== 'privileged' && level !== 'baseline') return { level: 'restricted', version };
  return { level: (level as Level | undefined) ?? 'privileged', version };
}

/** violationText tells in which ways a pod breaks a level; '' if in none. Pure. */
export function violationText(level: Level, pod: PodParts): string {
  const checks =
    level === 'privileged'
      ? []
      : level === 'baseline'
        ? baselineChecks
        : [...baselineWithinRestricted, ...restrictedChecks];
  return checks
    .flatMap(check => check(pod) ?? [])
    .map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason))
    .join(', ');
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
