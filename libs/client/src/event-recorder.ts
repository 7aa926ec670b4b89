import { CoreEvents, type corev1 } from '@navarch/api';
import { StatusError, isNotFound, type KubeObject } from '@navarch/apimachinery';
import { Channel, rfc3339, silentLogger, systemClock, type Clock, type Logger, type Stoppable } from '@navarch/base';
import { EventCorrelator, Recent, type Correlation } from './event-correlator';
import type { EventRecorder, KubeClient } from './interfaces';

export interface EventRecorderOptions {
  readonly clock?: Clock;
  /** host is the node's name where the source runs on one. */
  readonly host?: string;
  /** namesReporter: events have reportingComponent and reportingInstance, as since release 1.28; they do unless it says no. */
  readonly namesReporter?: () => Promise<boolean>;
  readonly log?: Logger;
}

const QUEUE = 1000;
const TRIES = 12;
const RETRY_MS = 10_000;

/**
 * createEventRecorder writes core/v1 Events as `source`. Events are queued (1000; more are dropped), correlated, and written in
 * the background; a failing server is tried for two minutes. stop drops what is queued and resolves when nothing runs.
 */
export function createEventRecorder(
  client: KubeClient,
  source: string,
  options: EventRecorderOptions = {},
): EventRecorder & Stoppable {
  return new CoreEventRecorder(client, source, options);
}

interface Queued {
  readonly event: corev1.Event;
  readonly correlation: Exclude<Correlation, { do: 'drop' }>;
}

class CoreEventRecorder implements EventRecorder, Stoppable {
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly correlator = new EventCorrelator();
  /** written are the events as the server has them, by correlation key. */
  private readonly written = new Recent<corev1.Event>();
  private readonly abort = new AbortController();
  private queue = new Channel<Queued>(QUEUE);
  private writing: Promise<void> | undefined;
  private waiting = 0;

  constructor(
    private readonly client: KubeClient,
    private readonly source: string,
    private readonly options: EventRecorderOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.log = options.log ?? silentLogger;
  }

  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    if (this.abort.signal.aborted || this.waiting >= QUEUE) return;
    const now = this.clock.now();
    const involvedObject = referenceTo(about, fieldPath);
    const { kind, namespace, name, uid, apiVersion } = involvedObject;
    const facts = { about: JSON.stringify([kind, namespace, name, uid, apiVersion, fieldPath]), type, reason, message };
    const correlation = this.correlator.correlate(facts, now);
    if (correlation.do === 'drop') return;
    const event = newEvent(
      involvedObject,
      { type, reason, message: correlation.message },
      this.source,
      this.options.host,
      now,
    );
    this.log.v(3, 'Event occurred', { object: `${namespace ?? ''}/${name}`, kind, type, reason, message });
    this.waiting++;
    this.queue.push({ event, correlation });
    this.writing ??= this.write();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.queue.close();
    await this.writing;
  }

  private async write(): Promise<void> {
    for await (const item of this.queue) {
      this.waiting--;
      if (this.abort.signal.aborted) return;
      for (let tries = 1; !(await this.tryWrite(item)) && tries < TRIES && !this.abort.signal.aborted; tries++) {
        await this.clock.sleep(RETRY_MS, this.abort.signal).catch(() => undefined);
      }
    }
  }

  /** tryWrite answers false if it is worth another try. */
  private async tryWrite({ event, correlation }: Queued): Promise<boolean> {
    const { namesReporter } = this.options;
    const events = this.client.resource(CoreEvents);
    const { key } = correlation;
    try {
      const known = correlation.do === 'count' ? this.written.get(key) : undefined;
      if (known) {
        const body = { count: (known.count ?? 1) + 1, lastTimestamp: event.lastTimestamp, message: event.message };
        const { namespace = '', name = '' } = known.metadata ?? {};
        try {
          this.written.set(key, await events.patch(namespace, name, { type: 'strategic', body }));
          return true;
        } catch (error) {
          // Events expire; a new one is begun.
          if (!isNotFound(error)) throw error;
          this.written.delete(key);
        }
      }
      const named = !namesReporter || (await namesReporter());
      const reporter = { reportingComponent: this.source, reportingInstance: this.options.host ?? '' };
      this.written.set(key, await events.create({ ...event, ...(named && reporter) }));
      return true;
    } catch (error) {
      const final = error instanceof StatusError && error.code < 500 && error.code !== 429;
      if (final) this.log.v(2, 'the server rejected an event', { reason: event.reason, err: error.message });
      return final;
    }
  }
}

/** referenceTo is the ObjectReference of an event; the object has to say its kind. */
export function referenceTo(about: KubeObject, fieldPath?: string): corev1.ObjectReference {
  const { namespace, name, uid, resourceVersion } = about.metadata ?? {};
  return {
    kind: about.kind,
    ...(namespace && { namespace }),
    name,
    uid,
    apiVersion: about.apiVersion,
    resourceVersion,
    ...(fieldPath && { fieldPath }),
  };
}

function newEvent(
  involvedObject: corev1.ObjectReference,
  said: { type: string; reason: string; message: string },
  component: string,
  host: string | undefined,
  now: number,
): corev1.Event {
  const nanos = BigInt(now) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
  return {
    metadata: {
      name: `${involvedObject.name}.${nanos.toString(16)}`,
      namespace: involvedObject.namespace ?? 'default',
    },
    involvedObject,
    ...said,
    source: { component, ...(host && { host }) },
    firstTimestamp: rfc3339(now),
    lastTimestamp: rfc3339(now),
    count: 1,
    reportingComponent: '',
    reportingInstance: '',
  };
}
