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

/** ArrivingRequest is the API's request of what has arrived; a body that takes longer than bodyTimeoutMs is cut. */
export class ArrivingRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ApiRequest['headers'];
  readonly user?: UserInfo;
  readonly remoteAddress?: string;
  private whole: Promise<Buffer> | undefined;

  constructor(
    private readonly arrival: Arrival,
    private readonly bodyTimeoutMs: number,
  ) {
    const { method, url, headers, user, remoteAddress } = arrival;
    const mark = url.indexOf('?');
    this.method = method;
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
    this.headers = headers;
    if (user) this.user = user;
    if (remoteAddress !== undefined) this.remoteAddress = remoteAddress;
  }

  get signal(): AbortSignal {
    return this.arrival.gone.signal;
  }

  body(limit: number): Promise<Buffer> {
    const { content, invite } = this.arrival;
    const announced = Number(this.headers['content-length'] ?? NaN);
    return (this.whole ??= readBody(content, announced, limit, this.bodyTimeoutMs, this.waits ? invite : undefined));
  }

  content() {
    const { hasBody, invite, content } = this.arrival;
    if (!hasBody) return undefined;
    if (this.waits) invite();
    return content.readable();
  }

  onAnswered(listener: () => void): void {
    this.arrival.gone.onGone(listener);
  }

  /** waits: the client sends its body when it is told to. */
  private get waits(): boolean {
    return this.headers['expect']?.toLowerCase() === '100-continue';
  }
}
