import { isConflict } from '@navarch/apimachinery';

/** retryOnConflict runs a read-change-write again, up to five times in all, when the write meets a newer version. */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConflict(error) || tries >= 5) throw error;
    }
  }
}

/**
 * slowStart runs `count` tasks in batches of 1, 2, 4, …: a quota or an admission that refuses all is met with one request, not
 * with all of them. It answers how many succeeded and the first failure; after a failure no further batch begins.
 */
export async function slowStart(
  count: number,
  task: (index: number) => Promise<void>,
): Promise<{ done: number; failure?: unknown }> {
  let done = 0;
  let next = 0;
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - next)) {
    const batch = await Promise.allSettled(Array.from({ length: size }, (_, i) => task(next + i)));
    next += size;
    const failed = batch.filter(result => result.status === 'rejected');
    done += size - failed.length;
    if (failed.length) return { done, failure: failed[0]!.reason };
  }
  return { done };
}
