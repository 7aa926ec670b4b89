import { isDeepStrictEqual } from 'node:util';
import { Pods, type corev1 } from '@navarch/api';
import { isConflict, isNotFound } from '@navarch/apimachinery';
import { Backoff } from '@navarch/base';
import type { KubeletDeps } from '../options';
import { statusPatch } from './status-patch';

/** Target is the API object that shows a pod's status: the pod itself, or the mirror of a static one. */
export interface StatusTarget {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Entry {
  target: StatusTarget | undefined;
  /** desired is what the API should show. */
  desired: corev1.PodStatus;
  /** shown is what it showed when last heard of. */
  shown: corev1.PodStatus;
  /** seen is the resourceVersion of the last news, whether it counted or not. */
  seen: string | undefined;
  /** awaiting is the resourceVersion of our last write, until the informer has seen it: older news is no news. */
  awaiting: string | undefined;
  /** overtaking is the news that comes while a write is on its way: only its answer tells what of it is older. */
  overtaking: corev1.Pod[] | undefined;
  remove: boolean;
  writing: boolean;
  readonly ends: AbortController;
}

/** StatusManager brings the API's pod statuses to what the kubelet says: at once, one write at a time a pod, the newest only, with backoff. */
export class StatusManager {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly deps: Pick<KubeletDeps, 'client' | 'clock' | 'log'>) {}

  /** get is the status last set for a pod. */
  get(podUid: string): corev1.PodStatus | undefined {
    return this.entries.get(podUid)?.desired;
  }

  /** set says what the pod's status is; `target` is undefined while there is no API object for it. */
  set(pod: corev1.Pod, target: StatusTarget | undefined, status: corev1.PodStatus): void {
    const uid = pod.metadata?.uid ?? '';
    const entry = this.entries.get(uid) ?? this.open(uid, pod);
    entry.desired = status;
    entry.target = target;
    this.flush(uid, entry);
  }

  /** finish deletes the API object for good, after its last status has been written. */
  finish(pod: corev1.Pod, target: StatusTarget): void {
    const uid = pod.metadata?.uid ?? '';
    const entry = this.entries.get(uid) ?? this.open(uid, pod);
    entry.target = target;
    entry.remove = true;
    this.flush(uid, entry);
  }

  /** observed takes what the API shows now; a status that somebody else changed is written again. */
  observed(podUid: string, object: corev1.Pod): void {
    const entry = this.entries.get(podUid);
    if (!entry) return;
    if (entry.overtaking) entry.overtaking.push(object);
    else if (take(entry, object)) this.flush(podUid, entry);
  }

  forget(podUid: string): void {
    this.entries.get(podUid)?.ends.abort();
    this.entries.delete(podUid);
  }

  stop(): void {
    for (const uid of [...this.entries.keys()]) this.forget(uid);
  }

  private open(uid: string, pod: corev1.Pod): Entry {
    const shown = pod.status ?? {};
    const entry: Entry = {
      target: undefined,
      desired: shown,
      shown,
      seen: pod.metadata?.resourceVersion,
      awaiting: undefined,
      overtaking: undefined,
      remove: false,
      writing: false,
      ends: new AbortController(),
    };
    this.entries.set(uid, entry);
    return entry;
  }

  private flush(uid: string, entry: Entry): void {
    if (entry.writing || !entry.target) return;
    if (!entry.remove && !statusPatch(entry.shown, entry.desired)) return;
    entry.writing = true;
    this.write(uid, entry)
      .catch((error: unknown) => {
        if (!entry.ends.signal.aborted)
          this.deps.log.error('Writing a pod status ended', error, { pod: entry.target?.name });
      })
      .finally(() => {
        entry.writing = false;
        // What was set while the last write was ending is written now.
        if (this.entries.get(uid) === entry && !entry.ends.signal.aborted && statusPatch(entry.shown, entry.desired))
          this.flush(uid, entry);
      });
  }

  private async write(uid: string, entry: Entry): Promise<void> {
    const backoff = new Backoff({ initialMs: 50, maxMs: 10_000, jitter: 0.1 });
    const { signal } = entry.ends;
    let failures = 0;
    while (!signal.aborted && entry.target) {
      try {
        if (!(await this.writeOnce(uid, entry, entry.target))) return;
      } catch (error) {
        if (await this.isGone(error, entry.target)) return this.gone(uid);
        const level = failures++ === 0 ? 0 : 2;
        this.deps.log.v(level, 'Cannot write a pod status yet', { pod: entry.target.name, err: String(error) });
        await this.deps.clock.sleep(backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  /** isGone: the API has no pod of this name any more, or another one. */
  private async isGone(error: unknown, target: StatusTarget): Promise<boolean> {
    if (isNotFound(error)) return true;
    if (!isConflict(error)) return false;
    const other = await this.deps.client
      .resource(Pods)
      .get(target.namespace, target.name)
      .catch((failure: unknown) => (isNotFound(failure) ? undefined : target));
    return other === undefined || ('metadata' in other && other.metadata?.uid !== target.uid);
  }

  /** gone: there is no object to write to any more; what is remembered would never be written. */
  private gone(uid: string): void {
    const entry = this.entries.get(uid);
    if (entry) entry.shown = entry.desired;
    if (entry?.remove) this.forget(uid);
  }

  /** writeOnce writes what differs; false when nothing is left to do. */
  private async writeOnce(
    uid: string,
    entry: Entry,
    { namespace, name, uid: targetUid }: StatusTarget,
  ): Promise<boolean> {
    const pods = this.deps.client.resource(Pods);
    const { desired } = entry;
    const status = statusPatch(entry.shown, desired);
    if (status) {
      const patch = { type: 'strategic', body: { metadata: { uid: targetUid }, status } } as const;
      const news: corev1.Pod[] = (entry.overtaking = []);
      try {
        const { metadata } = await pods.patch(namespace, name, patch, { subresource: 'status' });
        // A write that changed nothing is no news to anybody.
        entry.awaiting = metadata?.resourceVersion === entry.seen ? undefined : metadata?.resourceVersion;
        entry.shown = desired;
      } finally {
        entry.overtaking = undefined;
        for (const object of news) take(entry, object);
      }
      return !isDeepStrictEqual(desired, entry.desired) || entry.remove;
    }
    if (!entry.remove) return false;
    await pods.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid: targetUid } });
    this.forget(uid);
    return false;
  }
}

/** take lets an entry know what the API shows; false for what is older than our last write. */
function take(entry: Entry, object: corev1.Pod): boolean {
  entry.seen = object.metadata?.resourceVersion;
  if (entry.awaiting !== undefined && entry.seen !== entry.awaiting) return false;
  entry.awaiting = undefined;
  entry.shown = object.status ?? {};
  return true;
}
