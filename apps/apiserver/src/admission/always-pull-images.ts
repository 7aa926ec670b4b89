import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

/** AlwaysPullImages (off by default) makes every container pull its image, so that a node's cache gives nobody private images. */
export class AlwaysPullImages implements AdmissionPlugin {
  readonly name = 'AlwaysPullImages';

  handles(attributes: AdmissionAttributes): boolean {
    return (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  admit({ object }: AdmissionAttributes): void {
    const spec = (object as corev1.Pod).spec;
    for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])])
      container.imagePullPolicy = 'Always';
  }
}
