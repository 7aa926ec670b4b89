import { Duplex } from 'node:stream';
import { FrameCollector, FrameType, PREFACE, frame, settingsPayload, type Frame } from './http2-frames';

/** ScriptedClient is a client in a test that says on a connection what the test says, right or wrong. The connection is in memory. */
export class ScriptedClient {
  /** socket is the server's end. */
  readonly socket: Duplex;
  /** ended is whether the server has said all that it will. */
  ended = false;
  /** writes are the sizes of what the server has written in one go each. */
  readonly writes: number[] = [];
  private readonly collector = new FrameCollector();
  private frames: Frame[] = [];
  private reading = true;
  private taken: (() => void) | undefined;

  constructor(highWaterMark = 16 * 1024) {
    const take = (bytes: Buffer, done: () => void) => {
      this.writes.push(bytes.length);
      // The server may use its buffer again.
      this.frames.push(...this.collector.push(Buffer.from(bytes)));
      if (this.reading) setImmediate(done);
      else this.taken = done;
    };
    this.socket = new Duplex({
      highWaterMark,
      read: () => undefined,
      write: (chunk: Buffer, _, done) => take(chunk, done),
      writev: (chunks, done) => take(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
      final: done => {
        this.ended = true;
        done();
      },
      destroy: (error, done) => {
        this.ended = true;
        done(error);
      },
    });
  }

  /** greet says what every client begins with: pairs of id and value are its settings. */
  greet(...settings: (readonly [id: number, value: number])[]): this {
    return this.raw(PREFACE, frame(FrameType.SETTINGS, 0, 0, settingsPayload(settings)));
  }

  /** raw sends bytes, in one chunk. */
  raw(...pieces: Buffer[]): this {
    if (!this.socket.destroyed) this.socket.push(Buffer.concat(pieces));
    return this;
  }

  /** stopReading takes nothing any more, until `read`. */
  stopReading(): this {
    this.reading = false;
    return this;
  }

  read(): this {
    this.reading = true;
    this.taken?.();
    this.taken = undefined;
    return this;
  }

  /** half closes the client's side; close closes the connection. */
  half(): this {
    this.socket.push(null);
    return this;
  }

  close(error?: Error): this {
    this.socket.destroy(error);
    return this;
  }

  /** heard are the frames since it was last asked, when all that was on its way has come. */
  async heard(): Promise<Frame[]> {
    for (let quiet = 0, before = -1; quiet < 3; quiet = this.writes.length === before ? quiet + 1 : 0) {
      before = this.writes.length;
      await new Promise(setImmediate);
    }
    return this.frames.splice(0);
  }
}
