import type { Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** TELL_MS bounds how long a client may take to hear that it has to leave. */
const TELL_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;
/** LAST_STREAM is the greatest number of a stream: none is refused yet. */
const LAST_STREAM = 2 ** 31 - 1;

/** Connections are the open ones of a front, and how they end. */
export class Connections {
  private readonly sockets = new Set<Duplex>();
  private readonly sessions = new Set<Http2Session>();
  private readonly hijacked = new Set<Duplex>();
  private readonly waiting: (() => void)[] = [];

  add(socket: TLSSocket): void {
    // A peer that has vanished without a word is missed by the kernel, also while its watch is silent.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.closed();
    });
  }

  /** addSession is an HTTP/2 connection; without a stream for idleMs it is closed. */
  addSession(session: Http2Session, idleMs: number): void {
    let open = 0;
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
    session.on('stream', stream => {
      open++;
      stream.once('close', () => open--);
    });
    session.setTimeout(idleMs, () => {
      if (!open) void this.sendAway(session);
    });
  }

  /** hijack: a handler has taken the connection over; it ends with us, and nobody waits for it. */
  hijack(socket: Duplex): void {
    this.sockets.delete(socket);
    this.hijacked.add(socket);
    socket.once('close', () => this.hijacked.delete(socket));
  }

  /**
   * sendAway asks the client of an HTTP/2 connection to go on elsewhere, without a request lost: first it is told, and what it
   * asks until it has heard is served; then the connection takes nothing new, and closes behind its last answer.
   */
  async sendAway(session: Http2Session): Promise<void> {
    if (session.closed || session.destroyed) return;
    session.goaway(0, LAST_STREAM);
    await heard(session);
    if (!session.closed && !session.destroyed) session.close();
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

/** heard resolves when the client has answered a ping: it has read what was sent before. */
function heard(session: Http2Session): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, TELL_MS);
    timer.unref();
    function done() {
      clearTimeout(timer);
      session.off('close', done);
      resolve();
    }
    session.once('close', done);
    try {
      session.ping(done);
    } catch {
      // It was closed by the other side in between.
      done();
    }
  });
}
