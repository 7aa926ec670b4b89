import { Backoff, describe } from '@navarch/base';
import { dial, encodeHeaders, type Http2Connection } from '@navarch/http2';
import { StreamingCall, UnaryCall } from './calls';
import { Deadlines } from './deadlines';
import { RpcError, UNAVAILABLE } from './rpc-error';

/** EtcdTls is how the process shows itself to etcd and trusts it; PEM. */
export interface EtcdTls {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** RpcStream is a stream under way. */
export interface RpcStream {
  cancel(): void;
}

/**
 * EtcdChannel makes gRPC calls to one etcd member over one HTTP/2 connection, which is opened when it is first needed and again after
 * it broke. After a failed attempt the next waits, and calls in the meantime fail at once: 100 ms to 2 s.
 */
export class EtcdChannel {
  private readonly url: URL;
  private connection: Http2Connection | undefined;
  private connecting: Promise<Http2Connection> | undefined;
  private readonly backoff = new Backoff({ initialMs: 100, maxMs: 2_000, jitter: 0.2 });
  private readonly deadlines = new Deadlines();
  /** blocks are the header blocks of the calls, by path: one is always the same. */
  private readonly blocks = new Map<string, Buffer>();
  /** refused is the last failure to connect, which stands until `retryAt`. */
  private refused: RpcError | undefined;
  private retryAt = 0;
  private readonly closing = new AbortController();

  constructor(
    url: string,
    private readonly tls: EtcdTls | undefined,
  ) {
    this.url = new URL(url);
  }

  /** unary sends one message, framed, and answers the one that comes back; it rejects with an RpcError. The message must not be changed any more. */
  unary(path: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
    const begin = (connection: Http2Connection) =>
      new Promise<Buffer>((resolve, reject) => {
        new UnaryCall(resolve, reject, this.deadlines).begin(connection, this.block(path), message, timeoutMs);
      });
    const connection = this.usable();
    return connection ? begin(connection) : this.connect().then(begin);
  }

  /**
   * stream sends one message, framed, and hands over those that come back until the stream ends, when `onEnd` is called once, or is cancelled.
   */
  async stream(
    path: string,
    message: Buffer,
    onMessage: (message: Buffer) => void,
    onEnd: (error: RpcError | undefined) => void,
  ): Promise<RpcStream> {
    const connection = this.usable() ?? (await this.connect());
    const call = new StreamingCall(onMessage, onEnd);
    call.begin(connection, this.block(path), message);
    return call;
  }

  /** close ends the connection and whatever is under way on it. */
  close(): void {
    this.closing.abort();
  }

  private usable(): Http2Connection | undefined {
    return this.connection?.accepting && !this.closing.signal.aborted ? this.connection : undefined;
  }

  private connect(): Promise<Http2Connection> {
    const { signal } = this.closing;
    if (signal.aborted) return Promise.reject(new RpcError(UNAVAILABLE, 'Channel closed'));
    if (this.refused && Date.now() < this.retryAt) return Promise.reject(this.refused);
    return (this.connecting ??= dial(this.url, { tls: this.tls, timeoutMs: CONNECT_TIMEOUT_MS, signal }).then(
      connection => {
        this.connecting = undefined;
        this.refused = undefined;
        this.backoff.reset();
        this.connection = connection;
        return connection;
      },
      (error: unknown) => {
        this.connecting = undefined;
        this.refused = new RpcError(UNAVAILABLE, `No connection established: ${describe(error)}`);
        this.retryAt = Date.now() + this.backoff.next();
        throw this.refused;
      },
    ));
  }

  private block(path: string): Buffer {
    const made = this.blocks.get(path);
    if (made) return made;
    const block = encodeHeaders([
      { name: ':method', value: 'POST' },
      { name: ':scheme', value: this.url.protocol.slice(0, -1) },
      { name: ':path', value: path },
      { name: ':authority', value: this.url.host },
      { name: 'content-type', value: 'application/grpc+proto' },
      { name: 'te', value: 'trailers' },
    ]);
    this.blocks.set(path, block);
    return block;
  }
}
