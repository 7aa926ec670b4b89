import type { corev1 } from '@navarch/api';
import { parseQuantity } from '@navarch/apimachinery';

const COUNTED = ['cpu', 'memory'] as const;

/** qosClass is the pod's class: Guaranteed, Burstable or BestEffort, by the cpu and memory of its containers. */
export function qosClass(spec: corev1.PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const positive = (list: Record<string, string> | undefined, name: string) => {
    const text = list?.[name];
    const quantity = text === undefined ? undefined : parseQuantity(text);
    return quantity && quantity.sign() > 0 ? quantity : undefined;
  };
  let any = false;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of COUNTED) {
      const limit = positive(resources?.limits, name);
      const request = positive(resources?.requests, name);
      any ||= limit !== undefined || request !== undefined;
      guaranteed &&= limit !== undefined && request !== undefined && limit.cmp(request) === 0;
    }
  }
  return !any ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable';
}
