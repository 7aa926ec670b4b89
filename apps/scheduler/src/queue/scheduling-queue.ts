import type { corev1 } from '@navarch/api';
import { backoffDelay, type Clock } from '@navarch/base';
import { podInfo, uidOf, type ClusterEvent, type Framework, type QueuedPod } from '@navarch/scheduler-framework';
import { Heap } from './heap';

/** After how long a pod that no event has freed is tried again all the same, in milliseconds. */
const UNSCHEDULABLE_FOR_MS = 5 * 60_000;

export interface QueueOptions {
  readonly framework: Pick<Framework, 'less' | 'curedBy'>;
  readonly clock: Clock;
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
}

/**
 * SchedulingQueue holds the pods that wait: active ones in order of priority, those in backoff until their time, and the
 * unschedulable until an event may have cured what rejected them. An event that comes while a pod is being tried counts for it.
 */
export class SchedulingQueue {
  private readonly active: Heap<QueuedPod>;
  private readonly backoff: Heap<QueuedPod & { readonly until: number }>;
  private readonly unschedulable = new Map<string, QueuedPod>();
  /** inFlight are the pods handed out and not yet settled, with the events since. */
  private readonly inFlight = new Map<
    string,
    { readonly pod: QueuedPod; readonly events: ClusterEvent[]; gone: boolean }
  >();
  private waiter: (() => void) | undefined;
  private timer: Disposable | undefined;
  private closed = false;

  constructor(private readonly options: QueueOptions) {
    const key = (pod: QueuedPod) => uidOf(pod.info.pod);
    this.active = new Heap(key, (a, b) => options.framework.less(a, b));
    this.backoff = new Heap<QueuedPod & { until: number }>(key, (a, b) => a.until < b.until);
  }

  /** counts are the lengths of the three parts. */
  get counts(): { active: number; backoff: number; unschedulable: number } {
    return { active: this.active.size, backoff: this.backoff.size, unschedulable: this.unschedulable.size };
  }

  /** add takes a new pod, or a changed one: a change of the pod itself may make it fit, so it is tried again. */
  add(pod: corev1.Pod): void {
    const uid = uidOf(pod);
    const now = this.options.clock.now();
    const known = this.find(uid);
    const queued: QueuedPod = {
      attempts: 0,
      firstSeen: now,
      since: now,
      rejectedBy: new Set(),
      ...known,
      info: podInfo(pod),
    };
    const flying = this.inFlight.get(uid);
    if (flying) return;
    this.drop(uid);
    if (known && this.options.clock.now() < this.backoffEnd(known)) this.toBackoff(queued);
    else this.toActive(queued);
  }

  /** delete forgets a pod, wherever it waits. */
  delete(pod: corev1.Pod): void {
    this.drop(uidOf(pod));
    const flying = this.inFlight.get(uidOf(pod));
    if (flying) flying.gone = true;
  }

  /** pop waits for the next pod; undefined after close. Every pod handed out must be settled, by done or requeue. */
  async pop(): Promise<QueuedPod | undefined> {
    for (;;) {
      if (this.closed) return undefined;
      const pod = this.active.pop();
      if (pod) {
        pod.attempts++;
        this.inFlight.set(uidOf(pod.info.pod), { pod, events: [], gone: false });
        return pod;
      }
      await new Promise<void>(resolve => (this.waiter = resolve));
    }
  }

  /** done settles a pod that was bound, or is gone. */
  done(pod: QueuedPod): void {
    this.inFlight.delete(uidOf(pod.info.pod));
  }

  /** requeue settles a pod that did not fit (or failed): it waits for an event, or out its backoff if one has come already. */
  requeue(pod: QueuedPod, rejectedBy: ReadonlySet<string>, current: corev1.Pod = pod.info.pod): void {
    const uid = uidOf(pod.info.pod);
    const flight = this.inFlight.get(uid);
    this.inFlight.delete(uid);
    if (!flight || flight.gone) return;
    const again: QueuedPod = { ...pod, info: podInfo(current), rejectedBy, since: this.options.clock.now() };
    const cured = !rejectedBy.size || flight.events.some(event => this.options.framework.curedBy(rejectedBy, event));
    if (cured) this.toBackoff(again);
    else {
      this.unschedulable.set(uid, again);
      this.schedule();
    }
  }

  /** moveOn tells of a change in the cluster: pods that it may have cured are tried again after their backoff. */
  moveOn(event: ClusterEvent): void {
    for (const flight of this.inFlight.values()) if (!flight.events.includes(event)) flight.events.push(event);
    for (const [uid, pod] of this.unschedulable) {
      if (!this.options.framework.curedBy(pod.rejectedBy, event)) continue;
      this.unschedulable.delete(uid);
      if (this.backoffEnd(pod) > this.options.clock.now()) this.toBackoff(pod);
      else this.toActive(pod);
    }
  }

  close(): void {
    this.closed = true;
    this.timer?.[Symbol.dispose]();
    this.waiter?.();
  }

  private find(uid: string): QueuedPod | undefined {
    return this.active.get(uid) ?? this.backoff.get(uid) ?? this.unschedulable.get(uid);
  }

  private drop(uid: string): void {
    this.active.delete(uid);
    this.backoff.delete(uid);
    this.unschedulable.delete(uid);
  }

  private toActive(pod: QueuedPod): void {
    this.active.set(pod);
    const { waiter } = this;
    this.waiter = undefined;
    waiter?.();
  }

  private toBackoff(pod: QueuedPod): void {
    this.backoff.set({ ...pod, until: this.backoffEnd(pod) });
    this.schedule();
  }

  private backoffEnd(pod: QueuedPod): number {
    if (!pod.attempts) return 0;
    const { initialBackoffMs, maxBackoffMs } = this.options;
    return pod.since + backoffDelay({ initialMs: initialBackoffMs, maxMs: maxBackoffMs }, pod.attempts - 1);
  }

  /** schedule sets the one timer to the first moment at which a pod's time comes. */
  private schedule(): void {
    this.timer?.[Symbol.dispose]();
    const { clock } = this.options;
    const oldest = this.unschedulable.size
      ? Math.min(...[...this.unschedulable.values()].map(pod => pod.since)) + UNSCHEDULABLE_FOR_MS
      : Infinity;
    const next = Math.min(oldest, this.backoff.peek()?.until ?? Infinity);
    if (next === Infinity || this.closed) return;
    this.timer = clock.after(Math.max(0, next - clock.now()), () => this.flush());
  }

  private flush(): void {
    const now = this.options.clock.now();
    for (let pod = this.backoff.peek(); pod && pod.until <= now; pod = this.backoff.peek()) {
      this.backoff.pop();
      this.toActive(pod);
    }
    for (const [uid, pod] of this.unschedulable) {
      if (pod.since + UNSCHEDULABLE_FOR_MS > now) continue;
      this.unschedulable.delete(uid);
      this.toActive(pod);
    }
    this.schedule();
  }
}
