import type { corev1, storagev1 } from '@navarch/api';
import type { IndexFunction, Informer } from '@navarch/client';
import { podReferences, volumeSecretKeys, type ReferenceKind } from './pod-references';

export type GraphKind = ReferenceKind | 'persistentvolume' | 'volumeattachment';

/** NodeGraph tells whether an object is tied to a node: by its pods, their claims and volumes. */
export interface NodeGraph {
  reaches(nodeName: string, kind: GraphKind, namespace: string, name: string): boolean;
}

const REFERENCES = 'node-references';
const SECRETS = 'secrets';

/** podsByReference indexes pods by node and what they refer to, so that one lookup answers. */
const podsByReference: IndexFunction<corev1.Pod> = pod => {
  const node = pod.spec?.nodeName;
  if (!node) return [];
  return podReferences(pod).map(({ kind, name }) => `${node}\n${kind}\n${pod.metadata!.namespace}/${name}`);
};

/** InformerNodeGraph answers from indexes on informers; nothing but the pods' index grows with the cluster. */
export class InformerNodeGraph implements NodeGraph {
  constructor(
    private readonly pods: Informer<corev1.Pod>,
    private readonly volumes: Informer<corev1.PersistentVolume>,
    private readonly attachments: Informer<storagev1.VolumeAttachment>,
  ) {
    pods.addIndex(REFERENCES, podsByReference);
    volumes.addIndex(SECRETS, volumeSecretKeys);
  }

  reaches(nodeName: string, kind: GraphKind, namespace: string, name: string): boolean {
    switch (kind) {
      case 'persistentvolume':
        return this.claimOf(this.volumes.get('', name), nodeName);
      case 'volumeattachment':
        return this.attachments.get('', name)?.spec?.nodeName === nodeName;
      case 'secret':
        return this.podRefers(nodeName, kind, namespace, name) || this.volumeRefers(nodeName, namespace, name);
      default:
        return this.podRefers(nodeName, kind, namespace, name);
    }
  }

  private podRefers(nodeName: string, kind: GraphKind, namespace: string, name: string): boolean {
    return this.pods.byIndex(REFERENCES, `${nodeName}\n${kind}\n${namespace}/${name}`).length > 0;
  }

  private volumeRefers(nodeName: string, namespace: string, secret: string): boolean {
    return this.volumes.byIndex(SECRETS, `${namespace}/${secret}`).some(volume => this.claimOf(volume, nodeName));
  }

  private claimOf(volume: corev1.PersistentVolume | undefined, nodeName: string): boolean {
    const claim = volume?.spec?.claimRef;
    return !!claim?.name && this.podRefers(nodeName, 'persistentvolumeclaim', claim.namespace ?? '', claim.name);
  }
}
