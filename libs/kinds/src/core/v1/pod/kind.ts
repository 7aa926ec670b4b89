import { Pods, type corev1 } from '@navarch/api';
import { defineKind, type KindDefinition, type Minor } from '../../../kind';
import { proxyConnect, streamConnect } from '../../../shared/connects';
import { served } from '../../../shared/served';
import { podColumns } from './columns';
import { defaultPod } from './defaults';
import { ephemeralContainersStrategy, podDeletion, podStatusStrategy, podStrategy, resizeStrategy } from './strategy';

const WRITE_VERBS = ['get', 'patch', 'update'];

/** selectable are the values of a pod's selectable fields. */
function selectable({ spec, status }: corev1.Pod): Record<string, string> {
  return {
    'spec.nodeName': spec?.nodeName ?? '',
    'spec.restartPolicy': spec?.restartPolicy ?? '',
    'spec.schedulerName': spec?.schedulerName ?? '',
    'spec.serviceAccountName': spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec?.hostNetwork ?? false),
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.podIPs': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.nominatedNodeName': status?.nominatedNodeName ?? '',
  };
}

/** labelsOf are the fields that pods of a release may be selected by. */
const labelsOf = (emulated: Minor) =>
  Object.keys(selectable({})).filter(label => emulated >= 28 || label !== 'spec.hostNetwork');

/** ownLabels adds to them what the node was called by the first clients. */
const ownLabels = (emulated: Minor) => ({
  ...Object.fromEntries(labelsOf(emulated).map(label => [label, label])),
  'spec.host': 'spec.nodeName',
});

/** pod declares Pod; the version of its eviction depends on the release. */
export const pod = (emulated: Minor): KindDefinition<corev1.Pod> =>
  defineKind<corev1.Pod>({
    resource: Pods,
    versions: [served('v1', 'Pod', { fieldLabels: ownLabels(emulated) })],
    shortNames: ['po'],
    categories: ['all'],
    defaults: defaultPod,
    podSpec: 'spec',
    strategy: podStrategy,
    gracefulDeletion: podDeletion,
    columns: podColumns,
    selectableFields: selectable,
    fieldLabels: labelsOf(emulated),
    indexes: ['spec.nodeName'],
    subresources: {
      status: podStatusStrategy,
      writes: {
        ephemeralcontainers: { strategy: ephemeralContainersStrategy, verbs: WRITE_VERBS, since: 23 },
        resize: { strategy: resizeStrategy, verbs: WRITE_VERBS, since: 33 },
      },
      connects: {
        attach: streamConnect('PodAttachOptions'),
        binding: { kind: 'Binding', verbs: ['create'] },
        eviction: { kind: 'Eviction', group: 'policy', version: emulated >= 22 ? 'v1' : 'v1beta1', verbs: ['create'] },
        exec: streamConnect('PodExecOptions'),
        log: { kind: 'Pod', verbs: ['get'], readBy: 'PodLogOptions' },
        portforward: streamConnect('PodPortForwardOptions'),
        proxy: proxyConnect('PodProxyOptions'),
      },
    },
  });
