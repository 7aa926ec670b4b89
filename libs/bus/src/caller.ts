import { Channel, systemClock, type Clock, type Stoppable } from '@navarch/base';
import { afterBeat } from './beat';
import { BusError, type Bus, type BusMessage } from './bus';
import { directSubject, inboxPrefix, requestSubject } from './subjects';
import { BEAT, H, HEADER_ROOM, isSafeHeader, parseCounts, renderCounts } from './wire';

/** GONE begins the last part of an inbox subject at which the NATS server says that a master has left. */
const GONE = 'gone-';

export interface BusRequest {
  readonly method: string;
  /** path with its query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
  /** timeoutMs bounds the wait for the head of the answer, and any silence after it; 30 s unless given. */
  readonly timeoutMs?: number;
}

/** BusResponse is an answer's head and its body as it comes. Not reading the body on stops the master by missing credit. */
export interface BusResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** body throws a BusError if the master is lost or messages are missing; it just ends when signal aborts. */
  readonly body: AsyncIterable<Buffer>;
}

export interface CallerOptions {
  readonly clock?: Clock;
  /** windowBytes is how much of one answer may be under way to us; 2 MiB unless given. */
  readonly windowBytes?: number;
}

/** ApiCaller asks the API over the bus. Rejects with a BusError when nothing answered; any status is an answer. */
export interface ApiCaller extends Stoppable {
  call(request: BusRequest): Promise<BusResponse>;
}

/** createApiCaller makes the asking side; one a process is enough. stop ends all that is under way, the bus stays. */
export function createApiCaller(bus: Bus, options: CallerOptions = {}): ApiCaller {
  return new Caller(bus, options);
}

/** Call is one request under way. */
interface Call {
  readonly n: string;
  readonly request: BusRequest;
  readonly channel: Channel<Buffer>;
  settle: { resolve(response: BusResponse): void; reject(error: Error): void } | undefined;
  server: string | undefined;
  seq: number;
  consumed: number;
  granted: number;
  beatMs: number;
  /** heard is when the master last spoke of this stream. */
  heard: number;
  timer: Disposable | undefined;
  readonly onAbort: () => void;
}

class Caller implements ApiCaller {
  private readonly session: string;
  private readonly inbox: string;
  private readonly clock: Clock;
  private readonly window: number;
  /** calls under way by their number. */
  private readonly calls = new Map<string, Call>();
  private readonly owned: Disposable[];
  private timer: Disposable | undefined;
  private count = 0;
  private stopped = false;

  constructor(
    private readonly bus: Bus,
    options: CallerOptions,
  ) {
    this.session = bus.newId();
    this.inbox = `${inboxPrefix(bus.token)}.${this.session}`;
    this.clock = options.clock ?? systemClock;
    this.window = options.windowBytes ?? 2 * 1024 * 1024;
    this.owned = [
      bus.subscribe(`${this.inbox}.*`, message => this.onMessage(message)),
      bus.onDisconnect(() => this.failAll(new BusError('disconnected', 'the bus connection was lost'))),
    ];
  }

  call(request: BusRequest): Promise<BusResponse> {
    return new Promise((resolve, reject) => {
      if (this.stopped) return reject(new BusError('closed', 'the caller is stopped'));
      if (request.signal?.aborted) return reject(request.signal.reason as Error);
      const n = String(++this.count);
      const call: Call = {
        n,
        request,
        // Credit bounds the bytes; no message but the last is empty, so this many items cannot be passed by an honest master.
        channel: new Channel<Buffer>(this.window + 2),
        settle: { resolve, reject },
        server: undefined,
        seq: 0,
        consumed: 0,
        granted: this.window,
        beatMs: 0,
        heard: this.clock.now(),
        timer: undefined,
        onAbort: () => this.finish(call, undefined, true),
      };
      this.calls.set(n, call);
      request.signal?.addEventListener('abort', call.onAbort, { once: true });
      const timeoutMs = request.timeoutMs ?? 30_000;
      call.timer = this.clock.after(timeoutMs, () =>
        this.finish(call, new BusError('timeout', `no answer within ${timeoutMs} ms`), true),
      );
      try {
        this.publishRequest(call);
      } catch (error) {
        this.finish(call, error as Error);
      }
    });
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    for (const call of [...this.calls.values()])
      this.finish(call, new BusError('closed', 'the caller is stopped'), true);
    for (const item of this.owned) item[Symbol.dispose]();
    this.timer?.[Symbol.dispose]();
    await Promise.resolve();
  }

