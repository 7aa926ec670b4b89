import type { Outbox } from '../outbox';
import { FrameType, LARGEST, NeverSent, ProtocolViolation, errorCode } from '../protocol';
import type { Sender } from '../sender';
import type { Http2Stream } from './stream';

/** MAX_QUEUED bounds the streams that wait until the peer allows more at a time. */
const MAX_QUEUED = 10_000;

/** Streams are those of one connection: open at the peer, or queued until it has a place for them. */
export class Streams {
  private readonly opened = new Map<number, Http2Stream>();
  private queued: Http2Stream[] = [];
  /** limit is how many the peer lets be open at a time. */
  private limit = Infinity;
  /** leaving is why no new stream is taken. */
  private leaving: NeverSent | undefined;

  /** `onIdle` is called when no new stream is taken and the last has ended. */
  constructor(
    private readonly outbox: Outbox,
    private readonly sender: Sender,
    private readonly onIdle: () => void,
    private nextId = 1,
  ) {}

  get accepting(): boolean {
    return !this.leaving;
  }

  /** add opens the stream or queues it; it throws NeverSent if neither is possible. */
  add(stream: Http2Stream): void {
    if (this.leaving) throw this.leaving;
    if (this.opened.size < this.limit) this.open(stream);
    else if (this.queued.length < MAX_QUEUED) this.queued.push(stream);
    else throw new NeverSent(`${MAX_QUEUED} calls wait already`);
  }

  /** find is the open stream of that id; undefined if it is over. It throws a ProtocolViolation if there never was one. */
  find(id: number): Http2Stream | undefined {
    const stream = this.opened.get(id);
    if (!stream && (id % 2 === 0 || id >= this.nextId)) {
      throw new ProtocolViolation('PROTOCOL_ERROR', `a frame of stream ${id}, which was never opened`);
    }
    return stream;
  }

  /** all are the open streams, in the order they were opened. */
  all(): Iterable<Http2Stream> {
    return this.opened.values();
  }

  /** finish closes a stream that the peer ended (undefined) or reset; not one that is over. */
  finish(stream: Http2Stream, error?: Error): void {
    if (!this.opened.delete(stream.id)) return;
    // An answer may come before all was asked.
    if (!error && !stream.ended) this.reset(stream);
    this.sender.forget(stream);
    this.admit();
    stream.handler.close(error);
    this.checkIdle();
  }

  /** cancel gives up a stream; its handler is not called any more. */
  cancel(stream: Http2Stream): void {
    if (this.opened.delete(stream.id)) {
      this.reset(stream);
      this.sender.forget(stream);
      this.admit();
      this.checkIdle();
    } else if (!stream.id) {
      this.queued = this.queued.filter(each => each !== stream);
    }
  }

  /** allow takes the peer's limit. */
  allow(limit: number): void {
    this.limit = limit;
    this.admit();
  }

  /** leave takes no new streams, and fails those that the peer did not get to: the queued, and the opened above `lastId`. */
  leave(lastId: number, why: string): void {
    const error = (this.leaving ??= new NeverSent(why));
    const lost = [...this.opened.values()].filter(stream => stream.id > lastId);
    for (const stream of lost) {
      this.opened.delete(stream.id);
      this.sender.forget(stream);
    }
    this.failQueued(error);
    for (const stream of lost) stream.handler.close(error);
    this.checkIdle();
  }

  /** end fails whatever is under way. */
  end(error: Error): void {
    this.leaving ??= new NeverSent(error.message);
    const lost = [...this.opened.values()];
    this.opened.clear();
    this.failQueued(this.leaving);
    for (const stream of lost) stream.handler.close(error);
  }

  private open(stream: Http2Stream): void {
    stream.id = this.nextId;
    this.nextId += 2;
    this.opened.set(stream.id, stream);
    const { block, body, last } = stream;
    stream.ending = stream.ended = last && !body.length;
    this.outbox.headers(stream.id, block, stream.ended);
    this.sender.open(stream);
    if (body.length) this.sender.write(stream, body, last);
    if (this.nextId > LARGEST) this.leave(LARGEST, 'the connection has no stream ids left');
  }

  private admit(): void {
    while (this.queued.length && this.opened.size < this.limit) this.open(this.queued.shift()!);
  }

  private failQueued(error: NeverSent): void {
    const { queued } = this;
    this.queued = [];
    for (const stream of queued) stream.handler.close(error);
  }

  private reset(stream: Http2Stream): void {
    this.outbox.number(FrameType.RST_STREAM, stream.id, errorCode('CANCEL'));
  }

  private checkIdle(): void {
    if (this.leaving && !this.opened.size) this.onIdle();
  }
}
