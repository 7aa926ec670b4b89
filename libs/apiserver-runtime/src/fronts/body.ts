import { StatusError } from '@navarch/apimachinery';
import { GatheredBytes } from '@navarch/base';
import type { Content } from './content';

/**
 * readBody reads a request's body up to a limit. 413 past it, at once where the announced length says so; 408 when it does not
 * come in time. The rest of a refused body is thrown away, so that the answer can get through. `invite` tells a client that waits with its
 * body that it may come.
 */
export function readBody(
  content: Content,
  announced: number,
  limit: number,
  timeoutMs: number,
  invite?: () => void,
): Promise<Buffer> {
  if (announced > limit && invite) return Promise.reject(tooLarge(limit));
  invite?.();
  if (announced > limit) return thrownAway(content).then(() => Promise.reject(tooLarge(limit)));
  return new Promise((resolve, reject) => {
    const gathered = new GatheredBytes(announced || 0);
    const fail = (error: Error) => {
      isOver = true;
      clearTimeout(timer);
      void thrownAway(content).then(() => reject(error));
    };
    const late = () => fail(new StatusError(408, 'Timeout', 'the request body did not arrive in time'));
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    content.read({
      data(bytes) {
        if (gathered.length + bytes.length > limit) return fail(tooLarge(limit));
        gathered.add(bytes);
      },
      end() {
        isOver = true;
        clearTimeout(timer);
        resolve(gathered.take());
      },
      gone() {
        isOver = true;
        clearTimeout(timer);
        reject(new StatusError(400, 'BadRequest', 'the connection ended before the request body did'));
      },
    });
    // Most bodies are there already.
    if (!isOver) timer = setTimeout(late, timeoutMs).unref();
  });
}

/** DISCARD_BYTES and DISCARD_MS bound what is read of a refused body before the answer goes out. */
const DISCARD_BYTES = 8 * 1024 * 1024;
const DISCARD_MS = 5_000;

/** thrownAway reads the rest of a refused body, within bounds: a client that still writes would not see the answer. */
function thrownAway(content: Content): Promise<void> {
  return new Promise(resolve => {
    let size = 0;
    let isOver = false;
    const done = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, DISCARD_MS).unref();
    content.read({
      data(bytes) {
        size += bytes.length;
        if (size > DISCARD_BYTES) done();
      },
      end: done,
      gone: done,
    });
  });
}

function tooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}
