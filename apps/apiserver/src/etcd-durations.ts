import { Distributions, type Distribution, type Registry } from '@navarch/base';
import type { KindDefinition } from '@navarch/kinds';
import type { EtcdOperation, RequestObserver } from '@navarch/storage';

const BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

/** etcdDurations shows how long requests to etcd take, by operation and type of object. */
export function etcdDurations(kinds: readonly KindDefinition[], registry: Registry): RequestObserver {
  const durations = new Distributions(registry, {
    name: 'etcd_request_duration_seconds',
    help: 'Etcd request latency in seconds for each operation and object type.',
    labelNames: ['operation', 'type'],
    buckets: BUCKETS,
  });
  const types = new Map(
    kinds.map(kind => [`/registry/${kind.storagePath ?? kind.resource.resource}/`, typeName(kind.resource)]),
  );
  const parts = new Map<string, Map<EtcdOperation, Distribution>>();
  return (operation, prefix, seconds) => {
    let ofPrefix = parts.get(prefix);
    if (!ofPrefix) parts.set(prefix, (ofPrefix = new Map()));
    let part = ofPrefix.get(operation);
    if (!part) ofPrefix.set(operation, (part = durations.of(operation, types.get(prefix) ?? OTHER)));
    part.add(seconds);
  };
}

/** OTHER is the type of all that no built-in kind declares. */
const OTHER = '*unstructured.Unstructured';

/** typeName is how upstream calls the type of a kind: `*core.Pod`. Pure. */
export function typeName({ group, kind }: { readonly group: string; readonly kind: string }): string {
  return `*${group.split('.', 1)[0] || 'core'}.${kind}`;
}
