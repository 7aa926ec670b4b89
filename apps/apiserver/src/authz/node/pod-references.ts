import type { corev1 } from '@navarch/api';

/** MIRROR_ANNOTATION marks the image of a static pod; it refers to nothing. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

export type ReferenceKind = 'secret' | 'configmap' | 'persistentvolumeclaim' | 'serviceaccount';

/** PodReference is an object in the pod's namespace that the pod's node has to read. */
export interface PodReference {
  readonly kind: ReferenceKind;
  readonly name: string;
}

/** podReferences lists what a pod refers to by name, each once a place it is named. Mirror pods refer to nothing. */
export function podReferences(pod: corev1.Pod): PodReference[] {
  const spec = pod.spec;
  if (!spec || pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return [];
  const found: PodReference[] = [];
  const add = (kind: ReferenceKind, name: string | undefined) => {
    if (name) found.push({ kind, name });
  };
  add('serviceaccount', spec.serviceAccountName);
  for (const secret of spec.imagePullSecrets ?? []) add('secret', secret.name);
  for (const container of allContainers(pod)) {
    for (const from of container.envFrom ?? []) {
      add('configmap', from.configMapRef?.name);
      add('secret', from.secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add('configmap', valueFrom?.configMapKeyRef?.name);
      add('secret', valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of spec.volumes ?? []) {
    for (const name of volumeSecrets(volume)) add('secret', name);
    add('configmap', volume.configMap?.name);
    add('persistentvolumeclaim', volume.persistentVolumeClaim?.claimName);
    if (volume.ephemeral) add('persistentvolumeclaim', `${pod.metadata?.name}-${volume.name}`);
    for (const source of volume.projected?.sources ?? []) {
      add('secret', source.secret?.name);
      add('configmap', source.configMap?.name);
    }
  }
  return found;
}

/** allContainers are a pod's containers of all three sorts. */
export function allContainers(pod: corev1.Pod): (corev1.Container | corev1.EphemeralContainer)[] {
  const spec = pod.spec;
  return spec ? [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])] : [];
}

function volumeSecrets(volume: corev1.Volume): (string | undefined)[] {
  return [
    volume.secret?.secretName,
    volume.azureFile?.secretName,
    volume.cephfs?.secretRef?.name,
    volume.cinder?.secretRef?.name,
    volume.csi?.nodePublishSecretRef?.name,
    volume.flexVolume?.secretRef?.name,
    volume.iscsi?.secretRef?.name,
    volume.rbd?.secretRef?.name,
    volume.scaleIO?.secretRef?.name,
    volume.storageos?.secretRef?.name,
  ];
}

/** volumeSecretKeys are the secrets (`namespace/name`) that a bound PersistentVolume's node has to read. */
export function volumeSecretKeys(volume: corev1.PersistentVolume): string[] {
  const spec = volume.spec;
  const claimNamespace = spec?.claimRef?.namespace;
  if (!spec || !claimNamespace) return [];
  const references = [
    { name: spec.azureFile?.secretName, namespace: spec.azureFile?.secretNamespace },
    spec.cephfs?.secretRef,
    spec.cinder?.secretRef,
    spec.flexVolume?.secretRef,
    spec.iscsi?.secretRef,
    spec.rbd?.secretRef,
    spec.scaleIO?.secretRef,
    spec.storageos?.secretRef,
    spec.csi?.nodePublishSecretRef,
    spec.csi?.nodeStageSecretRef,
    spec.csi?.controllerPublishSecretRef,
    spec.csi?.nodeExpandSecretRef,
  ];
  return references.flatMap(ref => (ref?.name ? [`${ref.namespace || claimNamespace}/${ref.name}`] : []));
}
