import { ServerConnection, type ServerLimits, type ServerStream } from '@navarch/http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** TELL_MS bounds how long a client may take to hear that it has to leave. */
const TELL_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;

/** Patience is how long clients are waited for. */
export interface Patience {
  /** beginMs: until the first byte or frame. */
  readonly beginMs: number;
  /** pingMs: until a ping is answered. */
  readonly pingMs: number;
  /** idleMs: while nothing is under way. */
  readonly idleMs: number;
}

/** Served is what is done with the requests of an HTTP/2 connection, and with its failure. */
export interface Served {
  request(stream: ServerStream): void;
  failed(error: Error): void;
}

/** Connections are the open ones of a front, and how they end. */
export class Connections {
  private readonly sockets = new Set<Duplex>();
  private readonly sessions = new Set<ServerConnection>();
  private readonly hijacked = new Set<Duplex>();
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly patience: Patience) {}

  /** add is a connection of any kind; it is cut if nothing comes. */
  add(socket: TLSSocket): void {
    // A peer that has vanished without a word is missed by the kernel, also while its watch is silent.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.sockets.add(socket);
    const silence = later(this.patience.beginMs, () => socket.bytesRead || socket.destroy());
    socket.once('close', () => {
      clearTimeout(silence);
      this.sockets.delete(socket);
      this.closed();
    });
  }

  /**
   * speakHttp2 serves HTTP/2 on a connection. It is cut if the client does not begin. When it has been silent for long it is sent away if
   * nothing is under way, and has to answer a ping if something is.
   */
  speakHttp2(socket: TLSSocket, limits: ServerLimits, { request, failed }: Served): ServerConnection {
    const { beginMs, pingMs, idleMs } = this.patience;
    const beginning = later(beginMs, () => session.cutOff('ENHANCE_YOUR_CALM', 'the client does not begin'));
    const session = new ServerConnection(socket, limits, {
      ready: () => clearTimeout(beginning),
      request,
      closed: error => {
        clearTimeout(beginning);
        this.sessions.delete(session);
        if (error) failed(error);
      },
    });
    this.sessions.add(session);
    const check = async () => {
      if (!(await session.ping(pingMs))) session.cutOff('ENHANCE_YOUR_CALM', 'the client does not answer a ping');
    };
    const leave = async () => {
      await session.leave(TELL_MS);
      if (!session.open) session.cutOff('NO_ERROR', 'nothing was asked for long');
    };
    socket.setTimeout(idleMs, () => void (session.open ? check() : leave()));
    return session;
  }

  /** hijack: a handler has taken the connection over; it ends with us, and nobody waits for it. */
  hijack(socket: Duplex): void {
    this.sockets.delete(socket);
    this.hijacked.add(socket);
    socket.once('close', () => this.hijacked.delete(socket));
  }

  /** sendAway asks the client of an HTTP/2 connection to go on elsewhere, without a request lost. */
  sendAway(session: ServerConnection): Promise<void> {
    return session.leave(TELL_MS);
  }

  /** sendAllAway does so with all HTTP/2 connections. */
  async sendAllAway(): Promise<void> {
    await Promise.all([...this.sessions].map(session => this.sendAway(session)));
  }

  /** ended resolves when the last connection has closed, or after graceMs. */
  async ended(graceMs: number): Promise<void> {
    if (!this.sockets.size) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, graceMs);
      timer.unref();
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** cut closes whatever is open. */
  cut(): void {
    for (const socket of [...this.sockets, ...this.hijacked]) socket.destroy();
  }

  private closed(): void {
    if (!this.sockets.size) for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** later calls back after a while, which the process does not wait for. */
function later(ms: number, call: () => unknown): NodeJS.Timeout {
  return setTimeout(call, ms).unref();
}
