import { Pods, type corev1 } from '@navarch/api';
import { defineKind, type Minor } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { proxyConnect, streamConnect } from '../../../shared/connects';

/** pod declares Pod. */
export const pod = (emulated: Minor) => defineKind<corev1.Pod>({
  resource: Pods,
  versions: [
    served('v1', 'Pod'),
  ],
  shortNames: ['po'],
  categories: ['all'],
  strategy: specStrategy<corev1.Pod>({}),
  subresources: {
    status: statusStrategy<corev1.Pod>(),
    writes: {
      ephemeralcontainers: { strategy: statusStrategy<corev1.Pod>(), verbs: ['get', 'patch', 'update'], since: 23 },
      resize: { strategy: statusStrategy<corev1.Pod>(), verbs: ['get', 'patch', 'update'], since: 33 },
    },
    connects: {
      attach: streamConnect('PodAttachOptions'),
      binding: { kind: 'Binding', verbs: ['create'] },
      eviction: { kind: 'Eviction', group: 'policy', version: emulated >= 22 ? 'v1' : 'v1beta1', verbs: ['create'] },
      exec: streamConnect('PodExecOptions'),
      log: { kind: 'Pod', verbs: ['get'] },
      portforward: streamConnect('PodPortForwardOptions'),
      proxy: proxyConnect('PodProxyOptions'),
    },
  },
});
