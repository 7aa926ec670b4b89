import type { corev1 } from '@navarch/api';
import { badRequest, notFound } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';

/** findPod reads the pod a request is about; 404 if there is none. */
export async function findPod(pods: Store<corev1.Pod>, namespace: string, name: string): Promise<corev1.Pod> {
  const pod = await pods.get(namespace, name);
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  return pod;
}

/** containerOf is the container a request names, or the pod's only one (or its annotated default); 400 if it is not clear or not there. */
export function containerOf(pod: corev1.Pod, requested: string | null, withDefault: boolean): string {
  const name = pod.metadata!.name!;
  const names = (list: readonly { name?: string }[] | undefined) => (list ?? []).map(container => container.name ?? '');
  const containers = names(pod.spec?.containers);
  const init = names(pod.spec?.initContainers);
  const ephemeral = names(pod.spec?.ephemeralContainers);
  if (requested) {
    if (![...containers, ...init, ...ephemeral].includes(requested))
      throw badRequest(`container ${requested} is not valid for pod ${name}`);
    return requested;
  }
  if (containers.length === 1) return containers[0]!;
  const annotated = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  if (withDefault && annotated && containers.includes(annotated)) return annotated;
  if (!containers.length) throw badRequest(`a container name must be specified for pod ${name}`);
  const all = [...init, ...containers, ...ephemeral].join(' ');
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all}]`);
}

/** nodeOf is the node the pod runs on; 400 as long as it has none. */
export function nodeOf(pod: corev1.Pod): string {
  const nodeName = pod.spec?.nodeName;
  if (!nodeName) throw badRequest(`pod ${pod.metadata!.name} does not have a host assigned`);
  return nodeName;
}
