import type { corev1 } from '@navarch/api';
import { keyString, objectKey, selectorFromSet } from '@navarch/apimachinery';
import type { EventHandler, Informer, WorkQueue } from '@navarch/client';
import { hasSelector } from './endpoints';
import { semanticEqual } from './equality';

/** enqueueServicesOf adds the services that select a pod, when something changes that their endpoints show. */
export function enqueueServicesOf(services: Informer<corev1.Service>, queue: WorkQueue): EventHandler<corev1.Pod> {
  const add = (pod: corev1.Pod) => {
    for (const service of services.list(pod.metadata?.namespace)) {
      if (hasSelector(service) && selectorFromSet(service.spec?.selector).matches(pod.metadata?.labels))
        queue.add(keyString(objectKey(service)));
    }
  };
  return {
    added: add,
    updated: (old, pod) => {
      if (semanticEqual(shown(old), shown(pod))) return;
      if (!semanticEqual(old.metadata?.labels, pod.metadata?.labels)) add(old);
      add(pod);
    },
    deleted: add,
  };
}

/** shown is what endpoints depend on. */
function shown({ metadata, spec, status }: corev1.Pod) {
  const ready = status?.conditions?.find(condition => condition.type === 'Ready')?.status;
  return [
    metadata?.labels,
    metadata?.deletionTimestamp,
    [spec?.hostname ?? '', spec?.subdomain ?? '', spec?.nodeName ?? ''],
    [status?.podIP ?? '', status?.podIPs, status?.phase ?? '', ready ?? ''],
  ];
}
