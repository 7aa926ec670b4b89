import type { corev1, storagev1 } from '@navarch/api';
import type { Informer } from '@navarch/client';
import type { Entry, Storage } from '@navarch/storage';
import { podReferences, volumeSecretKeys, type ReferenceKind } from './pod-references';

export type GraphKind = ReferenceKind | 'pod' | 'persistentvolume' | 'volumeattachment';

/** NodeGraph tells whether an object is tied to a node: by its pods, their claims and volumes. */
export interface NodeGraph {
  reaches(nodeName: string, kind: GraphKind, namespace: string, name: string): Promise<boolean>;
}

const SECRETS = 'secrets';
const REFERENCES = 'node-references';

/**
 * CachedNodeGraph answers from the watch cache's pods of a node, and from indexes on informers for volumes and attachments, of which
 * there are few. What a pod refers to is kept with its entry: no second copy of all pods is needed.
 */
export class CachedNodeGraph implements NodeGraph {
  constructor(
    private readonly pods: () => Pick<Storage, 'list'>,
    private readonly volumes: Informer<corev1.PersistentVolume>,
    private readonly attachments: Informer<storagev1.VolumeAttachment>,
  ) {
    volumes.addIndex(SECRETS, volumeSecretKeys);
  }

  async reaches(nodeName: string, kind: GraphKind, namespace: string, name: string): Promise<boolean> {
    switch (kind) {
      case 'persistentvolume':
        return this.claimOf(this.volumes.get('', name), nodeName);
      case 'volumeattachment':
        return this.attachments.get('', name)?.spec?.nodeName === nodeName;
      case 'secret':
        return (await this.podRefers(nodeName, kind, namespace, name)) || this.volumeRefers(nodeName, namespace, name);
      default:
        return this.podRefers(nodeName, kind, namespace, name);
    }
  }

  private async podRefers(nodeName: string, kind: GraphKind, namespace: string, name: string): Promise<boolean> {
    const predicate = { namespace, indexed: { field: 'spec.nodeName', value: nodeName } };
    const { entries } = await this.pods().list({ predicate, atLeast: 0 });
    const wanted = `${kind} ${name}`;
    return entries.some(entry => referencesOf(entry).has(wanted));
  }

  private async volumeRefers(nodeName: string, namespace: string, secret: string): Promise<boolean> {
    for (const volume of this.volumes.byIndex(SECRETS, `${namespace}/${secret}`)) {
      if (await this.claimOf(volume, nodeName)) return true;
    }
    return false;
  }

  private async claimOf(volume: corev1.PersistentVolume | undefined, nodeName: string): Promise<boolean> {
    const claim = volume?.spec?.claimRef;
    if (!claim?.name) return false;
    return this.podRefers(nodeName, 'persistentvolumeclaim', claim.namespace ?? '', claim.name);
  }
}

/** referencesOf is the pod itself and what it refers to in its namespace, as `kind name`; made once an entry. */
function referencesOf(entry: Entry): ReadonlySet<string> {
  let references = entry.memo.get(REFERENCES) as Set<string> | undefined;
  if (!references) {
    const pod = entry.object() as corev1.Pod;
    references = new Set(podReferences(pod).map(({ kind, name }) => `${kind} ${name}`));
    references.add(`pod ${pod.metadata!.name}`);
    entry.memo.set(REFERENCES, references);
  }
  return references;
}
