import { chmod, chown, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import type { FieldContext } from '../environment/field-values';
import type { KubeletDeps } from '../options';
import { wholeValue } from '../resources/quantity';
import type { ObjectStore } from '../config/object-store';
import { writePayload } from './atomic-writer';
import { claimedHostPath } from './claims';
import { prepareHostPath } from './host-path';
import { mountTmpfs, unmountBelow } from './mounts';
import { VolumeError, hasPayload, volumePayload } from './payload';
import type { TokenManager } from './tokens';

/** MountedVolume is a volume that containers can mount. */
export interface MountedVolume {
  readonly hostPath: string;
  readonly readOnly: boolean;
}

/** VolumeMountError names the volume that could not be set up, as the FailedMount event does. */
export class VolumeMountError extends Error {}

/** VolumeManager sets pods' volumes up below --root-dir, keeps those made of API objects up to date, and removes them. */
export class VolumeManager {
  constructor(
    private readonly deps: Pick<KubeletDeps, 'client' | 'options' | 'log'>,
    private readonly objects: ObjectStore,
    private readonly tokens: TokenManager,
  ) {}

  podDir(uid: string): string {
    return path.join(this.deps.options.rootDir, 'pods', uid);
  }

  /** setUp makes every volume of the pod ready, or brings it up to date. Idempotent. Throws VolumeMountError. */
  async setUp(pod: corev1.Pod, fields: FieldContext): Promise<Map<string, MountedVolume>> {
    const mounted = new Map<string, MountedVolume>();
    for (const volume of pod.spec?.volumes ?? []) {
      try {
        mounted.set(volume.name, await this.setUpOne(pod, volume, fields));
      } catch (error) {
        throw new VolumeMountError(
          `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${(error as Error).message}`,
        );
      }
    }
    return mounted;
  }

  private async setUpOne(pod: corev1.Pod, volume: corev1.Volume, fields: FieldContext): Promise<MountedVolume> {
    if (hasPayload(volume)) return this.setUpPayload(pod, volume, fields);
    if (volume.emptyDir) return this.setUpEmptyDir(pod, volume.name, volume.emptyDir);
    if (volume.hostPath) {
      await prepareHostPath(volume.hostPath);
      return { hostPath: volume.hostPath.path, readOnly: false };
    }
    const claim =
      volume.persistentVolumeClaim ??
      (volume.ephemeral && { claimName: `${pod.metadata?.name}-${volume.name}`, readOnly: false });
    if (claim) {
      const source = await claimedHostPath(this.deps.client, pod, claim.claimName);
      await prepareHostPath(source);
      return { hostPath: source.path, readOnly: claim.readOnly ?? false };
    }
    const kind = Object.keys(volume).find(key => key !== 'name') ?? 'none';
    throw new VolumeError(`no volume plugin matched: ${kind} volumes are not supported`);
  }

  private directory(pod: corev1.Pod, plugin: string, name: string): string {
    return path.join(this.podDir(pod.metadata?.uid ?? ''), 'volumes', `kubernetes.io~${plugin}`, name);
  }

  private async setUpEmptyDir(
    pod: corev1.Pod,
    name: string,
    { medium, sizeLimit }: corev1.EmptyDirVolumeSource,
  ): Promise<MountedVolume> {
    const directory = this.directory(pod, 'empty-dir', name);
    await mkdir(directory, { recursive: true });
    if (medium === 'Memory') await mountTmpfs(directory, sizeLimit ? wholeValue(sizeLimit) : undefined);
    else if (medium) throw new VolumeError(`unknown storage medium ${JSON.stringify(medium)}`);
    // A tmpfs is sticky by itself, and upstream leaves that so.
    await giveToGroup(pod, directory, medium === 'Memory' ? 0o1777 : 0o777);
    return { hostPath: directory, readOnly: false };
  }

  private async setUpPayload(pod: corev1.Pod, volume: corev1.Volume, fields: FieldContext): Promise<MountedVolume> {
    const namespace = pod.metadata?.namespace ?? '';
    const plugin = volume.configMap
      ? 'configmap'
      : volume.secret
        ? 'secret'
        : volume.downwardAPI
          ? 'downward-api'
          : 'projected';
    const payload = await volumePayload(pod, volume, {
      configMap: name => this.objects.configMap(namespace, name),
      secret: name => this.objects.secret(namespace, name),
      token: projection => this.tokens.token(pod, projection),
      fields,
    });
    const directory = this.directory(pod, plugin, volume.name);
    await mkdir(directory, { recursive: true });
    if (plugin !== 'configmap' && this.deps.options.memoryVolumes) await mountTmpfs(directory);
    await chmod(directory, 0o777);
    await writePayload(directory, payload, pod.spec?.securityContext?.fsGroup);
    return { hostPath: directory, readOnly: true };
  }

  /** tearDown unmounts and removes what the pod had. Idempotent. hostPath volumes are not touched. */
  async tearDown(uid: string): Promise<void> {
    this.tokens.forget(uid);
    const directory = this.podDir(uid);
    await unmountBelow(directory);
    await rm(directory, { recursive: true, force: true });
  }

  /** refreshAt is when the pod's volumes want setUp again by themselves (a token grows old); undefined: not before something changes. */
  refreshAt(uid: string): number | undefined {
    return this.tokens.refreshAt(uid);
  }

  /** uids are the pods that have a directory, wanted or not. */
  async uids(): Promise<readonly string[]> {
    return readdir(path.join(this.deps.options.rootDir, 'pods')).catch(() => []);
  }
}

/** giveToGroup sets a directory's mode; what is made below belongs to the pod's group, if it has one. */
async function giveToGroup(pod: corev1.Pod, directory: string, mode: number): Promise<void> {
  const group = pod.spec?.securityContext?.fsGroup;
  if (group === undefined) return chmod(directory, mode);
  await chown(directory, 0, group);
  await chmod(directory, mode | 0o2000);
}
