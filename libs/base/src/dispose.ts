/** Stoppable is what starting something returns. stop is idempotent and resolves when nothing of it runs any more. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** StopStack stops what was pushed, last first; a failure does not keep the rest from stopping. */
export class StopStack implements Stoppable {
  private readonly items: Stoppable[] = [];

  push<T extends Stoppable>(item: T): T {
    this.items.push(item);
    return item;
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (let item = this.items.pop(); item; item = this.items.pop()) {
      try {
        await item.stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length) throw new AggregateError(failures, 'stopping failed');
  }
}
