import type { corev1 } from '@navarch/api';

/** podText is how messages name a pod: `name_namespace(uid)`. */
export function podText(pod: corev1.Pod): string {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  return `${name}_${namespace}(${uid})`;
}

/** durationText is a duration as Go prints it: `10s`, `1m20s`, `5m0s`, `1.5s`, `250ms`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return `${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${seconds}s`;
}

/** containerFieldPath is where in its pod's spec a container stands, as events name it: `spec.containers{web}`. */
export function containerFieldPath(pod: corev1.Pod, containerName: string): string {
  const among = (list: readonly { name?: string }[] | undefined) =>
    list?.some(container => container.name === containerName);
  const field = among(pod.spec?.initContainers)
    ? 'initContainers'
    : among(pod.spec?.ephemeralContainers)
      ? 'ephemeralContainers'
      : 'containers';
  return `spec.${field}{${containerName}}`;
}
