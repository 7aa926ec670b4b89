import { Pods, type corev1 } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { failure, type Plugin } from '@navarch/scheduler-framework';

/** defaultBinder binds by a Binding: the apiserver sets spec.nodeName, once. */
export function defaultBinder(client: KubeClient): Plugin {
  return {
    name: 'DefaultBinder',
    events: [],
    async bind(pod, node) {
      const { name, namespace, uid } = pod.metadata!;
      const binding: corev1.Binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      };
      try {
        await client.resource(Pods).createSubresource(namespace!, name!, 'binding', binding);
        return undefined;
      } catch (error) {
        return failure(error);
      }
    },
  };
}
