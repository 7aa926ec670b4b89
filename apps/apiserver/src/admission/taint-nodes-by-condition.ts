import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

const NOT_READY: corev1.Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** TaintNodesByCondition taints new nodes as not ready, so that no pod lands there before their conditions are known. */
export class TaintNodesByCondition implements AdmissionPlugin {
  readonly name = 'TaintNodesByCondition';

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'nodes');
  }

  admit({ object }: AdmissionAttributes): void {
    const node = object as corev1.Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(taint => taint.key === NOT_READY.key && taint.effect === NOT_READY.effect)) return;
    node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] };
  }
}
