import { describe, type Logger } from '@navarch/base';
import type { WorkQueue } from '@navarch/client';

/** runWorkers works on a queue's keys, `workers` at a time, until signal aborts. Work that fails comes again, later each time. */
export async function runWorkers(
  queue: WorkQueue,
  workers: number,
  work: (key: string) => Promise<void>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  signal.addEventListener('abort', () => queue.shutDown(), { once: true });
  if (signal.aborted) queue.shutDown();
  await Promise.all(Array.from({ length: workers }, () => worker(queue, work, log)));
}

async function worker(queue: WorkQueue, work: (key: string) => Promise<void>, log: Logger): Promise<void> {
  for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
    try {
      await work(key);
      queue.forget(key);
    } catch (error) {
      log.v(2, 'An APIService is looked at again later', { name: key, err: describe(error) });
      queue.addRateLimited(key);
    } finally {
      queue.done(key);
    }
  }
}
