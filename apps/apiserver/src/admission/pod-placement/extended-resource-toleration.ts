import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import { isResource } from '../refuse';

/** ExtendedResourceToleration (off by default) lets pods that ask for extended resources onto nodes that are kept free for them by a taint of the resource's name. */
export class ExtendedResourceToleration implements AdmissionPlugin {
  readonly name = 'ExtendedResourceToleration';

  handles(attributes: AdmissionAttributes): boolean {
    const { operation } = attributes;
    return (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  admit({ object }: AdmissionAttributes): void {
    const spec = (object as corev1.Pod).spec;
    for (const key of extendedResources(spec)) {
      const toleration: corev1.Toleration = { key, operator: 'Exists', effect: 'NoSchedule' };
      const given = spec!.tolerations ?? [];
      if (!given.some(one => isDeepStrictEqual(one, toleration))) spec!.tolerations = [...given, toleration];
    }
  }
}

/** extendedResources are the names of extended resources that a pod's containers ask for, sorted. Pure. */
export function extendedResources(spec: corev1.PodSpec | undefined): string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const names = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
  return [...new Set(names.filter(isExtended))].sort();
}

/** isExtended: a resource of a domain that is not Kubernetes' own. */
function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}
