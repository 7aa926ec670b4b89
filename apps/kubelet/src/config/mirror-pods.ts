import { Pods, type corev1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import type { KubeletDeps } from '../options';
import { CONFIG_HASH, CONFIG_MIRROR, type PodSink } from './pod-source';

const RETRY_MS = 5000;

/** StaticPods runs the node's static pods, and keeps a mirror of each in the API, that shows its status. */
export class StaticPods {
  private pods: ReadonlyMap<string, corev1.Pod> = new Map();
  private readonly mirrors = new Map<string, corev1.Pod>();
  private readonly busy = new Set<string>();

  constructor(
    private readonly deps: Pick<KubeletDeps, 'client' | 'clock' | 'log'>,
    private readonly sink: PodSink,
    private readonly signal: AbortSignal,
    private readonly node: () => corev1.Node | undefined,
  ) {}

  /** set takes all static pods there are now. */
  set(pods: ReadonlyMap<string, corev1.Pod>): void {
    const before = this.pods;
    this.pods = pods;
    for (const [uid, pod] of before) if (!pods.has(uid)) this.gone(pod, uid);
    for (const pod of pods.values()) if (!before.has(pod.metadata!.uid!)) this.show(pod);
  }

  /** mirror takes the API's mirror of a pod as it is now; undefined when it is gone. */
  mirror(namespace: string, name: string, mirror: corev1.Pod | undefined): void {
    const key = `${namespace}/${name}`;
    if (mirror) this.mirrors.set(key, mirror);
    else this.mirrors.delete(key);
    const pod = [...this.pods.values()].find(p => keyOf(p) === key);
    if (!pod) {
      if (mirror) this.work(key, () => this.removeMirror(mirror));
      return;
    }
    if (mirror && mirror.metadata?.uid !== undefined) this.sink.observed(pod.metadata!.uid!, mirror);
    this.show(pod);
  }

  private show(pod: corev1.Pod): void {
    const mirror = this.mirrors.get(keyOf(pod));
    const current = mirror && matches(mirror, pod) && !mirror.metadata?.deletionTimestamp;
    const { namespace = '', name = '' } = pod.metadata ?? {};
    this.sink.apply(pod, current ? { namespace, name, uid: mirror.metadata?.uid ?? '' } : undefined);
    if (!current) this.work(keyOf(pod), () => this.replaceMirror(pod, mirror));
  }

  private gone(pod: corev1.Pod, uid: string): void {
    this.sink.remove(uid);
    const mirror = this.mirrors.get(keyOf(pod));
    if (mirror) this.work(keyOf(pod), () => this.removeMirror(mirror));
  }

  private async replaceMirror(pod: corev1.Pod, old: corev1.Pod | undefined): Promise<void> {
    if (old) await this.removeMirror(old);
    const hash = pod.metadata?.annotations?.[CONFIG_HASH] ?? '';
    const { uid: _, creationTimestamp: __, ...metadata } = pod.metadata ?? {};
    const node = this.node();
    const owner = node && {
      apiVersion: 'v1',
      kind: 'Node',
      name: node.metadata?.name ?? '',
      uid: node.metadata?.uid ?? '',
      controller: true,
    };
    const annotations = { ...metadata.annotations, [CONFIG_MIRROR]: hash };
    const mirror: corev1.Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, annotations, ...(owner && { ownerReferences: [owner] }) },
      spec: pod.spec,
    };
    await this.deps.client.resource(Pods).create(mirror);
  }

  private async removeMirror(mirror: corev1.Pod): Promise<void> {
    const { namespace = '', name = '', uid } = mirror.metadata ?? {};
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    await this.deps.client
      .resource(Pods)
      .delete(namespace, name, options)
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  /** work does one thing a pod at a time; after a failure it looks again later at what is to do. */
  private work(key: string, task: () => Promise<void>): void {
    if (this.busy.has(key) || this.signal.aborted) return;
    this.busy.add(key);
    task()
      .then(() => this.busy.delete(key))
      .catch(async (error: unknown) => {
        this.deps.log.warn('Cannot bring a mirror pod up to date', { pod: key, err: String(error) });
        await this.deps.clock.sleep(RETRY_MS, this.signal).catch(() => undefined);
        this.busy.delete(key);
        const pod = [...this.pods.values()].find(p => keyOf(p) === key);
        if (pod && !this.signal.aborted) this.show(pod);
      });
  }
}

const keyOf = ({ metadata }: corev1.Pod) => `${metadata?.namespace}/${metadata?.name}`;
const matches = (mirror: corev1.Pod, pod: corev1.Pod) =>
  mirror.metadata?.annotations?.[CONFIG_MIRROR] === pod.metadata?.annotations?.[CONFIG_HASH];
