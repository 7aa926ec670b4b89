import type { ByteSink } from '@navarch/apimachinery';
import type { Bus } from './bus';
import { H, HEADER_ROOM } from './wire';

/**
 * Outgoing is the master's end of one answer that goes on: it numbers the messages, sends no more bytes than the asker gave
 * credit for, puts what is written in one tick into one message, and is cut when more than `maxBuffered` bytes wait.
 */
export class Outgoing implements ByteSink {
  private readonly pending: Buffer[] = [];
  private readonly drainListeners: (() => void)[] = [];
  private readonly controller = new AbortController();
  private pendingBytes = 0;
  private sentBytes = 0;
  private lastSeq = 0;
  private ending = false;
  private flushing = false;
  /** stalledSince is when credit ran out while bytes were waiting; for the server to cut slow askers. */
  stalledSince: number | undefined;

  constructor(
    private readonly bus: Bus,
    readonly inbox: string,
    private creditBytes: number,
    private readonly maxBuffered: number,
    private readonly now: () => number,
    private readonly onClose: () => void,
  ) {}

  get closed(): AbortSignal {
    return this.controller.signal;
  }
  get bufferedBytes(): number {
    return this.pendingBytes;
  }
  /** seq is the number of the last message sent. */
  get seq(): number {
    return this.lastSeq;
  }

  write(chunk: Buffer): boolean {
    if (this.closed.aborted || this.ending) return false;
    if (chunk.length) {
      this.pending.push(chunk);
      this.pendingBytes += chunk.length;
    }
    if (this.pendingBytes > this.maxBuffered && this.pendingBytes - chunk.length > 0) {
      this.cut('the stream was cut: the asker reads too slowly');
      return false;
    }
    this.schedule();
    return this.pendingBytes <= this.creditBytes - this.sentBytes;
  }

  onDrain(listener: () => void): void {
    this.drainListeners.push(listener);
  }

  end(): void {
    if (this.ending) return;
    this.ending = true;
    this.schedule();
  }

  /** credit raises the total of bytes that may be sent; an older, lower total is ignored. */
  credit(total: number): void {
    if (total <= this.creditBytes) return;
    this.creditBytes = total;
    this.flush();
  }

  /** cut ends the stream at once; the asker sees an error and resumes. */
  cut(message: string): void {
    if (this.closed.aborted) return;
    if (this.bus.connected) this.send('end', undefined, { [H.error]: message });
    this.close();
  }

  /** close forgets the stream without a word: the asker has gone. */
  close(): void {
    if (this.closed.aborted) return;
    this.pending.length = 0;
    this.pendingBytes = 0;
    this.controller.abort();
    this.onClose();
  }

  private schedule(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.closed.aborted) return;
    if (!this.bus.connected) return this.close();
    const waited = this.pendingBytes > 0;
    while (this.pendingBytes > 0) {
      const room = Math.min(this.creditBytes - this.sentBytes, this.bus.maxPayload - HEADER_ROOM);
      if (room <= 0) break;
      this.send('data', this.take(room));
    }
    this.stalledSince = this.pendingBytes ? (this.stalledSince ?? this.now()) : undefined;
    if (this.pendingBytes) return;
    if (this.ending) {
      this.send('end');
      return this.close();
    }
    if (waited) for (const listener of this.drainListeners.splice(0)) listener();
  }

  /** take removes up to `room` bytes from the front of what waits. */
  private take(room: number): Buffer {
    const parts: Buffer[] = [];
    let size = 0;
    while (this.pending.length && size < room) {
      const first = this.pending[0]!;
      const part = first.subarray(0, room - size);
      parts.push(part);
      size += part.length;
      if (part.length === first.length) this.pending.shift();
      else this.pending[0] = first.subarray(part.length);
    }
    this.pendingBytes -= size;
    this.sentBytes += size;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
  }

  private send(kind: 'data' | 'end', data?: Buffer, more: Record<string, string> = {}): void {
    this.lastSeq++;
    this.bus.publish(this.inbox, data, { headers: { [H.kind]: kind, [H.seq]: String(this.lastSeq), ...more } });
  }
}