  private publishRequest(call: Call): void {
    const { method, path, headers = {}, body } = call.request;
    if (/[\r\n\0]/.test(path) || !/^[A-Z]+$/.test(method)) throw new BusError('protocol', 'not a method and a path');
    const all: Record<string, string> = {
      [H.kind]: 'request',
      [H.method]: method,
      [H.path]: path,
      [H.credit]: String(this.window),
    };
    for (const [name, value] of Object.entries(headers)) {
      if (!isSafeHeader(name, value)) throw new BusError('protocol', `header ${JSON.stringify(name)} cannot be sent`);
      all[name.toLowerCase()] = value;
    }
    const whole = !body || body.length <= this.bus.maxPayload - HEADER_ROOM;
    if (!whole) all[H.length] = String(body.length);
    this.bus.publish(requestSubject(this.bus.token), whole ? body : undefined, {
      headers: all,
      reply: `${this.inbox}.${call.n}`,
    });
  }

  private onMessage(message: BusMessage): void {
    const n = message.subject.slice(this.inbox.length + 1);
    if (n === BEAT) return this.onBeat(message);
    if (message.noResponders && n.startsWith(GONE)) return this.onGone(n.slice(GONE.length));
    const call = this.calls.get(n);
    if (message.noResponders) {
      if (call) this.finish(call, new BusError('no responders', 'no API server is connected to the bus'));
      return;
    }
    const kind = message.header(H.kind);
    if (!call) {
      // We gave up before we knew who answers.
      if (kind === 'head') this.direct(message.header(H.server), n, { [H.kind]: 'cancel' });
      return;
    }
    call.heard = this.clock.now();
    switch (kind) {
      case 'answer':
        this.onHead(call, message);
        if (message.data.length) call.channel.push(message.data);
        return this.finish(call);
      case 'head':
        call.server = message.header(H.server);
        call.beatMs = Number(message.header(H.beat));
        this.onHead(call, message);
        return this.keepAlive(call.beatMs);
      case 'continue':
        call.server = message.header(H.server);
        return this.sendBody(call);
      case 'data':
      case 'end':
        return this.onData(call, message, kind === 'end');
      default:
        // A kind of a newer protocol: nothing that we have asked for.
        return;
    }
  }

