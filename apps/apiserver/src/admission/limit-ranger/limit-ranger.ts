import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from '../refuse';
import { applyDefaults } from './defaults';
import { claimViolations, podViolations } from './limits';

/** LimitRanger gives pods the defaults of their namespace's LimitRanges and holds pods and claims to the limits. */
export class LimitRanger implements AdmissionPlugin {
  readonly name = 'LimitRanger';

  constructor(
    private readonly ranges: (namespace: string) => readonly corev1.LimitRange[],
    private readonly emulated: number,
  ) {}

  /** handles new pods, and claims new or resized; an update of a pod changes no resources, one of a deleted object is let go. */
  handles(attributes: AdmissionAttributes): boolean {
    const { operation, oldObject } = attributes;
    if (isResource(attributes, 'pods')) return operation === 'CREATE';
    if (!isResource(attributes, 'persistentvolumeclaims')) return false;
    return operation === 'CREATE' || (operation === 'UPDATE' && !oldObject?.metadata?.deletionTimestamp);
  }

  admit({ resource, namespace, object }: AdmissionAttributes): void {
    if (resource.resource !== 'pods') return;
    for (const range of this.inOrder(namespace)) applyDefaults(object as corev1.Pod, range);
  }

  validate(attributes: AdmissionAttributes): void {
    for (const range of this.inOrder(attributes.namespace)) {
      const found =
        attributes.resource.resource === 'pods'
          ? podViolations(range, attributes.object as corev1.Pod, this.emulated)
          : claimViolations(range, attributes.object as corev1.PersistentVolumeClaim);
      const distinct = [...new Set(found)];
      if (distinct.length) throw refuse(attributes, distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`);
    }
  }

  private inOrder(namespace: string): readonly corev1.LimitRange[] {
    return [...this.ranges(namespace)].sort((a, b) => (a.metadata!.name! < b.metadata!.name! ? -1 : 1));
  }
}
