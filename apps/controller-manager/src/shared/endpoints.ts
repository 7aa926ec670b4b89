import type { corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { isPodTerminal } from './pods';
import type { Release } from './release';

export const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** isHeadless: the service has no address of its own. */
export const isHeadless = (service: corev1.Service) => service.spec?.clusterIP === 'None';

/** belongsInEndpoints: the pod has an address and still runs, or will again; terminating ones count only if asked for. */
export function belongsInEndpoints(pod: corev1.Pod, includeTerminating: boolean, release: Release): boolean {
  if (release.has('restartsInEndpoints') ? hasEnded(pod) : isPodTerminal(pod)) return false;
  return hasAddress(pod, includeTerminating);
}

/** hasEnded: the pod is over, as its restart policy tells. */
export function hasEnded({ spec, status }: corev1.Pod): boolean {
  if (status?.phase === 'Succeeded') return spec?.restartPolicy === 'Never' || spec?.restartPolicy === 'OnFailure';
  return status?.phase === 'Failed' && spec?.restartPolicy === 'Never';
}

/** hasAddress: the pod has an address; terminating ones count only if asked for. */
export function hasAddress(pod: corev1.Pod, includeTerminating: boolean): boolean {
  if (!pod.status?.podIP && !pod.status?.podIPs?.length) return false;
  return includeTerminating || !isDeleting(pod);
}

/** findPort resolves a service port's target on one pod: its number, or the container port of that name; undefined if the pod has none. */
export function findPort(pod: corev1.Pod, port: corev1.ServicePort): number | undefined {
  const target = port.targetPort;
  if (typeof target !== 'string') return target || port.port;
  const sidecars = (pod.spec?.initContainers ?? []).filter(container => container.restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = container.ports?.find(p => p.name === target && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (found) return found.containerPort;
  }
  return undefined;
}

/** publishedHostname is the name that the pod has below the service's domain, if it asks for one. */
export function publishedHostname(pod: corev1.Pod, service: corev1.Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata?.name ? hostname : undefined;
}

/** targetRef names the pod behind an endpoint. */
export function targetRef({ metadata }: corev1.Pod, release: Release): corev1.ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata ?? {};
  return { kind: 'Pod', namespace, name, uid, ...(release.has('versionedTargets') && { resourceVersion }) };
}

/** hasSelector: the service's endpoints are ours to find, not the user's to write. */
export function hasSelector(service: corev1.Service): boolean {
  return (
    service.spec?.selector !== undefined &&
    service.spec.selector !== null &&
    Object.keys(service.spec.selector).length > 0
  );
}
