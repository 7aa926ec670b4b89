import type { ClientRequest, IncomingMessage } from 'node:http';
import type { PassedBody } from './passed-body';

/**
 * askBackend opens a request, sends it with its body and answers the head of what comes back. It rejects when the backend fails, or the asker has gone. A
 * kept connection that the backend had closed meanwhile is replaced once, where asking again is safe.
 */
export async function askBackend(
  open: () => ClientRequest,
  body: PassedBody,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = open();
  try {
    return await answerOf(request, body, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!body.again || !request.reusedSocket || code !== 'ECONNRESET' || signal.aborted) throw error;
    return answerOf(open(), body, signal);
  }
}

function answerOf(outgoing: ClientRequest, body: PassedBody, signal: AbortSignal): Promise<IncomingMessage> {
  const giveUp = () => outgoing.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  return new Promise((resolve, reject) => {
    outgoing.once('response', response => {
      response.once('close', () => signal.removeEventListener('abort', giveUp));
      resolve(response);
    });
    outgoing.on('error', reject);
    // An answer that comes for a request that was given up is neither told nor an error.
    outgoing.once('close', () => reject(new Error('the request was given up')));
    if (signal.aborted) giveUp();
    else body.sendBy(outgoing);
  });
}
