import { describe } from '@navarch/base';
import { NeverSent, type Field, type Http2Connection, type Http2Stream, type StreamHandler } from '@navarch/http2';
import type { Deadlines, Expiring } from './deadlines';
import { PrefixReader } from './length-prefix';
import { DEADLINE_EXCEEDED, RpcError, UNAVAILABLE, statusOf } from './rpc-error';

/** Call is one gRPC call on a stream of its own: one message goes, `message` gets those that come, and `end` is called once and last. */
abstract class Call implements StreamHandler {
  private readonly reader = new PrefixReader(bytes => this.message(bytes));
  private status: RpcError | 'ok' | undefined;
  private stream: Http2Stream | undefined;
  private connection: Http2Connection | undefined;

  /** start sends the message, framed, the last if nothing more will be sent. It throws an RpcError if the connection takes no calls any more. */
  protected start(connection: Http2Connection, block: Buffer, message: Buffer, last: boolean): void {
    this.connection = connection;
    try {
      this.stream = connection.request(block, message, last, this);
    } catch (error) {
      throw failure(error as Error);
    }
  }

  protected abstract message(bytes: Buffer): void;
  /** end gets undefined for status 0. */
  protected abstract end(error: RpcError | undefined): void;

  /** cancel gives the call up; neither `message` nor `end` is called any more. */
  cancel(): void {
    if (this.stream) this.connection?.cancel(this.stream);
  }

  headers(fields: readonly Field[]): void {
    this.status ??= statusOf(fields);
  }

  data(chunk: Buffer): void {
    try {
      this.reader.push(chunk);
    } catch (error) {
      this.cancel();
      this.end(new RpcError(UNAVAILABLE, describe(error)));
    }
  }

  close(error: Error | undefined): void {
    this.end(this.status === 'ok' ? undefined : (this.status ?? failure(error)));
  }
}

function failure(error: Error | undefined): RpcError {
  const what = error instanceof NeverSent ? 'The call was never taken' : 'Connection dropped';
  return new RpcError(UNAVAILABLE, error ? `${what}: ${describe(error)}` : what);
}

/** UnaryCall settles a promise with the one message that comes back, or an RpcError. */
export class UnaryCall extends Call implements Expiring {
  private answer: Buffer | undefined;

  constructor(
    private readonly resolve: (answer: Buffer) => void,
    private readonly reject: (error: RpcError) => void,
    private readonly deadlines: Deadlines,
  ) {
    super();
  }

  begin(connection: Http2Connection, block: Buffer, message: Buffer, timeoutMs: number): void {
    this.start(connection, block, message, true);
    this.deadlines.add(this, timeoutMs);
  }

  expire(): void {
    this.cancel();
    this.reject(new RpcError(DEADLINE_EXCEEDED, 'Deadline exceeded'));
  }

  protected message(bytes: Buffer): void {
    this.answer = bytes;
  }

  protected end(error: RpcError | undefined): void {
    this.deadlines.delete(this);
    if (error) this.reject(error);
    else if (this.answer) this.resolve(this.answer);
    else this.reject(new RpcError(UNAVAILABLE, 'etcd answered nothing'));
  }
}

/** StreamingCall hands over every message that comes back, until it ends or is cancelled. */
export class StreamingCall extends Call {
  constructor(
    protected readonly message: (message: Buffer) => void,
    protected readonly end: (error: RpcError | undefined) => void,
  ) {
    super();
  }

  begin(connection: Http2Connection, block: Buffer, message: Buffer): void {
    this.start(connection, block, message, false);
  }
}
