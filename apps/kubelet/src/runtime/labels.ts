import { createHash } from 'node:crypto';
import type { corev1 } from '@navarch/api';

/** Labels and annotations the kubelet puts on sandboxes and containers, by which it knows them again after a restart. Upstream's names. */
export const POD_NAME = 'io.kubernetes.pod.name';
export const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
export const POD_UID = 'io.kubernetes.pod.uid';
export const CONTAINER_NAME = 'io.kubernetes.container.name';
export const CONTAINER_HASH = 'io.kubernetes.container.hash';
export const RESTART_COUNT = 'io.kubernetes.container.restartCount';
export const TERMINATION_MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath';
export const TERMINATION_MESSAGE_POLICY = 'io.kubernetes.container.terminationMessagePolicy';
export const PRE_STOP_HANDLER = 'io.kubernetes.container.preStopHandler';
export const CONTAINER_PORTS = 'io.kubernetes.container.ports';
export const POD_DELETION_GRACE = 'io.kubernetes.pod.deletionGracePeriod';
export const POD_TERMINATION_GRACE = 'io.kubernetes.pod.terminationGracePeriod';

/** podLabels are on a sandbox and on each of its containers. */
export function podLabels(pod: corev1.Pod): Record<string, string> {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  return { [POD_NAME]: name, [POD_NAMESPACE]: namespace, [POD_UID]: uid };
}

export function containerLabels(pod: corev1.Pod, container: corev1.Container): Record<string, string> {
  return { ...podLabels(pod), [CONTAINER_NAME]: container.name };
}

export function containerAnnotations(
  pod: corev1.Pod,
  container: corev1.Container,
  restartCount: number,
): Record<string, string> {
  const { spec, metadata } = pod;
  return {
    [CONTAINER_HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [TERMINATION_MESSAGE_PATH]: container.terminationMessagePath ?? '/dev/termination-log',
    [TERMINATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? 'File',
    ...(metadata?.deletionGracePeriodSeconds !== undefined && {
      [POD_DELETION_GRACE]: String(metadata.deletionGracePeriodSeconds),
    }),
    ...(spec?.terminationGracePeriodSeconds !== undefined && {
      [POD_TERMINATION_GRACE]: String(spec.terminationGracePeriodSeconds),
    }),
    ...(container.lifecycle?.preStop && { [PRE_STOP_HANDLER]: JSON.stringify(container.lifecycle.preStop) }),
    ...(container.ports?.length && { [CONTAINER_PORTS]: JSON.stringify(container.ports) }),
  };
}

/** containerHash changes when a container has to be made anew: of all its spec only the image can change in place. */
export function containerHash(container: corev1.Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 8);
}

/** restartCountOf reads a container's restart count from its annotations. */
export function restartCountOf(container: {
  readonly annotations: Readonly<Record<string, string>>;
  readonly metadata: { readonly attempt: number };
}): number {
  const count = Number(container.annotations[RESTART_COUNT] ?? NaN);
  return Number.isSafeInteger(count) && count >= 0 ? count : container.metadata.attempt;
}
