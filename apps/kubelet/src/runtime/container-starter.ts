import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import type { Image, Mount, PodSandboxConfig } from '@navarch/cri';
import type { ObjectStore } from '../config/object-store';
import { ConfigError, environmentOf } from '../environment/environment';
import type { FieldContext } from '../environment/field-values';
import { credentialsFor } from '../images/pull-secrets';
import type { ImagePuller } from '../images/image-puller';
import type { KubeletDeps } from '../options';
import { containerResources } from '../resources/linux-resources';
import type { MountedVolume } from '../volumes/volume-manager';
import { containerConfig, containerLogPath } from './container-config';
import { volumeMounts } from './container-mounts';
import { containerFieldPath } from './format';
import { runHook } from './hooks';
import { hostsFile } from './hosts-file';
import type { StartAction } from './plan';
import { newestOf, type RuntimePod } from './runtime-pod';
import { podDomain, podHostname } from './sandbox-config';
import { containerSecurity } from './security';
import { StartError } from './start-error';

/** StartContext is what the pod as a whole brings to each of its containers' starts. */
export interface StartContext {
  readonly pod: corev1.Pod;
  readonly current: RuntimePod;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly services: ReadonlyMap<string, string>;
  readonly fields: FieldContext;
  readonly memoryCapacity: number;
  /** podDir is the pod's directory below --root-dir. */
  readonly podDir: string;
}

/** ContainerStarter takes one container from its image to running. */
export class ContainerStarter {
  constructor(
    private readonly deps: KubeletDeps,
    private readonly objects: ObjectStore,
    private readonly puller: ImagePuller,
  ) {}

  /** start resolves when the container runs and its postStart hook has ended. Throws StartError with the waiting reason. */
  async start(context: StartContext, action: StartAction, signal: AbortSignal): Promise<void> {
    const { pod, sandbox } = context;
    const { container } = action;
    const { runtime, events } = this.deps;
    const part = containerFieldPath(pod, container.name);
    const failed = (reason: string, error: unknown): StartError => {
      const message = error instanceof Error ? error.message : String(error);
      events.event(pod, 'Warning', 'Failed', `Error: ${message}`, part);
      return new StartError(reason, message);
    };

    const image = await this.puller
      .ensure(pod, container, () => this.credentials(pod, container), sandbox, signal)
      .catch((error: unknown) => {
        if (error instanceof StartError) events.event(pod, 'Warning', 'Failed', `Error: ${error.reason}`, part);
        throw error;
      });
    const config = await this.configure(context, action, image).catch((error: unknown) => {
      throw failed('CreateContainerConfigError', error);
    });
    signal.throwIfAborted();
    const id = await runtime.createContainer(context.sandboxId, config, sandbox).catch((error: unknown) => {
      throw failed('CreateContainerError', error);
    });
    events.event(pod, 'Normal', 'Created', `Created container: ${container.name}`, part);
    await this.linkLog(context, action, id);
    await runtime.startContainer(id).catch((error: unknown) => {
      throw failed('RunContainerError', error);
    });
    events.event(pod, 'Normal', 'Started', `Started container ${container.name}`, part);
    if (container.lifecycle?.postStart) await this.postStart(context, container, id, signal);
  }

