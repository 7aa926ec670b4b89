import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  Flag,
  FrameCollector,
  FrameType,
  PREFACE,
  frame,
  headers,
  numbers,
  settingsPayload,
  type Frame,
} from './http2-frames';

/** ScriptedPeer is a server in a test that does on each connection what the test says, right or wrong. */
export class ScriptedPeer {
  private readonly sockets: Socket[] = [];
  private readonly arrived: PeerConnection[] = [];
  private readonly waiting: ((connection: PeerConnection) => void)[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', socket => {
      this.sockets.push(socket);
      const connection = new PeerConnection(socket);
      const next = this.waiting.shift();
      if (next) next(connection);
      else this.arrived.push(connection);
    });
  }

  /** listen starts one on a free port. */
  static async listen(): Promise<ScriptedPeer> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedPeer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** accept is the next connection. */
  accept(): Promise<PeerConnection> {
    const connection = this.arrived.shift();
    return connection ? Promise.resolve(connection) : new Promise(resolve => this.waiting.push(resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }
}

/** PeerConnection is the server's side of one connection. */
export class PeerConnection {
  /** closed resolves when the client has closed the connection. */
  readonly closed: Promise<void>;
  private readonly unread: Frame[] = [];
  private wanted: { type: number; resolve: (frame: Frame) => void } | undefined;

  constructor(private readonly socket: Socket) {
    let preface = PREFACE.length;
    const collector = new FrameCollector();
    socket.on('data', chunk => {
      const skipped = Math.min(preface, chunk.length);
      preface -= skipped;
      this.unread.push(...collector.push(chunk.subarray(skipped)));
      this.look();
    });
    socket.on('error', () => socket.destroy());
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
  }

  /** raw sends bytes. */
  raw(...pieces: Buffer[]): this {
    this.socket.write(Buffer.concat(pieces));
    return this;
  }

  /** byByte sends bytes one by one, each in a turn of the event loop of its own. */
  async byByte(...pieces: Buffer[]): Promise<void> {
    this.socket.setNoDelay(true);
    for (const byte of Buffer.concat(pieces)) {
      this.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  /** greet sends the settings that begin a connection: pairs of id and value. */
  greet(...settings: (readonly [id: number, value: number])[]): this {
    return this.raw(frame(FrameType.SETTINGS, 0, 0, settingsPayload(settings)));
  }

  /** answer sends a whole answer of gRPC: status 0 and the message. */
  answer(id: number, message: Buffer): this {
    return this.raw(
      frame(FrameType.HEADERS, Flag.END_HEADERS, id, headers(':status: 200')),
      frame(FrameType.DATA, 0, id, Buffer.concat([Buffer.from([0]), numbers(message.length), message])),
      frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, id, headers('grpc-status: 0')),
    );
  }

  /** next is the next frame of a type; those of other types before it are passed over. */
  next(type: number): Promise<Frame> {
    return new Promise(resolve => {
      this.wanted = { type, resolve };
      this.look();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private look(): void {
    const at = this.unread.findIndex(each => each.type === this.wanted?.type);
    if (at < 0) return;
    const { resolve } = this.wanted!;
    this.wanted = undefined;
    resolve(this.unread.splice(0, at + 1).at(-1)!);
  }
}