  private onHead(call: Call, message: BusMessage): void {
    call.timer?.[Symbol.dispose]();
    const headers: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, value] of message.headers()) if (!name.startsWith('bus-')) headers[name.toLowerCase()] = value;
    call.settle?.resolve({ status: Number(message.header(H.status)), headers, body: this.bodyOf(call) });
    call.settle = undefined;
  }

  private onData(call: Call, message: BusMessage, last: boolean): void {
    if (Number(message.header(H.seq)) !== call.seq + 1)
      return this.finish(call, new BusError('lost', 'messages of the stream are missing'), true);
    call.seq++;
    if (message.data.length && !call.channel.push(message.data))
      return this.finish(call, new BusError('cut', 'the stream is not read'), true);
    if (!last) return;
    const error = message.header(H.error);
    this.finish(call, error === undefined ? undefined : new BusError('cut', error));
  }

  private sendBody(call: Call): void {
    const { body } = call.request;
    if (!body || !this.bus.connected) return;
    const size = this.bus.maxPayload - HEADER_ROOM;
    for (let at = 0, seq = 1; at < body.length; at += size, seq++) {
      this.direct(call.server, call.n, { [H.kind]: 'body', [H.seq]: String(seq) }, body.subarray(at, at + size));
    }
  }

  /** bodyOf iterates over what comes and gives credit for what was taken. */
  private async *bodyOf(call: Call): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of call.channel) {
        yield chunk;
        call.consumed += chunk.length;
        if (call.consumed + this.window - call.granted >= this.window / 4 && this.calls.has(call.n)) {
          call.granted = call.consumed + this.window;
          this.direct(call.server, call.n, { [H.kind]: 'credit', [H.credit]: String(call.granted) });
        }
      }
    } finally {
      this.finish(call, undefined, true);
    }
  }

  /** keepAlive makes sure that masters hear from us each beat, and we miss them when they are silent for three. */
  private keepAlive(beatMs: number): void {
    this.timer ??= afterBeat(this.clock, beatMs, listened => {
      this.timer = undefined;
      const now = this.clock.now();
      const wanted = new Map<string, [string, number][]>();
      for (const call of [...this.calls.values()]) {
        if (call.server === undefined || !call.beatMs) continue;
        if (listened && now - call.heard > 3 * call.beatMs) {
          this.finish(call, new BusError('lost', 'the API server is silent'), true);
          continue;
        }
        wanted.set(call.server, [...(wanted.get(call.server) ?? []), [call.n, call.granted]]);
      }
      for (const [server, streams] of wanted) {
        // Nobody answers to GONE but the NATS server, when the master has no subscription any more: it is dead.
        const reply = `${this.inbox}.${GONE}${server}`;
        this.directTo(server, { [H.kind]: 'alive', [H.stream]: this.session }, renderCounts(streams), reply);
      }
      if (wanted.size) this.keepAlive(beatMs);
    });
  }

  /** onBeat compares the master's view of our streams with ours: a message it counts and we did not get is lost. */
  private onBeat(message: BusMessage): void {
    const counts = parseCounts(message.data);
    const server = message.header(H.server);
    if (!counts || server === undefined) return;
    for (const call of [...this.calls.values()]) {
      if (call.server !== server || !call.beatMs) continue;
      const seq = counts.get(call.n);
      if (seq === undefined || seq !== call.seq)
        this.finish(call, new BusError('lost', 'messages of the stream are missing'), true);
      else call.heard = this.clock.now();
    }
  }

  private onGone(server: string): void {
    for (const call of [...this.calls.values()]) {
      if (call.server === server) this.finish(call, new BusError('lost', 'the API server has left the bus'));
    }
  }

  private direct(server: string | undefined, n: string, headers: Record<string, string>, data?: Buffer): void {
    if (server !== undefined) this.directTo(server, { ...headers, [H.stream]: `${this.inbox}.${n}` }, data);
  }

  private directTo(server: string, headers: Record<string, string>, data?: Buffer, reply?: string): void {
    if (!this.bus.connected) return;
    this.bus.publish(directSubject(this.bus.token, server), data, { headers, ...(reply && { reply }) });
  }

  /** finish ends a call once: with an error, or (abort, end) without; `cancel` tells the master. */
  private finish(call: Call, error?: Error, cancel = false): void {
    if (!this.calls.delete(call.n)) return;
    call.timer?.[Symbol.dispose]();
    call.request.signal?.removeEventListener('abort', call.onAbort);
    if (cancel) this.direct(call.server, call.n, { [H.kind]: 'cancel' });
    call.settle?.reject(
      error ?? (call.request.signal?.reason as Error | undefined) ?? new BusError('closed', 'the call was ended'),
    );
    call.settle = undefined;
    call.channel.close(error);
  }

  private failAll(error: BusError): void {
    for (const call of [...this.calls.values()]) this.finish(call, error);
  }
}
