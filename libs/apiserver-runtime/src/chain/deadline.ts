import { StatusError } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';

/** withDeadline answers 504 Timeout when the work takes longer than ms. The work itself goes on: a write may still happen. */
export function withDeadline<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.after(ms, () => reject(timeout(ms)));
    work.then(
      value => {
        timer[Symbol.dispose]();
        resolve(value);
      },
      (error: unknown) => {
        timer[Symbol.dispose]();
        reject(error as Error);
      },
    );
  });
}

function timeout(ms: number): StatusError {
  const message = `Timeout: request did not complete within the allotted timeout of ${ms / 1000}s`;
  return new StatusError(504, 'Timeout', message, {});
}
