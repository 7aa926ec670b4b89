import { Pods, type corev1 } from '@navarch/api';
import type { Informer, InformerFactory } from '@navarch/client';
import type { StatusTarget } from '../status/status-manager';

/** Annotations by which static pods and their mirrors are known. */
export const CONFIG_SOURCE = 'kubernetes.io/config.source';
export const CONFIG_HASH = 'kubernetes.io/config.hash';
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';
export const CONFIG_SEEN = 'kubernetes.io/config.seen';

/** PodSink takes pods as their sources show them. */
export interface PodSink {
  apply(pod: corev1.Pod, target: StatusTarget | undefined): void;
  remove(uid: string): void;
  /** observed tells of the API's object behind a pod's status. */
  observed(uid: string, object: corev1.Pod): void;
}

/** isMirror: the API's object only shows a static pod. */
export function isMirror(pod: corev1.Pod): boolean {
  return pod.metadata?.annotations?.[CONFIG_MIRROR] !== undefined;
}

/** followApi passes the node's pods from the API to the sink; mirrors go to onMirror (undefined: gone). */
export function followApi(
  informers: InformerFactory,
  nodeName: string,
  sink: PodSink,
  onMirror: (namespace: string, name: string, mirror: corev1.Pod | undefined) => void,
): Informer<corev1.Pod> {
  const informer = informers.informer(Pods, { fieldSelector: `spec.nodeName=${nodeName}` });
  const show = (pod: corev1.Pod) => {
    const { uid = '', namespace = '', name = '' } = pod.metadata ?? {};
    if (isMirror(pod)) return onMirror(namespace, name, pod);
    sink.observed(uid, pod);
    sink.apply(pod, { namespace, name, uid });
  };
  const gone = (pod: corev1.Pod) => {
    const { uid = '', namespace = '', name = '' } = pod.metadata ?? {};
    if (isMirror(pod)) onMirror(namespace, name, undefined);
    else sink.remove(uid);
  };
  informer.addHandler({
    added: show,
    updated: (old, pod) => {
      // Deleted and made again between two looks: the name is the same, the pod is another.
      if (old.metadata?.uid !== pod.metadata?.uid) gone(old);
      show(pod);
    },
    deleted: gone,
  });
  return informer;
}
