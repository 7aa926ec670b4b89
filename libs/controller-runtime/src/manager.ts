import { setMaxListeners } from 'node:events';
import { silentLogger, type Logger, type Stoppable } from '@navarch/base';
import type { InformerFactory, LeaderElector } from '@navarch/client';

/** Runnable is something that works until its signal aborts; it rejects only for what ends the process. */
export interface Runnable {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface ManagerOptions {
  readonly informers: InformerFactory;
  /** elector: runnables run only while it leads. */
  readonly elector?: LeaderElector;
  readonly log?: Logger;
}

/**
 * Manager runs controllers: informers first (also while not leading, so that a take-over starts warm), then, once leading, all
 * runnables at once. When leadership is lost `run` rejects: a process that lost it has to begin anew.
 */
export class Manager implements Stoppable {
  private readonly runnables: Runnable[] = [];
  private readonly abort = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: ManagerOptions) {}

  add(...runnables: Runnable[]): this {
    this.runnables.push(...runnables);
    return this;
  }

  /** run resolves after stop; it rejects if a runnable failed or leadership was lost. Once. */
  run(): Promise<void> {
    return (this.running ??= this.work());
  }

  async stop(): Promise<void> {
    this.abort.abort(new Error('stopped'));
    await this.running?.catch(() => undefined);
  }

  private async work(): Promise<void> {
    const { informers, elector, log = silentLogger } = this.options;
    const { signal } = this.abort;
    // Informers outlive the controllers by a moment, never the other way round.
    const informing = new AbortController();
    setMaxListeners(0, informing.signal);
    informers.start(informing.signal);
    try {
      if (!elector) await this.runAll(signal);
      else {
        await elector.run(signal, leading => this.runAll(leading));
        if (!signal.aborted) throw new Error('leadership was lost');
      }
    } finally {
      informing.abort(new Error('stopped'));
      log.v(2, 'controllers have stopped');
    }
  }

  private async runAll(signal: AbortSignal): Promise<void> {
    const { log = silentLogger } = this.options;
    const stop = new AbortController();
    // Each runnable listens, and each informer or request that it makes.
    setMaxListeners(0, stop.signal);
    const forward = () => stop.abort(signal.reason);
    signal.addEventListener('abort', forward, { once: true });
    if (signal.aborted) forward();
    const outcomes = await Promise.allSettled(
      this.runnables.map(async runnable => {
        log.v(1, 'Starting controller', { controller: runnable.name });
        try {
          await runnable.run(stop.signal);
        } catch (error) {
          if (stop.signal.aborted) return;
          log.error('a controller failed', error, { controller: runnable.name });
          stop.abort(error);
          throw error;
        }
      }),
    );
    signal.removeEventListener('abort', forward);
    const failed = outcomes.find(outcome => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
