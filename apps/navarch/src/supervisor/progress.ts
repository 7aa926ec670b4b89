import { Channel, type Clock } from '@navarch/base';

/** ProgressEvent tells how bringing up the cluster goes on; `ready` or `failed` is the last. Times count from the beginning. */
export interface ProgressEvent {
  readonly type: 'started' | 'done' | 'note' | 'failed' | 'ready';
  readonly step: string;
  readonly atMs: number;
  /** tookMs is how long a step that is done took. */
  readonly tookMs?: number;
  readonly detail?: string;
}

/** Progress collects the events of one start; whoever asks late hears all of them. The events are as many as the steps. */
export class Progress {
  readonly events: ProgressEvent[] = [];
  private readonly listeners = new Set<Channel<ProgressEvent>>();
  private readonly begun: number;

  constructor(private readonly clock: Clock) {
    this.begun = clock.now();
  }

  get finished(): ProgressEvent | undefined {
    const last = this.events.at(-1);
    return last?.type === 'ready' || last?.type === 'failed' ? last : undefined;
  }

  /** step runs a part of the start and tells when it began and when it was done. */
  async step<T>(name: string, work: () => Promise<T>, detail?: (result: T) => string | undefined): Promise<T> {
    const begun = this.clock.now();
    this.emit({ type: 'started', step: name });
    const result = await work();
    const told = detail?.(result);
    this.emit({
      type: 'done',
      step: name,
      tookMs: this.clock.now() - begun,
      ...(told !== undefined && { detail: told }),
    });
    return result;
  }

  emit(event: Omit<ProgressEvent, 'atMs'>): void {
    if (this.finished) return;
    const full = { ...event, atMs: this.clock.now() - this.begun };
    this.events.push(full);
    for (const listener of this.listeners) {
      listener.push(full);
      if (this.finished) listener.close();
    }
  }

  /** follow yields all events so far and those to come, up to the last. */
  async *follow(): AsyncGenerator<ProgressEvent> {
    const channel = new Channel<ProgressEvent>(10_000);
    for (const event of this.events) channel.push(event);
    if (this.finished) channel.close();
    this.listeners.add(channel);
    try {
      yield* channel;
    } finally {
      this.listeners.delete(channel);
    }
  }
}
