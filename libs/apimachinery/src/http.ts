import type { Readable } from 'node:stream';
import type { UserInfo } from './user';

/** BETWEEN_VALUES stands between the values of a repeated header that names an identity: no value can have it. */
const BETWEEN_VALUES = '\n';

/** namesIdentity tells the headers whose values may have commas: those of impersonation and, by their usual names, of front proxies. */
export const namesIdentity = (name: string) => name.startsWith('impersonate-') || name.startsWith('x-remote-');

/** joinValues makes one text of the values of a header that names an identity. */
export const joinValues = (values: readonly string[]) => values.join(BETWEEN_VALUES);

/** valuesOf are the values of a header, of which an empty one is none. */
export function valuesOf(headers: Readonly<Record<string, string | undefined>>, name: string): string[] {
  const values = headers[name]?.split(namesIdentity(name) ? BETWEEN_VALUES : ',') ?? [];
  return values.map(value => value.trim()).filter(Boolean);
}

/**
 * ApiRequest is one request to the API, whatever carried it (HTTPS or NATS). Header names are lower case. `path` is the
 * raw path without query (percent-encoding kept), `query` the raw query without `?`. A repeated header is one text: values are joined
 * by commas, those that name an identity by joinValues.
 */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** body reads the whole body, at most limit bytes; it rejects with a 413 StatusError past that. */
  body(limit: number): Promise<Buffer>;
  /** content is the body as it comes, instead of `body`; undefined if there is none. Absent where a transport hands over whole bodies only. */
  content?(): Readable | undefined;
  /** user is set where the transport itself proves the identity: a client certificate, a NATS subject. */
  readonly user?: UserInfo;
  readonly remoteAddress?: string;
  /** signal aborts when the asker has gone or the transport gives up. */
  readonly signal: AbortSignal;
  /** onAnswered calls back once the whole answer is out, or has been given up; absent where a transport takes answers at once. */
  onAnswered?(listener: () => void): void;
}

/** ApiResponse answers a request. Buffers in `body` are written as they are, in order, and never changed afterwards. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | readonly Buffer[] | StreamBody;
}

/** StreamBody is a body that goes on: a watch, a followed log. start is called once, after the headers were sent. */
export interface StreamBody {
  start(sink: ByteSink): void;
}

/** ByteSink takes a stream's bytes. The producer stops when `closed` aborts, and should pause while write answers false. */
export interface ByteSink {
  /** write takes a chunk; false means the transport's buffer is full: wait for drain, or cut the stream. */
  write(chunk: Buffer): boolean;
  /** bufferedBytes is what was written and has not left this process yet. */
  readonly bufferedBytes: number;
  onDrain(listener: () => void): void;
  end(): void;
  readonly closed: AbortSignal;
}

/** isStream tells a StreamBody from plain bytes. */
export function isStream(body: ApiResponse['body']): body is StreamBody {
  return !Buffer.isBuffer(body) && !Array.isArray(body);
}

/**
 * HUB_VERSIONS is the header by which the cluster's own components ask for the versions they are written in, also from a server
 * that emulates a release before those: upstream's --emulation-forward-compatible, request by request. Discovery never shows them.
 */
export const HUB_VERSIONS = 'navarch-hub-versions';

/** ApiHandler answers requests. It never rejects: failures are Status answers. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;
