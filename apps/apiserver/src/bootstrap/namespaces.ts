import type { corev1 } from '@navarch/api';
import type { Store } from '@navarch/apiserver-runtime';
import { ensure } from './ensure';

/** SYSTEM_NAMESPACES exist in every cluster. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

/** ensureNamespaces makes the system namespaces that are missing. */
export async function ensureNamespaces(namespaces: Store<corev1.Namespace>): Promise<void> {
  await Promise.all(
    SYSTEM_NAMESPACES.map(name =>
      ensure(namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      }),
    ),
  );
}
