import { PersistentVolumeClaims, PersistentVolumes, type corev1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { VolumeError } from './payload';

/** claimedHostPath is where on this node a claim's volume lives: the path of a hostPath or local volume. Throws VolumeError for others. */
export async function claimedHostPath(
  client: KubeClient,
  pod: corev1.Pod,
  claimName: string,
): Promise<corev1.HostPathVolumeSource> {
  const namespace = pod.metadata?.namespace ?? '';
  const claim = await client
    .resource(PersistentVolumeClaims)
    .get(namespace, claimName)
    .catch((error: unknown) => {
      if (isNotFound(error)) throw new VolumeError(`persistentvolumeclaim ${JSON.stringify(claimName)} not found`);
      throw error;
    });
  const volumeName = claim.spec?.volumeName;
  if (claim.status?.phase !== 'Bound' || !volumeName)
    throw new VolumeError(`PVC is not bound: ${namespace}/${claimName}`);
  const { spec } = await client.resource(PersistentVolumes).get('', volumeName);
  if (spec?.hostPath) return spec.hostPath;
  if (spec?.local) return { path: spec.local.path, type: 'Directory' };
  throw new VolumeError(`no volume plugin matched for persistent volume ${volumeName}`);
}
