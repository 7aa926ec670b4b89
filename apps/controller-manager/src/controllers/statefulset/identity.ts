import { StatefulSets, type appsv1, type corev1 } from '@navarch/api';
import { isDeleting, type OwnerReference } from '@navarch/apimachinery';
import { podFromTemplate } from '../../shared/pod-control';
import type { Release } from '../../shared/release';
import { REVISION_HASH } from '../../shared/revisions';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** podName is the name of a stateful set's pod with that ordinal. */
export const podName = (set: appsv1.StatefulSet, ordinal: number) => `${set.metadata?.name}-${ordinal}`;

/** ordinalOf is the ordinal of a pod of the set; undefined if its name is not one of the set's. */
export function ordinalOf(set: appsv1.StatefulSet, pod: corev1.Pod): number | undefined {
  const [, parent, ordinal] = /^(.*)-(\d+)$/.exec(pod.metadata?.name ?? '') ?? [];
  return parent !== undefined && parent === set.metadata?.name ? Number(ordinal) : undefined;
}

/** ordinalsOf are the ordinals that the set wants: `end` is no longer one of them. */
export function ordinalsOf({ spec }: appsv1.StatefulSet): { start: number; end: number } {
  const start = spec?.ordinals?.start ?? 0;
  return { start, end: start + (spec?.replicas ?? 1) };
}

/** revisionOf is the name of the revision that a pod was made from. */
export const revisionOf = (pod: corev1.Pod) => pod.metadata?.labels?.[REVISION_HASH] ?? '';

/** templateOf reads a revision's template. */
export function templateOf(revision: appsv1.ControllerRevision): corev1.PodTemplateSpec {
  const data = revision.data as { spec?: { template?: corev1.PodTemplateSpec & { $patch?: string } } } | undefined;
  const template = structuredClone(data?.spec?.template ?? ({} as corev1.PodTemplateSpec & { $patch?: string }));
  delete template.$patch;
  return template;
}

/** claimName is the name of a pod's claim made from a volume claim template. */
export const claimName = (set: appsv1.StatefulSet, template: corev1.PersistentVolumeClaim, ordinal: number) =>
  `${template.metadata?.name}-${podName(set, ordinal)}`;

/** claimsOf are the claims that the pod with that ordinal needs. */
export function claimsOf(set: appsv1.StatefulSet, ordinal: number): corev1.PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map(template => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, template, ordinal),
      namespace: set.metadata?.namespace,
      labels: { ...template.metadata?.labels, ...set.spec?.selector?.matchLabels },
      ...(template.metadata?.annotations && { annotations: { ...template.metadata.annotations } }),
    },
    spec: structuredClone(template.spec),
  }));
}

/** identityLabels are the labels by which a stateful pod is known. */
export function identityLabels(set: appsv1.StatefulSet, ordinal: number, release: Release): Record<string, string> {
  const index = release.has('podIndexLabel') && { [POD_INDEX]: String(ordinal) };
  return { [POD_NAME]: podName(set, ordinal), ...index };
}

/** hasIdentity: the pod still says who it is. */
export function hasIdentity(set: appsv1.StatefulSet, ordinal: number, pod: corev1.Pod): boolean {
  return pod.metadata?.labels?.[POD_NAME] === podName(set, ordinal);
}

/** statefulPod is the pod with that ordinal, made from a revision: its name, host name and claims are always the same. */
export function statefulPod(
  set: appsv1.StatefulSet,
  revision: appsv1.ControllerRevision,
  ordinal: number,
  release: Release,
): corev1.Pod {
  const pod = podFromTemplate(StatefulSets, set, templateOf(revision));
  const name = podName(set, ordinal);
  const metadata = pod.metadata!;
  const claimed = (set.spec?.volumeClaimTemplates ?? []).map(template => ({
    name: template.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  const others = (pod.spec?.volumes ?? []).filter(volume => !claimed.some(claim => claim.name === volume.name));
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: {
        ...metadata.labels,
        ...identityLabels(set, ordinal, release),
        [REVISION_HASH]: revision.metadata?.name ?? '',
      },
    },
    spec: {
      ...pod.spec!,
      hostname: name,
      ...(set.spec?.serviceName && { subdomain: set.spec.serviceName }),
      ...((claimed.length > 0 || others.length > 0) && { volumes: [...claimed, ...others] }),
    },
  };
}

/**
 * claimOwners are the owner references that the retention policy wants on a claim of a pod: the set, so that the claim goes with it,
 * or the pod, once it is to go because the set shrinks. References to others stay. undefined: they are as they should be.
 */
export function claimOwners(
  set: appsv1.StatefulSet,
  pod: corev1.Pod,
  condemned: boolean,
  claim: corev1.PersistentVolumeClaim,
): OwnerReference[] | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const byPod = whenScaled === 'Delete' && condemned;
  const bySet = whenDeleted === 'Delete' && !byPod;
  const before = claim.metadata?.ownerReferences ?? [];
  const has = (uid: string | undefined) => before.some(owner => owner.uid === uid);
  if (has(set.metadata?.uid) === bySet && has(pod.metadata?.uid) === byPod) return undefined;
  const others = before.filter(({ uid }) => uid !== set.metadata?.uid && uid !== pod.metadata?.uid);
  const reference = (
    apiVersion: string,
    kind: string,
    { name = '', uid = '' }: { name?: string; uid?: string } = {},
  ) => ({
    apiVersion,
    kind,
    name,
    uid,
  });
  return [
    ...others,
    ...(bySet ? [reference('apps/v1', 'StatefulSet', set.metadata)] : []),
    ...(byPod ? [reference('v1', 'Pod', pod.metadata)] : []),
  ];
}

/** isStale: the claim is going, or belongs to an earlier pod of this name with which it will go. */
export function isStale(claim: corev1.PersistentVolumeClaim, name: string, uid: string | undefined): boolean {
  if (isDeleting(claim)) return true;
  return (claim.metadata?.ownerReferences ?? []).some(
    owner => owner.kind === 'Pod' && owner.name === name && owner.uid !== uid,
  );
}
