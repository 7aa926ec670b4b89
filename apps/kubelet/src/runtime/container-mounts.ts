import path from 'node:path';
import type { corev1 } from '@navarch/api';
import type { Mount } from '@navarch/cri';
import { ConfigError } from '../environment/environment';
import { expand } from '../environment/expansion';
import { subPathOf } from '../volumes/sub-path';
import type { MountedVolume } from '../volumes/volume-manager';

const PROPAGATION = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
} as const;

/** volumeMounts are a container's mounts of its pod's volumes; sub-paths are made where missing. Throws ConfigError. */
export async function volumeMounts(
  container: corev1.Container,
  volumes: ReadonlyMap<string, MountedVolume>,
  env: ReadonlyMap<string, string>,
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = volumes.get(mount.name);
    if (!volume)
      throw new ConfigError(
        `cannot find volume ${JSON.stringify(mount.name)} to mount into container ${JSON.stringify(container.name)}`,
      );
    const subPath = mount.subPathExpr ? strictExpand(mount.subPathExpr, env) : (mount.subPath ?? '');
    mounts.push({
      containerPath: path.isAbsolute(mount.mountPath) ? mount.mountPath : path.join('/', mount.mountPath),
      hostPath: subPath ? await subPathOf(volume.hostPath, subPath).catch(asConfigError) : volume.hostPath,
      readonly: (mount.readOnly ?? false) || volume.readOnly,
      propagation: PROPAGATION[(mount.mountPropagation ?? 'None') as keyof typeof PROPAGATION],
    });
  }
  return mounts;
}

function asConfigError(error: unknown): never {
  throw new ConfigError(`failed to prepare subPath for volumeMount: ${(error as Error).message}`);
}

function strictExpand(expression: string, env: ReadonlyMap<string, string>): string {
  return expand(expression, name => {
    const value = env.get(name);
    if (value === undefined) throw new ConfigError(`missing value for ${JSON.stringify(name)}`);
    return value;
  });
}
