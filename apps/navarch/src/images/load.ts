import type { ClusterConfig } from '../cluster/config';
import { enterCommand, type WorkerHost } from '../host/host';
import { run } from '../process/run';

/**
 * loadImages makes a worker's containerd fetch the images it has not got from the cluster's registry, and answers how many it
 * fetched. An image once there is left alone.
 */
export async function loadImages(
  config: ClusterConfig,
  host: WorkerHost,
  references: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  const ctr = (...rest: string[]) =>
    run(enterCommand(config, host, ['ctr', '--namespace', 'k8s.io', 'images', ...rest]), { ...(signal && { signal }) });
  const there = new Set((await ctr('ls', '--quiet')).split('\n'));
  const missing = references.filter(reference => !there.has(reference));
  for (const reference of missing) await ctr('pull', '--hosts-dir', '/etc/containerd/certs.d', reference);
  return missing.length;
}
