import type { corev1 } from '@navarch/api';
import { AnswerError } from './answers';

/** PodLookup finds pods of this node. */
export interface PodLookup {
  pods(): readonly corev1.Pod[];
  /** status is the pod's as the kubelet last told it. */
  status(pod: corev1.Pod): corev1.PodStatus;
}

/** RequestedContainer is what a path of the kubelet's server names. */
export interface RequestedContainer {
  readonly namespace: string;
  readonly podName: string;
  readonly uid?: string;
  readonly containerName: string;
}

/** parseContainerPath reads `/{verb}/{namespace}/{pod}[/{uid}]/{container}`. Throws a 404 AnswerError. */
export function parseContainerPath(path: string): RequestedContainer {
  const parts = path.split('/').slice(2).map(decodeURIComponent);
  const [namespace, podName, third, fourth] = parts;
  if (!namespace || !podName || !third || parts.length > 4) throw new AnswerError(404, '404 page not found\n');
  return fourth
    ? { namespace, podName, uid: third, containerName: fourth }
    : { namespace, podName, containerName: third };
}

/** parsePodPath reads `/portForward/{namespace}/{pod}[/{uid}]`. Throws a 404 AnswerError. */
export function parsePodPath(path: string): Omit<RequestedContainer, 'containerName'> {
  const parts = path.split('/').slice(2).map(decodeURIComponent);
  const [namespace, podName, uid] = parts;
  if (!namespace || !podName || parts.length > 3) throw new AnswerError(404, '404 page not found\n');
  return { namespace, podName, ...(uid && { uid }) };
}

/** findPod answers the pod, the newest of a name; it throws a 404 AnswerError. */
export function findPod(
  lookup: PodLookup,
  { namespace, podName, uid }: Omit<RequestedContainer, 'containerName'>,
): corev1.Pod {
  const found = lookup
    .pods()
    .filter(
      ({ metadata }) =>
        metadata?.namespace === namespace && metadata.name === podName && (uid === undefined || metadata.uid === uid),
    )
    .sort((a, b) => ((a.metadata?.creationTimestamp ?? '') < (b.metadata?.creationTimestamp ?? '') ? 1 : -1));
  if (!found[0]) throw new AnswerError(404, `pod ${JSON.stringify(podName)} not found\n`);
  return found[0];
}

/** findContainerId answers the id of a container that runs, or last ran; it throws an AnswerError with upstream's words. */
export function findContainerId(lookup: PodLookup, pod: corev1.Pod, containerName: string, previous: boolean): string {
  const status = lookup.status(pod);
  const all = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const found = all.find(container => container.name === containerName);
  const name = pod.metadata?.name;
  const bare = (id: string) => id.replace(/^[^:]*:\/\//, '');
  if (!found)
    throw new AnswerError(
      400,
      `container ${JSON.stringify(containerName)} in pod ${JSON.stringify(name)} is not available`,
    );
  if (previous) {
    const id = found.lastState?.terminated?.containerID;
    if (!id)
      throw new AnswerError(
        400,
        `previous terminated container ${JSON.stringify(containerName)} in pod ${JSON.stringify(name)} not found`,
      );
    return bare(id);
  }
  const { state, lastState } = found;
  const ended = state?.terminated?.containerID ?? (state?.waiting && lastState?.terminated?.containerID);
  if (state?.running && found.containerID) return bare(found.containerID);
  if (ended) return bare(ended);
  const reason = state?.waiting?.reason ?? '';
  const why = ['ErrImagePull', 'ImagePullBackOff'].includes(reason)
    ? `trying and failing to pull image`
    : `waiting to start: ${reason}`;
  throw new AnswerError(400, `container ${JSON.stringify(containerName)} in pod ${JSON.stringify(name)} is ${why}`);
}
