import {
  internalError,
  isStream,
  type ApiHandler,
  type ApiRequest,
  type ApiResponse,
  type UserInfo,
} from '@navarch/apimachinery';
import { systemClock, type Clock, type Logger, type Stoppable } from '@navarch/base';
import { afterBeat } from './beat';
import { BusError, type Bus, type BusMessage, type BusSubscription } from './bus';
import { IncomingBody, tooLarge } from './incoming-body';
import { Outgoing } from './outgoing';
import { API_QUEUE, API_SUBJECT, identityOfToken, inboxPrefix, isInboxOf } from './subjects';
import { BEAT, H, HEADER_ROOM, isSafeHeader, parseCount, parseCounts, renderCounts } from './wire';

export interface ServeOptions {
  /** userFor tells who an identity is: its groups. The identity comes from the subject, which the NATS server enforces. */
  userFor(identity: string): UserInfo | Promise<UserInfo>;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** beatMs is the interval of heartbeats, 2 s unless given; a stream whose asker is silent for three of them ends. */
  readonly beatMs?: number;
  /** maxBufferedBytes is what may wait for credit per stream before it is cut; 8 MiB unless given. Whole answers are not bound by it. */
  readonly maxBufferedBytes?: number;
  /** queue is the queue group; all servers of one cluster share it. */
  readonly queue?: string;
}

/** HIDDEN are request headers that would claim an identity; here the subject alone says who asks. */
const HIDDEN = new Set(['authorization', 'cookie', 'x-remote-user', 'x-remote-group', 'x-remote-uid']);

/** ServedApi is the API as it is served over the bus. */
export interface ServedApi extends Stoppable {
  /** leave leaves the queue group: others get what is asked from now on. What is under way here goes on, streams too. */
  leave(): Promise<void>;
}

/** LEAVE_MS bounds how long the bus may take to let us go. */
const LEAVE_MS = 1_000;

/**
 * serveApi answers the API's requests that come over the bus, as one of a queue group. stop leaves, cuts the
 * streams (their askers resume at another master) and resolves when the requests under way are answered.
 */
export function serveApi(bus: Bus, handler: ApiHandler, options: ServeOptions): ServedApi {
  return new ApiServer(bus, handler, options);
}

/** Exchange is one request under way, from its arrival to the end of its answer. */
interface Exchange {
  readonly inbox: string;
  readonly abort: AbortController;
  readonly body: IncomingBody | undefined;
  outgoing?: Outgoing;
  /** heard is when the asker last said that it still wants the answer. */
  heard: number;
}

class ApiServer implements ServedApi {
  private readonly id: string;
  private readonly clock: Clock;
  private readonly beatMs: number;
  /** exchanges by inbox. Bounded by what askers have under way: an exchange ends with its answer, by cancel or by silence. */
  private readonly exchanges = new Map<string, Exchange>();
  private readonly running = new Set<Promise<void>>();
  private readonly requests: BusSubscription;
  private readonly owned: Disposable[];
  private timer: Disposable;
  private stopping = false;

  constructor(
    private readonly bus: Bus,
    private readonly handler: ApiHandler,
    private readonly options: ServeOptions,
  ) {
    this.id = bus.newId();
    this.clock = options.clock ?? systemClock;
    this.beatMs = options.beatMs ?? 2_000;
    const queue = options.queue ?? API_QUEUE;
    this.requests = bus.subscribe(`${API_SUBJECT}.*`, message => this.onRequest(message), { queue });
    this.owned = [
      bus.subscribe(`${API_SUBJECT}.*.${this.id}`, message => this.onDirect(message)),
      bus.onDisconnect(() => this.dropAll()),
    ];
    this.timer = afterBeat(this.clock, this.beatMs, listened => this.onBeat(listened));
  }

