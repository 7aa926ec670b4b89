import { connect, type Socket } from 'node:net';
import { constants, createDeflate, type Deflate } from 'node:zlib';

const VERSION = 0x8003;
const [SYN_STREAM, RST_STREAM, PING, GOAWAY] = [1, 3, 6, 7];
const FIN = 0x01;
const HEADER = 8;
const MAX_FRAME = 16 << 20;
const MAX_HEAD = 16 << 10;

/** SpdyStream is one of a session's two-way streams. */
export interface SpdyStream {
  /** onData gets what the other side writes, in order. */
  onData: (chunk: Buffer) => void;
  /** write answers false when the connection's buffer is full; onDrain of the session tells when it is not. */
  write(chunk: Buffer): boolean;
  /** end says that nothing more will be written. */
  end(): void;
}

/** SpdySession is a client's session of SPDY/3.1, as far as a runtime's streaming server speaks it: no flow control, no pushed streams. */
export class SpdySession {
  private readonly streams = new Map<number, SpdyStream>();
  private readonly deflate: Deflate = createDeflate();
  private compressing: Promise<unknown> = Promise.resolve();
  private nextId = 1;
  private buffered: Buffer[] = [];
  private bufferedBytes = 0;
  /** closed resolves when the connection has ended. */
  readonly closed: Promise<void>;

  /** The connection has already been upgraded. */
  constructor(private readonly socket: Socket) {
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
    socket.on('data', chunk => this.take(chunk));
    socket.on('error', () => socket.destroy());
    void this.closed.then(() => this.deflate.close());
  }

  /** open upgrades a connection to the URL's server; it rejects if that refuses. `protocols` are offered in the order of preference. */
  static async open(url: string, protocols: readonly string[]): Promise<SpdySession> {
    const { socket, rest } = await upgradeToSpdy(url, protocols);
    const session = new SpdySession(socket);
    if (rest.length) session.take(rest);
    return session;
  }

  /** stream opens a stream. */
  async stream(headers: Readonly<Record<string, string>>): Promise<SpdyStream> {
    const id = this.nextId;
    this.nextId += 2;
    const stream: SpdyStream = {
      onData: () => undefined,
      write: chunk => this.send(dataFrame(id, 0, chunk)),
      end: () => void this.send(dataFrame(id, FIN, Buffer.alloc(0))),
    };
    this.streams.set(id, stream);
    // Header blocks share one compression context, so they go out in the order in which they were compressed.
    const sent = this.compressing.then(async () => {
      const head = Buffer.alloc(10);
      head.writeUInt32BE(id, 0);
      this.send(controlFrame(SYN_STREAM, Buffer.concat([head, await this.compress(headerBlock(headers))])));
    });
    this.compressing = sent;
    await sent;
    return stream;
  }

  /** pause and resume hold back what the other side sends. */
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  onDrain(listener: () => void): void {
    this.socket.on('drain', listener);
  }
  close(): void {
    this.socket.destroy();
  }

  private send(frame: Buffer): boolean {
    return this.socket.destroyed ? true : this.socket.write(frame);
  }

  private compress(block: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const onData = (chunk: Buffer) => chunks.push(chunk);
      this.deflate.on('data', onData);
      this.deflate.write(block, error => {
        if (error) reject(error);
      });
      this.deflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.deflate.off('data', onData);
        resolve(Buffer.concat(chunks));
      });
    });
  }

  private take(chunk: Buffer): void {
    this.buffered.push(chunk);
    this.bufferedBytes += chunk.length;
    if (this.bufferedBytes < HEADER) return;
    let data = this.buffered.length === 1 ? this.buffered[0]! : Buffer.concat(this.buffered);
    while (data.length >= HEADER) {
      const length = data.readUIntBE(5, 3);
      if (length > MAX_FRAME) return this.close();
      if (data.length < HEADER + length) break;
      this.frame(data.subarray(0, HEADER), data.subarray(HEADER, HEADER + length));
      data = data.subarray(HEADER + length);
    }
    this.buffered = data.length ? [data] : [];
    this.bufferedBytes = data.length;
  }

  private frame(header: Buffer, body: Buffer): void {
    if ((header[0]! & 0x80) === 0) {
      if (body.length) this.streams.get(header.readUInt32BE(0))?.onData(body);
      return;
    }
    const type = header.readUInt16BE(2);
    if (type === PING && body.length >= 4 && body.readUInt32BE(0) % 2 === 0) this.send(controlFrame(PING, body));
    else if (type === RST_STREAM && body.length >= 4) this.streams.delete(body.readUInt32BE(0));
    else if (type === GOAWAY) this.socket.end();
  }
}

function dataFrame(id: number, flags: number, data: Buffer): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt32BE(id, 0);
  head[4] = flags;
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

function controlFrame(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

/** headerBlock is a name/value block before its compression. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([count, ...entries.flatMap(([name, value]) => [text(name.toLowerCase()), text(value)])]);
}

/** upgradeToSpdy sends the upgrade request and reads the answer's head; what came after it is the session's already. */
export async function upgradeToSpdy(
  url: string,
  protocols: readonly string[],
): Promise<{ readonly socket: Socket; readonly rest: Buffer }> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true });
  const offers = protocols.map(protocol => `X-Stream-Protocol-Version: ${protocol}\r\n`).join('');
  socket.write(
    `POST ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${offers}Content-Length: 0\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    let head: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const onClose = () => fail(new Error('the streaming server closed the connection'));
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0 && head.length < MAX_HEAD) return;
      socket.off('data', onData).off('close', onClose).off('error', fail);
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, 32))?.[1];
      if (status !== '101') return fail(new Error(`the streaming server answered ${status ?? 'nothing'}`));
      socket.pause();
      resolve({ socket, rest: head.subarray(end + 4) });
      socket.resume();
    };
    socket.on('data', onData).once('close', onClose).once('error', fail);
  });
}
