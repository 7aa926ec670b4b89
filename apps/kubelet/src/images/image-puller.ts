import type { corev1 } from '@navarch/api';
import type { Clock } from '@navarch/base';
import { CriError, type AuthConfig, type CriRuntime, type Image, type PodSandboxConfig } from '@navarch/cri';
import type { EventRecorder } from '@navarch/client';
import { CrashBackoff } from '../runtime/crash-backoff';
import { containerFieldPath, durationText } from '../runtime/format';
import { StartError } from '../runtime/start-error';
import { defaultPullPolicy, parseImageName } from './image-name';

const INITIAL_MS = 10_000;
const MAX_MS = 300_000;

/** ImagePuller makes sure an image is there, by the container's pull policy. One pull of an image at a time; failures back off 10 s to 300 s a pod and image. */
export class ImagePuller {
  readonly backoff = new CrashBackoff(INITIAL_MS, MAX_MS);
  private readonly pulls = new Map<string, Promise<Image>>();
  private readonly lastErrors = new Map<string, string>();

  constructor(
    private readonly runtime: CriRuntime,
    private readonly events: EventRecorder,
    private readonly clock: Clock,
  ) {}

  /**
   * ensure answers the image. Throws StartError: InvalidImageName, ErrImageNeverPull, ErrImagePull, ImagePullBackOff (with retryAfterMs).
   */
  async ensure(
    pod: corev1.Pod,
    container: corev1.Container,
    credentials: () => Promise<readonly AuthConfig[]>,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<Image> {
    const image = container.image ?? '';
    const part = containerFieldPath(pod, container.name);
    if (!parseImageName(image)) {
      const message = `Failed to apply default image tag ${JSON.stringify(image)}: couldn't parse image name ${JSON.stringify(image)}: invalid reference format`;
      this.events.event(pod, 'Warning', 'InspectFailed', message, part);
      throw new StartError('InvalidImageName', message);
    }
    const policy = container.imagePullPolicy ?? defaultPullPolicy(image);
    const present = await this.runtime.imageStatus(image);
    if (present && policy !== 'Always') {
      this.events.event(
        pod,
        'Normal',
        'Pulled',
        `Container image ${JSON.stringify(image)} already present on machine`,
        part,
      );
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image ${JSON.stringify(image)} is not present with pull policy of Never`;
      this.events.event(pod, 'Warning', 'ErrImageNeverPull', message, part);
      throw new StartError('ErrImageNeverPull', message);
    }
    return this.pull(pod, image, part, credentials, sandbox, signal);
  }

  private async pull(
    pod: corev1.Pod,
    image: string,
    part: string,
    credentials: () => Promise<readonly AuthConfig[]>,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<Image> {
    const key = `${pod.metadata?.uid}_${image}`;
    const waitMs = this.backoff.remainingSinceStep(key, this.clock.now());
    if (waitMs > 0) {
      const message = `Back-off pulling image ${JSON.stringify(image)}`;
      this.events.event(pod, 'Normal', 'BackOff', message, part);
      const last = this.lastErrors.get(key);
      throw new StartError('ImagePullBackOff', last ? `${message}: ErrImagePull: ${last}` : message, waitMs);
    }
    this.events.event(pod, 'Normal', 'Pulling', `Pulling image ${JSON.stringify(image)}`, part);
    const begun = this.clock.now();
    try {
      const pulled = await abortable(this.shared(image, await credentials(), sandbox), signal);
      this.lastErrors.delete(key);
      const took = durationText(this.clock.now() - begun);
      const message = `Successfully pulled image ${JSON.stringify(image)} in ${took} (${took} including waiting). Image size: ${pulled.size} bytes.`;
      this.events.event(pod, 'Normal', 'Pulled', message, part);
      return pulled;
    } catch (error) {
      if (signal.aborted) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      this.backoff.step(key, this.clock.now(), this.clock.now());
      this.lastErrors.set(key, detail);
      this.events.event(pod, 'Warning', 'Failed', `Failed to pull image ${JSON.stringify(image)}: ${detail}`, part);
      throw new StartError('ErrImagePull', detail, this.backoff.delay(key));
    }
  }

  /** shared joins pulls of one image with the same credentials. */
  private shared(image: string, credentials: readonly AuthConfig[], sandbox: PodSandboxConfig): Promise<Image> {
    const key = `${image}\n${JSON.stringify(credentials)}`;
    const running = this.pulls.get(key);
    if (running) return running;
    const pull = this.tryEach(image, credentials, sandbox).finally(() => this.pulls.delete(key));
    this.pulls.set(key, pull);
    return pull;
  }

  private async tryEach(image: string, credentials: readonly AuthConfig[], sandbox: PodSandboxConfig): Promise<Image> {
    let failure: unknown;
    for (const auth of credentials.length ? credentials : [undefined]) {
      try {
        await this.runtime.pullImage(image, auth, sandbox);
        const pulled = await this.runtime.imageStatus(image);
        if (!pulled) throw new CriError('NOT_FOUND', `image ${JSON.stringify(image)} is gone after its pull`);
        return pulled;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** forget drops what is remembered of a pod's pulls. */
  forget(podUid: string): void {
    this.backoff.forget(`${podUid}_`);
    for (const key of this.lastErrors.keys()) if (key.startsWith(`${podUid}_`)) this.lastErrors.delete(key);
  }
}

/** abortable gives up waiting, not the work, when signal aborts. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
