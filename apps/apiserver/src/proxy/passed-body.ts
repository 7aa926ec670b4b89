import type { ApiRequest } from '@navarch/apimachinery';
import { defaultLimits } from '@navarch/apiserver-runtime';
import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';

/** PassedBody is a request's body on its way to a backend. */
export interface PassedBody {
  /** headers announce it. */
  readonly headers: OutgoingHttpHeaders;
  /** again: the request may be sent a second time: it only asks, and has no body. */
  readonly again: boolean;
  /** sendBy ends the outgoing request with it. */
  sendBy(outgoing: ClientRequest): void;
}

/** ASKING are the methods that change nothing: a backend may hear them twice. */
const ASKING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** NO_BODY is that of a request which only asks. */
export const NO_BODY: PassedBody = { headers: {}, again: true, sendBy: outgoing => void outgoing.end() };

/**
 * passedBody passes a body on as it comes, at the backend's pace: of any length, and nothing of it is kept. Where a transport hands over whole
 * bodies only, it is as long as others may be; it rejects with a 413 StatusError past that.
 */
export async function passedBody(request: ApiRequest): Promise<PassedBody> {
  const content = request.content?.();
  if (content) {
    const announced = request.headers['content-length'];
    const headers = announced === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': announced };
    const sendBy = (outgoing: ClientRequest) => {
      // What a backend that has gone did not take must not hold up the answer.
      outgoing.once('close', () => content.resume());
      content.once('end', () => void outgoing.end());
      // What is cut must not look whole.
      content.once('close', () => content.readableEnded || outgoing.destroy());
      content.pipe(outgoing, { end: false });
    };
    return { headers, again: false, sendBy };
  }
  const whole = request.content ? Buffer.alloc(0) : await request.body(defaultLimits.maxBodyBytes);
  if (!whole.length) return { ...NO_BODY, again: ASKING.has(request.method) };
  return { headers: { 'content-length': whole.length }, again: false, sendBy: outgoing => void outgoing.end(whole) };
}
