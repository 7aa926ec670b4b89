import { constants, type Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** TELL_MS bounds how long a client may take to hear that it has to leave. */
const TELL_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;
/** After RESETS requests that a client gave up, it has to show that it is well: Node's HTTP/2 bounds them, and goes deaf without a word. */
const RESETS = 200;
/** LAST_STREAM is the greatest number of a stream: none is refused yet. */
const LAST_STREAM = 2 ** 31 - 1;

/** Patience is how long clients are waited for. */
export interface Patience {
  /** beginMs: until the first byte or frame. */
  readonly beginMs: number;
  /** pingMs: until a ping is answered. */
  readonly pingMs: number;
  /** idleMs: while nothing is under way. */
  readonly idleMs: number;
}

/** Connections are the open ones of a front, and how they end. */
export class Connections {
  private readonly sockets = new Set<Duplex>();
  private readonly sessions = new Map<Http2Session, Duplex>();
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
   * addSession is an HTTP/2 connection on a socket. It is cut if the client does not begin. When it has been silent for long it is sent away if
   * nothing is under way, and has to answer a ping if something is; so has one that gives up many requests.
   */
  addSession(session: Http2Session, socket: Duplex): void {
    const { beginMs, pingMs, idleMs } = this.patience;
    let open = 0;
    let resets = 0;
    const check = async () => {
      if (!(await heard(session, pingMs))) this.cutOff(session);
    };
    const leave = async () => {
      await this.sendAway(session);
      if (!open) this.cutOff(session);
    };
    this.sessions.set(session, socket);
    session.once('close', () => this.sessions.delete(session));
    const beginning = later(beginMs, () => this.cutOff(session));
    session.once('remoteSettings', () => clearTimeout(beginning));
    session.on('stream', stream => {
      open++;
      stream.once('close', () => {
        open--;
        if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && ++resets % RESETS === 0) void check();
      });
    });
    session.setTimeout(idleMs, () => void (open ? check() : leave()));
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
    await Promise.all([...this.sessions.keys()].map(session => this.sendAway(session)));
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

  /** cutOff ends an HTTP/2 connection whose client is not put up with. */
  cutOff(session: Http2Session): void {
    const socket = this.sessions.get(session);
    session.destroy(new Error('the client was cut off'), constants.NGHTTP2_ENHANCE_YOUR_CALM);
    // Node waits until the client has read what was written to it, which may be never.
    later(TELL_MS, () => socket?.destroy());
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
    // What has come while we were busy is read before time is up.
    const timer = later(withinMs, () => setImmediate(() => done(false)));
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

/** later calls back after a while, which the process does not wait for. */
function later(ms: number, call: () => unknown): NodeJS.Timeout {
  return setTimeout(call, ms).unref();
}