  private async credentials(pod: corev1.Pod, container: corev1.Container) {
    const namespace = pod.metadata?.namespace ?? '';
    const names = (pod.spec?.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter(Boolean);
    const secrets = await Promise.all(names.map(name => this.objects.secret(namespace, name)));
    return credentialsFor(
      container.image ?? '',
      secrets.filter(secret => secret !== undefined),
    );
  }

  private async configure(context: StartContext, { container, restartCount, kind }: StartAction, image: Image) {
    const { pod } = context;
    const namespace = pod.metadata?.namespace ?? '';
    const env = await environmentOf(pod, container, {
      configMap: name => this.objects.configMap(namespace, name),
      secret: name => this.objects.secret(namespace, name),
      services: context.services,
      fields: context.fields,
    });
    const target = kind === 'ephemeral' ? (container as corev1.EphemeralContainer).targetContainerName : undefined;
    const targetId = target ? newestOf(context.current, target)?.id : undefined;
    if (target && !targetId) throw new ConfigError(`unable to find target container ${target}`);
    const security = containerSecurity(pod, container, image, {
      seccompDefault: this.deps.options.seccompDefault,
      targetId,
    });
    const volumes = await volumeMounts(container, context.volumes, env);
    const mounts = [...volumes, ...(await this.ownMounts(context, container, volumes))];
    await mkdir(path.join(context.sandbox.logDirectory, container.name), { recursive: true, mode: 0o755 });
    return containerConfig(pod, container, {
      image,
      env,
      mounts,
      restartCount,
      resources: containerResources(pod.spec!, container, context.memoryCapacity),
      security,
    });
  }

  /** ownMounts are the kubelet's: /etc/hosts, and the file for the termination message. */
  private async ownMounts(
    context: StartContext,
    container: corev1.Container,
    taken: readonly Mount[],
  ): Promise<Mount[]> {
    const mounts: Mount[] = [];
    const has = (at: string) => taken.some(mount => path.normalize(mount.containerPath) === at);
    if (!has('/etc/hosts')) {
      const file = path.join(context.podDir, 'etc-hosts');
      await writeFile(file, await this.hosts(context), { mode: 0o644 });
      mounts.push({ containerPath: '/etc/hosts', hostPath: file, readonly: false, propagation: 'PROPAGATION_PRIVATE' });
    }
    const at = container.terminationMessagePath ?? '/dev/termination-log';
    if (at && !has(at)) {
      const directory = path.join(context.podDir, 'containers', container.name);
      await mkdir(directory, { recursive: true });
      const file = path.join(directory, randomBytes(4).toString('hex'));
      await writeFile(file, '');
      await chmod(file, 0o666);
      mounts.push({ containerPath: at, hostPath: file, readonly: false, propagation: 'PROPAGATION_PRIVATE' });
    }
    return mounts;
  }

  private async hosts({ pod, fields }: StartContext): Promise<string> {
    return hostsFile({
      podIPs: fields.podIPs,
      hostname: podHostname(pod),
      domain: podDomain(pod, this.deps.options.clusterDomain),
      aliases: pod.spec?.hostAliases ?? [],
      hostFile: pod.spec?.hostNetwork ? await readFile('/etc/hosts', 'utf8').catch(() => '') : undefined,
    });
  }

  /** linkLog makes the name by which log collectors find it: `<pod>_<namespace>_<container>-<id>.log`. */
  private async linkLog(
    { pod, sandbox }: StartContext,
    { container, restartCount }: StartAction,
    id: string,
  ): Promise<void> {
    const { containerLogsDir } = this.deps.options;
    if (!containerLogsDir) return;
    const link = path.join(
      containerLogsDir,
      `${pod.metadata?.name}_${pod.metadata?.namespace}_${container.name}-${id}.log`,
    );
    await mkdir(containerLogsDir, { recursive: true });
    await rm(link, { force: true });
    await symlink(path.join(sandbox.logDirectory, containerLogPath(container.name, restartCount)), link);
  }

  private async postStart(
    context: StartContext,
    container: corev1.Container,
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { runtime, clock, events } = this.deps;
    const target = { containerId: id, container, podIp: context.fields.podIPs[0] ?? '' };
    try {
      await runHook(runtime, clock, container.lifecycle!.postStart!, target, POST_START_LIMIT_MS, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const message = `PostStartHook failed: ${(error as Error).message}`;
      const part = containerFieldPath(context.pod, container.name);
      events.event(context.pod, 'Warning', 'FailedPostStartHook', message, part);
      events.event(context.pod, 'Normal', 'Killing', 'FailedPostStartHook', part);
      await runtime.stopContainer(id, context.pod.spec?.terminationGracePeriodSeconds ?? 30);
      throw new StartError('PostStartHookError', (error as Error).message);
    }
  }
}

/** POST_START_LIMIT_MS bounds a hook that never ends. */
const POST_START_LIMIT_MS = 10 * 60_000;
