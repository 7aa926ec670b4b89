import { TokenBucket } from '@navarch/client';
import { constants, type Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** TELL_MS bounds how long a client may take to hear that it has to leave. */
const TELL_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;
/** PREFACE_MS is how long an HTTP/2 client may take to say that it is one; ANSWER_MS, how long to answer a ping. */
const PREFACE_MS = 10_000;
const ANSWER_MS = 15_000;
/**
 * A client may give up RESETS requests at once, RESETS_PER_SECOND in the long run. Node's HTTP/2 takes 1,000 in a burst; past that it stops
 * reading without a word, and the connection would stay for ever.
 */
const RESETS = 800;
const RESETS_PER_SECOND = 33;
/** LAST_STREAM is the greatest number of a stream: none is refused yet. */
const LAST_STREAM = 2 ** 31 - 1;

/** Connections are the open ones of a front, and how they end. */
export class Connections {
  private readonly sockets = new Set<Duplex>();
  private readonly sessions = new Set<Http2Session>();
  private readonly hijacked = new Set<Duplex>();
  private readonly waiting: (() => void)[] = [];

  /** add is a connection of any kind; without a byte for firstMs it is cut. */
  add(socket: TLSSocket, firstMs: number): void {
    // A peer that has vanished without a word is missed by the kernel, also while its watch is silent.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.sockets.add(socket);
    const silence = later(firstMs, () => socket.bytesRead || socket.destroy());
    socket.once('close', () => {
      clearTimeout(silence);
      this.sockets.delete(socket);
      this.closed();
    });
  }

  /**
   * addSession is an HTTP/2 connection on a socket. It is cut if the client does not begin, or gives up more requests than one may. Silent for
   * idleMs, it is sent away if nothing is under way, and has to answer a ping if something is.
   */
  addSession(session: Http2Session, socket: Duplex, idleMs: number): void {
    let open = 0;
    const resets = new TokenBucket(RESETS_PER_SECOND, RESETS, performance.now());
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
    const beginning = later(PREFACE_MS, () => cut(session, socket));
    session.once('remoteSettings', () => clearTimeout(beginning));
    session.on('stream', stream => {
      open++;
      stream.once('close', () => {
        open--;
        if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !resets.take(performance.now())) cut(session, socket);
      });
    });
    const isWell = async () => {
      if (open) return heard(session, ANSWER_MS);
      await this.sendAway(session);
      return open > 0;
    };
    session.setTimeout(idleMs, () => void isWell().then(well => well || cut(session, socket)));
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
    await heard(session, TELL_MS);
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

/** heard resolves when the client has answered a ping: it has read what was sent before. False if it does not within withinMs. */
function heard(session: Http2Session, withinMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const timer = later(withinMs, () => done(false));
    const over = () => done(true);
    function done(isWell: boolean) {
      clearTimeout(timer);
      session.off('close', over);
      resolve(isWell);
    }
    session.once('close', over);
    try {
      session.ping(over);
    } catch {
      // It was closed by the other side in between.
      over();
    }
  });
}

/** cut ends an HTTP/2 connection whose client is not put up with. */
function cut(session: Http2Session, socket: Duplex): void {
  session.destroy(new Error('the client was cut off'), constants.NGHTTP2_ENHANCE_YOUR_CALM);
  // Node waits until the client has read what was written to it, which may be never.
  later(TELL_MS, () => socket.destroy());
}

/** later calls back after a while, which the process does not wait for. */
function later(ms: number, call: () => unknown): NodeJS.Timeout {
  return setTimeout(call, ms).unref();
}
