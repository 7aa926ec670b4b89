import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

/** AlwaysPullImages (off by default) makes every container pull its image, so that a node's cache gives nobody private images. */
export class AlwaysPullImages implements AdmissionPlugin {
  readonly name = 'AlwaysPullImages';

  handles(attributes: AdmissionAttributes): boolean {
    if (!isResource(attributes, 'pods')) return false;
    return attributes.operation === 'CREATE' || (attributes.operation === 'UPDATE' && hasNewImage(attributes));
  }

  admit({ object }: AdmissionAttributes): void {
    for (const container of containersOf(object)) container.imagePullPolicy = 'Always';
  }
}

const containersOf = (object: object | undefined) => {
  const { initContainers = [], containers = [] } = (object as corev1.Pod | undefined)?.spec ?? {};
  return [...initContainers, ...containers];
};

/** hasNewImage: an update that brings no image in has nothing to pull. */
function hasNewImage({ object, oldObject }: AdmissionAttributes): boolean {
  const before = new Set(containersOf(oldObject).map(({ image }) => image));
  return containersOf(object).some(({ image }) => !before.has(image));
}
