import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from '../refuse';

const HOSTNAME = 'kubernetes.io/hostname';

/** LimitPodHardAntiAffinityTopology (off by default) lets pods keep others off their node, but not off a whole zone. */
export class LimitPodHardAntiAffinityTopology implements AdmissionPlugin {
  readonly name = 'LimitPodHardAntiAffinityTopology';

  handles(attributes: AdmissionAttributes): boolean {
    const { operation } = attributes;
    return (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  validate(attributes: AdmissionAttributes): void {
    const { affinity } = (attributes.object as corev1.Pod).spec ?? {};
    for (const { topologyKey } of affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (topologyKey === HOSTNAME) continue;
      throw refuse(
        attributes,
        `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${topologyKey} but only key ${HOSTNAME} is allowed`,
      );
    }
  }
}
