import type { corev1 } from '@navarch/api';
import type { Minor } from '../../../kind';
import { dropLabelKeys, MERGES_LABEL_KEYS } from './label-keys';

/** EPHEMERAL_CONTAINERS, EPHEMERAL_VOLUMES and PROC_MOUNT are the first releases that have these by default. */
const EPHEMERAL_CONTAINERS: Minor = 23;
const EPHEMERAL_VOLUMES: Minor = 21;
const PROC_MOUNT: Minor = 33;

/** dropDisabledFields takes out of a pod's or template's spec what the release does not have yet, but for what `old` uses already; in place. */
export function dropDisabledFields(
  spec: corev1.PodSpec | undefined,
  old: corev1.PodSpec | undefined,
  emulated: Minor,
): void {
  if (!spec) return;
  if (emulated < EPHEMERAL_CONTAINERS && !old?.ephemeralContainers?.length) delete spec.ephemeralContainers;
  if (emulated < EPHEMERAL_VOLUMES && !old?.volumes?.some(volume => volume.ephemeral))
    for (const volume of spec.volumes ?? []) delete volume.ephemeral;
  if (emulated < MERGES_LABEL_KEYS) dropLabelKeys(spec, old);
  if (emulated >= PROC_MOUNT) return;
  const contexts = (of: corev1.PodSpec | undefined) =>
    [...(of?.initContainers ?? []), ...(of?.containers ?? [])].map(container => container.securityContext);
  if (contexts(old).some(context => (context?.procMount ?? 'Default') !== 'Default')) return;
  for (const context of contexts(spec)) if (context?.procMount !== undefined) context.procMount = 'Default';
}
