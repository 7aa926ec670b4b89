import { isConflict, parseKey, type ObjectKey } from '@navarch/apimachinery';
import { describe, silentLogger, systemClock, traced, type Clock, type Logger, type Registry } from '@navarch/base';
import { createWorkQueue, type Informer, type WorkQueue, type WorkQueueOptions } from '@navarch/client';
import type { KubeObject } from '@navarch/apimachinery';
import { workqueueObserver } from './workqueue-metrics';

/** LONGEST_WAIT_MS: timers reach 24 days; a reconcile that is called too early asks again. */
const LONGEST_WAIT_MS = 86_400_000;

/** Result of a reconcile that did not fail. */
export interface Result {
  /** requeueAfterMs asks to be called again later, without counting as a failure. */
  readonly requeueAfterMs?: number;
}

/** Reconcile brings one object's world to what the object says. Level-based: it must not care why it was called. It throws to be retried. */
export type Reconcile = (key: ObjectKey, signal: AbortSignal) => Promise<Result | void>;

export interface ControllerOptions {
  /** name is upstream's name of the controller's work queue; label of the workqueue_* metrics. */
  readonly name: string;
  readonly reconcile: Reconcile;
  /** concurrency is how many keys are worked on at once; 5 unless given. */
  readonly concurrency?: number;
  /** waitFor are the informers that must have synced before the first key is worked on. */
  readonly waitFor?: readonly Pick<Informer<KubeObject>, 'synced'>[];
  /** maxRetries forgets a key after so many failures in a row, until it is added again; endless unless given. */
  readonly maxRetries?: number;
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly metrics?: Registry;
  readonly queue?: Pick<WorkQueueOptions, 'initialMs' | 'maxMs' | 'perSecond' | 'burst'>;
}

/** Controller works off a queue of keys: run → worker → processNextKey → reconcileKey. A key is never worked on twice at a time. */
export class Controller {
  readonly queue: WorkQueue;
  private readonly log: Logger;

  constructor(private readonly options: ControllerOptions) {
    const { clock = systemClock, metrics, name } = options;
    this.queue = createWorkQueue({
      ...options.queue,
      clock,
      observer: metrics && workqueueObserver(metrics, name, clock),
    });
    this.log = (options.log ?? silentLogger).with({ controller: name });
  }

  /** run works until signal aborts, and resolves when the last worker has finished its key. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.queue.shutDown();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await Promise.all((this.options.waitFor ?? []).map(informer => informer.synced(signal)));
      await Promise.all(Array.from({ length: this.options.concurrency ?? 5 }, () => this.worker(signal)));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  private async worker(signal: AbortSignal): Promise<void> {
    while (await this.processNextKey(signal));
  }

  /** processNextKey answers false when the queue is shut down. */
  private async processNextKey(signal: AbortSignal): Promise<boolean> {
    const key = await this.queue.get();
    if (key === undefined || signal.aborted) return false;
    try {
      await this.reconcileKey(key, signal);
    } finally {
      this.queue.done(key);
    }
    return true;
  }

  private async reconcileKey(key: string, signal: AbortSignal): Promise<void> {
    const { name, reconcile } = this.options;
    try {
      const result = await traced(`reconcile ${name}`, { key }, () => reconcile(parseKey(key), signal));
      this.queue.forget(key);
      this.failures.delete(key);
      if (result?.requeueAfterMs !== undefined)
        this.queue.addAfter(key, Math.min(result.requeueAfterMs, LONGEST_WAIT_MS));
    } catch (error) {
      if (!signal.aborted) this.retry(key, error);
    }
  }

  /** failures counts failures in a row, of the keys that fail; bounded by the keys there are. */
  private readonly failures = new Map<string, number>();

  private retry(key: string, error: unknown): void {
    const failures = (this.failures.get(key) ?? 0) + 1;
    if (failures > (this.options.maxRetries ?? Number.POSITIVE_INFINITY)) {
      this.log.error('dropping a key out of the queue', error, { key });
      this.failures.delete(key);
      this.queue.forget(key);
      return;
    }
    this.failures.set(key, failures);
    // A conflict only says that our cache is behind; it settles itself.
    if (isConflict(error)) this.log.v(3, 'reconcile will be retried', { key, err: describe(error) });
    else this.log.warn('reconcile failed, will be retried', { key, err: describe(error) });
    this.queue.addRateLimited(key);
  }
}
