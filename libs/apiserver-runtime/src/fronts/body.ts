import { StatusError } from '@navarch/apimachinery';
import type { Readable } from 'node:stream';

/**
 * readBody reads a request's body up to a limit. 413 past it, at once where the announced length says so; 408 when it does not
 * come in time. The rest of a refused body is thrown away, so that the answer can get through. `invite` tells a client that waits with its
 * body that it may come.
 */
export function readBody(
  stream: Readable,
  announced: number,
  limit: number,
  timeoutMs: number,
  invite?: () => void,
): Promise<Buffer> {
  if (announced > limit && invite) return Promise.reject(tooLarge(limit));
  invite?.();
  if (announced > limit) return thrownAway(stream).then(() => Promise.reject(tooLarge(limit)));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(
      () => fail(new StatusError(408, 'Timeout', 'the request body did not arrive in time')),
      timeoutMs,
    );
    timer.unref();
    const fail = (error: Error) => {
      settle();
      void thrownAway(stream).then(() => reject(error));
    };
    const settle = () => {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone).off('aborted', onGone);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) return fail(tooLarge(limit));
      chunks.push(chunk);
    };
    const onEnd = () => {
      settle();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    };
    const onGone = () => {
      settle();
      reject(new StatusError(400, 'BadRequest', 'the connection ended before the request body did'));
    };
    stream.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone).once('aborted', onGone);
    if (stream.readableEnded) onEnd();
  });
}

/** DISCARD_BYTES and DISCARD_MS bound what is read of a refused body before the answer goes out. */
const DISCARD_BYTES = 8 * 1024 * 1024;
const DISCARD_MS = 5_000;

/** thrownAway reads the rest of a refused body, within bounds: a client that still writes would not see the answer. */
function thrownAway(stream: Readable): Promise<void> {
  return new Promise(resolve => {
    let size = 0;
    const timer = setTimeout(done, DISCARD_MS);
    timer.unref();
    function done() {
      clearTimeout(timer);
      stream.off('data', onData).off('end', done).off('close', done);
      stream.resume();
      resolve();
    }
    function onData(chunk: Buffer) {
      size += chunk.length;
      if (size > DISCARD_BYTES) done();
    }
    if (stream.readableEnded || stream.destroyed) return done();
    stream.on('data', onData).once('end', done).once('close', done).resume();
  });
}

function tooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}