  async leave(): Promise<void> {
    if (!this.bus.connected) return this.requests[Symbol.dispose]();
    const patience = new AbortController();
    const late = this.clock.sleep(LEAVE_MS, patience.signal).catch(() => undefined);
    await Promise.race([this.requests.drain().catch(() => undefined), late]);
    patience.abort();
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    await this.leave();
    this.stopping = true;
    for (const { outgoing } of this.exchanges.values()) if (outgoing) outgoing.cut('the server is stopping');
    await Promise.all(this.running);
    this.timer[Symbol.dispose]();
    this.dropAll();
    await this.bus.flush().catch(() => undefined);
    for (const item of this.owned) item[Symbol.dispose]();
  }

  private onRequest(message: BusMessage): void {
    const token = message.subject.slice(API_SUBJECT.length + 1);
    const identity = identityOfToken(token);
    const inbox = message.reply;
    // An inbox outside the asker's own prefix would make us speak to somebody else.
    if (this.stopping || identity === undefined || !inbox || !isInboxOf(token, inbox) || this.exchanges.has(inbox))
      return;
    const length = parseCount(message.header(H.length));
    const body =
      length > 0
        ? new IncomingBody(length, () => this.send(inbox, { [H.kind]: 'continue', [H.server]: this.id }))
        : undefined;
    const exchange: Exchange = { inbox, abort: new AbortController(), body, heard: this.clock.now() };
    this.exchanges.set(inbox, exchange);
    const run = this.answer(exchange, identity, message)
      .catch((error: unknown) => {
        this.forget(exchange);
        if (!(error instanceof BusError)) this.options.log?.error('answering over the bus failed', error, { identity });
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  private async answer(exchange: Exchange, identity: string, message: BusMessage): Promise<void> {
    const user = await this.options.userFor(identity);
    let response: ApiResponse;
    try {
      response = await this.handler(toRequest(message, user, exchange));
    } catch (error) {
      this.options.log?.error('the API handler rejected', error);
      response = statusResponse(error);
    }
    if (!this.exchanges.has(exchange.inbox)) return;
    const credit = parseCount(message.header(H.credit));
    const { status, body } = response;
    const headers: Record<string, string> = { [H.status]: String(status) };
    for (const [name, value] of Object.entries(response.headers)) if (isSafeHeader(name, value)) headers[name] = value;
    if (!isStream(body)) {
      const parts: readonly Buffer[] = Buffer.isBuffer(body) ? [body] : body;
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      if (size <= Math.min(credit, this.bus.maxPayload - HEADER_ROOM)) {
        this.forget(exchange);
        return this.send(
          exchange.inbox,
          { ...headers, [H.kind]: 'answer' },
          parts.length === 1 ? parts[0] : Buffer.concat(parts, size),
        );
      }
      return this.writeWhole(this.open(exchange, credit, headers, Number.POSITIVE_INFINITY), parts);
    }
    const outgoing = this.open(exchange, credit, headers, this.options.maxBufferedBytes ?? 8 * 1024 * 1024);
    body.start(outgoing);
    if (this.stopping) outgoing.cut('the server is stopping');
  }

  /** open sends the head and puts the exchange under flow control. */
  private open(exchange: Exchange, credit: number, headers: Record<string, string>, maxBuffered: number): Outgoing {
    this.send(exchange.inbox, { ...headers, [H.kind]: 'head', [H.server]: this.id, [H.beat]: String(this.beatMs) });
    exchange.outgoing = new Outgoing(
      this.bus,
      exchange.inbox,
      credit,
      maxBuffered,
      () => this.clock.now(),
      () => this.forget(exchange),
    );
    exchange.heard = this.clock.now();
    return exchange.outgoing;
  }

  /** writeWhole writes an answer that is all there, as fast as the asker takes it. */
  private writeWhole(outgoing: Outgoing, parts: readonly Buffer[]): Promise<void> {
    return new Promise(resolve => {
      let next = 0;
      const write = () => {
        while (next < parts.length) {
          if (outgoing.closed.aborted) return;
          if (!outgoing.write(parts[next++]!)) return outgoing.onDrain(write);
        }
        outgoing.end();
      };
      outgoing.closed.addEventListener('abort', () => resolve(), { once: true });
      write();
      if (outgoing.closed.aborted) resolve();
    });
  }

  private onDirect(message: BusMessage): void {
    const token = message.subject.slice(API_SUBJECT.length + 1, -this.id.length - 1);
    const stream = message.header(H.stream);
    if (message.header(H.kind) === 'alive') return this.onAlive(token, stream, message.data);
    if (!stream || !isInboxOf(token, stream)) return;
    const exchange = this.exchanges.get(stream);
    if (!exchange) return;
    exchange.heard = this.clock.now();
    switch (message.header(H.kind)) {
      case 'body':
        return exchange.body?.piece(parseCount(message.header(H.seq)), message.data);
      case 'credit':
        return exchange.outgoing?.credit(parseCount(message.header(H.credit)));
      case 'cancel':
        return this.drop(exchange);
      default:
        // A kind of a newer protocol: nothing that we could do.
        return;
    }
  }

  /** onAlive refreshes what a session still wants; what it no longer names is abandoned and ends by silence. */
  private onAlive(token: string, session: string | undefined, data: Buffer): void {
    const prefix = `${inboxPrefix(token)}.${session}`;
    for (const [n, credit] of parseCounts(data) ?? []) {
      const exchange = this.exchanges.get(`${prefix}.${n}`);
      if (!exchange) continue;
      exchange.heard = this.clock.now();
      exchange.outgoing?.credit(credit);
    }
  }

  /** onBeat tells each session which of its streams are alive, and ends those that nobody wants or that stand still. */
  private onBeat(listened: boolean): void {
    if (this.stopping && !this.running.size) return;
    this.timer = afterBeat(this.clock, this.beatMs, again => this.onBeat(again));
    const now = this.clock.now();
    const sessions = new Map<string, [string, number][]>();
    for (const exchange of [...this.exchanges.values()]) {
      const { outgoing, inbox } = exchange;
      if (!outgoing) continue;
      if (listened && now - exchange.heard > 3 * this.beatMs) this.drop(exchange);
      else if (listened && outgoing.stalledSince !== undefined && now - outgoing.stalledSince > 6 * this.beatMs)
        outgoing.cut('the stream was cut: the asker reads too slowly');
      else {
        const dot = inbox.lastIndexOf('.');
        const session = inbox.slice(0, dot);
        const streams = sessions.get(session) ?? [];
        streams.push([inbox.slice(dot + 1), outgoing.seq]);
        sessions.set(session, streams);
      }
    }
    for (const [session, streams] of sessions) {
      this.send(`${session}.${BEAT}`, { [H.kind]: 'beat', [H.server]: this.id }, renderCounts(streams));
    }
  }

  private send(subject: string, headers: Record<string, string>, data?: Buffer): void {
    if (this.bus.connected) this.bus.publish(subject, data, { headers });
  }

  private forget(exchange: Exchange): void {
    this.exchanges.delete(exchange.inbox);
  }

  private drop(exchange: Exchange): void {
    this.forget(exchange);
    exchange.body?.fail(new BusError('lost', 'the asker has gone'));
    exchange.abort.abort();
    exchange.outgoing?.close();
  }

  private dropAll(): void {
    for (const exchange of [...this.exchanges.values()]) this.drop(exchange);
  }
}

/** toRequest makes the API's request of a message; the subject's identity is its user. */
function toRequest(message: BusMessage, user: UserInfo, exchange: Exchange): ApiRequest {
  const target = message.header(H.path) ?? '/';
  const mark = target.indexOf('?');
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of message.headers()) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('bus-') && !lower.startsWith('x-remote-extra-') && !HIDDEN.has(lower)) headers[lower] = value;
  }
  return {
    method: message.header(H.method) ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body: limit => {
      if (exchange.body) return exchange.body.read(limit);
      return message.data.length > limit ? Promise.reject(tooLarge(limit)) : Promise.resolve(message.data);
    },
    user,
    remoteAddress: 'bus',
    signal: exchange.abort.signal,
  };
}

function statusResponse(error: unknown): ApiResponse {
  const status = internalError(error).toStatus();
  return {
    status: status.code,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(status)),
  };
}
