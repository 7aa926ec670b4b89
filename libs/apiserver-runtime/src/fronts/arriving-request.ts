import type { ApiRequest, UserInfo } from '@navarch/apimachinery';
import { readBody } from './body';
import type { Content } from './content';
import type { Departure } from './departure';

/** Arrival is a request's head that has come over HTTP, and what its body will come by. */
export interface Arrival {
  readonly method: string;
  /** url is its path and query. */
  readonly url: string;
  readonly headers: ApiRequest['headers'];
  readonly content: Content;
  /** hasBody: something may come by `content`. */
  readonly hasBody: boolean;
  /** invite tells a client that waits with its body that it may come. */
  readonly invite: () => void;
  /** user is who the connection proves its client to be. */
  readonly user: UserInfo | undefined;
  readonly remoteAddress: string | undefined;
  readonly gone: Departure;
}

/** arrivingRequest is the API's request of what has arrived; a body that takes longer than bodyTimeoutMs is cut. */
export function arrivingRequest(arrival: Arrival, bodyTimeoutMs: number): ApiRequest {
  const { method, url, headers, content, hasBody, user, remoteAddress, gone } = arrival;
  const mark = url.indexOf('?');
  let body: Promise<Buffer> | undefined;
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body: limit => {
      const announced = Number(headers['content-length'] ?? NaN);
      return (body ??= readBody(content, announced, limit, bodyTimeoutMs, waits(headers) ? arrival.invite : undefined));
    },
    content() {
      if (hasBody && waits(headers)) arrival.invite();
      return hasBody ? content.readable() : undefined;
    },
    ...(user && { user }),
    ...(remoteAddress !== undefined && { remoteAddress }),
    get signal() {
      return gone.signal;
    },
    onAnswered: listener => gone.onGone(listener),
  };
}

const waits = (headers: ApiRequest['headers']) => headers['expect']?.toLowerCase() === '100-continue';
