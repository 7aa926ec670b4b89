import type { corev1 } from '@navarch/api';
import { isRecord } from '@navarch/apimachinery';
import { forgetDormant, NEVER, type Forget } from '../../../dormant';
import type { Dormant, Minor } from '../../../kind';
import { dropLabelKeys, MERGES_LABEL_KEYS } from './label-keys';

/** PROC_MOUNT and IMAGE_VOLUMES are the first releases that have these by default. */
const PROC_MOUNT: Minor = 33;
const IMAGE_VOLUMES: Minor = 35;

/** inContainers are fields that containers have, and init containers too. */
const inContainers = (since: Minor, ...names: readonly string[]): Dormant =>
  Object.fromEntries(
    names.flatMap(name => [`containers.${name}`, `initContainers.${name}`].map(path => [path, since])),
  );

const inProbes = (since: Minor, name: string): Dormant =>
  inContainers(since, ...['livenessProbe', 'readinessProbe', 'startupProbe'].map(probe => `${probe}.${name}`));

const inTerms = (since: Minor, name: string): Dormant =>
  Object.fromEntries(
    ['podAffinity', 'podAntiAffinity'].flatMap(affinity => [
      [`affinity.${affinity}.requiredDuringSchedulingIgnoredDuringExecution.${name}`, since],
      [`affinity.${affinity}.preferredDuringSchedulingIgnoredDuringExecution.podAffinityTerm.${name}`, since],
    ]),
  );

/** DORMANT are the fields of a pod's spec that are dropped by themselves, by their first releases. */
const DORMANT: Dormant = {
  ephemeralContainers: 23,
  os: 24,
  schedulingGates: 27,
  hostUsers: 33,
  'securityContext.supplementalGroupsPolicy': 33,
  'securityContext.seLinuxChangePolicy': 33,
  'topologySpreadConstraints.nodeAffinityPolicy': 26,
  'topologySpreadConstraints.nodeTaintsPolicy': 26,
  'topologySpreadConstraints.minDomains': 27,
  'topologySpreadConstraints.matchLabelKeys': 27,
  'initContainers.restartPolicy': 29,
  ...inTerms(22, 'namespaceSelector'),
  ...inProbes(24, 'grpc'),
  ...inProbes(25, 'terminationGracePeriodSeconds'),
  ...inContainers(30, 'lifecycle.postStart.sleep', 'lifecycle.preStop.sleep'),
  ...inContainers(31, 'volumeMounts.recursiveReadOnly'),
  ...inContainers(33, 'resizePolicy'),
  'volumes.ephemeral': 21,
  resources: 34,
  resourceClaims: 34,
  ...inContainers(34, 'resources.claims'),
  ...inContainers(NEVER, 'lifecycle.stopSignal'),
  'volumes.projected.sources.clusterTrustBundle': NEVER,
};

/** forgetDisabled takes out of the spec of a pod or template, which stands at a path, what a release does not have yet, but for what is in use already. */
export function forgetDisabled(path: string, emulated: Minor): Forget {
  const names = path.split('.');
  const specOf = (object: unknown): corev1.PodSpec | undefined =>
    names.reduce((part, name) => (isRecord(part) ? part[name] : undefined), object) as corev1.PodSpec | undefined;
  const forget = forgetDormant(DORMANT, emulated);
  return (object, before) => {
    const spec = specOf(object);
    if (!spec) return;
    const old = specOf(before);
    forget?.(spec, old);
    if (emulated < IMAGE_VOLUMES) dropImageVolumes(spec, old);
    if (emulated < MERGES_LABEL_KEYS) dropLabelKeys(spec, old);
    if (emulated < PROC_MOUNT) resetProcMount(spec, old);
  };
}

const containersOf = (spec: corev1.PodSpec | undefined) => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
];

/** dropImageVolumes takes volumes of images out with their mounts. */
function dropImageVolumes(spec: corev1.PodSpec, old: corev1.PodSpec | undefined): void {
  const images = spec.volumes?.filter(volume => volume.image) ?? [];
  if (!images.length || old?.volumes?.some(volume => volume.image)) return;
  const names = new Set(images.map(({ name }) => name));
  spec.volumes = spec.volumes!.filter(volume => !volume.image);
  for (const container of containersOf(spec))
    if (container.volumeMounts) container.volumeMounts = container.volumeMounts.filter(({ name }) => !names.has(name));
}

function resetProcMount(spec: corev1.PodSpec, old: corev1.PodSpec | undefined): void {
  if (containersOf(old).some(({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default')) return;
  for (const { securityContext } of containersOf(spec))
    if (securityContext?.procMount !== undefined) securityContext.procMount = 'Default';
}
