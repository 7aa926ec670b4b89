import type { corev1 } from '@navarch/api';
import { isDeleting, type KubeObject } from '@navarch/apimachinery';

export const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
export const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** claimsOfPod are the names of the claims that a pod uses, those made for its ephemeral volumes included. */
export function claimsOfPod({ metadata, spec }: corev1.Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata?.name}-${name}`] : [];
  });
}

/** usesClaim: the pod has been given a node, so the claim may be mounted there, as long as the pod exists. */
export function usesClaim(pod: corev1.Pod, claim: string): boolean {
  return !!pod.spec?.nodeName && claimsOfPod(pod).includes(claim);
}

/** planFinalizer: what is not being deleted gets the finalizer; what is being deleted loses it once nobody uses it. */
export function planFinalizer(object: KubeObject, finalizer: string, inUse: boolean): 'add' | 'remove' | 'keep' {
  const has = object.metadata?.finalizers?.includes(finalizer) === true;
  if (!isDeleting(object)) return has ? 'keep' : 'add';
  return has && !inUse ? 'remove' : 'keep';
}

/** withFinalizers carries a plan out. */
export function withFinalizers<T extends KubeObject>(object: T, finalizer: string, plan: 'add' | 'remove'): T {
  const others = (object.metadata?.finalizers ?? []).filter(name => name !== finalizer);
  const finalizers = plan === 'add' ? [...others, finalizer] : others;
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
