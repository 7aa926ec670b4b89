import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, headers as natsHeaders, nuid } from '@nats-io/transport-node';
import type { Msg, NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { Backoff, describe, systemClock, type Logger, type Stoppable } from '@navarch/base';
import { identityToken } from './subjects';

/** BusOptions say where the NATS servers are and who connects. `ca`, `cert` and `key` are files (PEM). */
export interface BusOptions {
  /** servers are `host:port` or `tls://host:port`. */
  readonly servers: readonly string[];
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** identity is the certificate's CN unless given; it must be given when there is no certificate. */
  readonly identity?: string;
  /** name shows up in the NATS server's monitoring; the identity unless given. */
  readonly name?: string;
  readonly log?: Logger;
  /** signal gives up a connect that is still waiting for its first server. */
  readonly signal?: AbortSignal;
}

/** BusMessage is one message as it came. Header names are as they were sent. */
export interface BusMessage {
  readonly subject: string;
  readonly reply: string | undefined;
  readonly data: Buffer;
  header(name: string): string | undefined;
  headers(): Iterable<readonly [string, string]>;
  /** noResponders: the NATS server's own answer that nobody listens to the request's subject. */
  readonly noResponders: boolean;
}

/** Bus is a connection to the cluster's message bus, and who we are on it. It reconnects for ever; stop closes it. */
export interface Bus extends Stoppable {
  readonly identity: string;
  readonly token: string;
  readonly connected: boolean;
  /** maxPayload is the most bytes (headers and body) that one message may have. */
  readonly maxPayload: number;
  publish(
    subject: string,
    data?: Uint8Array,
    options?: { headers?: Readonly<Record<string, string>>; reply?: string },
  ): void;
  /** subscribe calls back for each message, in order, with the others of the queue group if one is named. Disposing ends it. */
  subscribe(subject: string, callback: (message: BusMessage) => void, options?: { queue?: string }): BusSubscription;
  /** onDisconnect calls back each time the connection is lost: what was under way may have lost messages. */
  onDisconnect(callback: () => void): Disposable;
  /** newId is a short unique token, fit for a subject. */
  newId(): string;
  /** flush resolves when the server has seen all that was published. */
  flush(): Promise<void>;
}

/** BusSubscription is an interest in a subject. Disposing ends it at once; messages under way are lost. */
export interface BusSubscription extends Disposable {
  /** drain takes no new messages and resolves when the callback has seen all that were under way. */
  drain(): Promise<void>;
}

/** BusError tells why the bus could not carry something. */
export class BusError extends Error {
  constructor(
    readonly code: 'disconnected' | 'no responders' | 'timeout' | 'lost' | 'cut' | 'closed' | 'protocol',
    message: string,
  ) {
    super(message);
    this.name = 'BusError';
  }
}

/**
 * connectBus connects, trying the servers again and again until one takes us; it rejects when signal aborts first. A refusal
 * of our credentials is retried too, and logged: the server's configuration may be about to learn of us.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const identity = options.identity ?? certificateName(options.cert);
  const backoff = new Backoff({ initialMs: 100, maxMs: 5_000, jitter: 0.5 });
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return new NatsBus(await connect(connectionOptions(options, identity)), identity, options.log);
    } catch (error) {
      options.log?.warn('cannot connect to the bus yet', { servers: options.servers, err: describe(error) });
      await systemClock.sleep(backoff.next(), options.signal);
    }
  }
}

function connectionOptions(options: BusOptions, identity: string): NodeConnectionOptions {
  return {
    servers: [...options.servers],
    name: options.name ?? identity,
    ...(options.ca || options.cert
      ? { tls: { caFile: options.ca, certFile: options.cert, keyFile: options.key } }
      : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 500,
    reconnectJitterTLS: 500,
    // A server that reloads its configuration may refuse us for a moment; that must not end the process's connection.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    timeout: 5_000,
    noAsyncTraces: true,
  };
}

/** certificateName reads the CN of a certificate file. */
function certificateName(file: string | undefined): string {
  if (!file) throw new Error('connectBus needs a certificate or an identity');
  const subject = new X509Certificate(readFileSync(file)).subject;
  const name = subject
    .split('\n')
    .find(part => part.startsWith('CN='))
    ?.slice(3);
  if (!name) throw new Error(`${file}: the certificate has no common name`);
  return name;
}

class NatsBus implements Bus {
  readonly token: string;
  connected = true;
  private readonly disconnectListeners = new Set<() => void>();
  private readonly watching: Promise<void>;

  constructor(
    private readonly nats: NatsConnection,
    readonly identity: string,
    private readonly log?: Logger,
  ) {
    this.token = identityToken(identity);
    this.watching = this.watchStatus();
  }

  get maxPayload(): number {
    return this.nats.info?.max_payload ?? 1024 * 1024;
  }

  publish(
    subject: string,
    data?: Uint8Array,
    options: { headers?: Readonly<Record<string, string>>; reply?: string } = {},
  ): void {
    if (this.nats.isClosed()) throw new BusError('closed', 'the bus is closed');
    // nats-core would buffer without bound until it has reconnected.
    if (!this.connected) throw new BusError('disconnected', 'no connection to the bus');
    let headers;
    if (options.headers) {
      headers = natsHeaders();
      for (const [name, value] of Object.entries(options.headers)) headers.set(name, value);
    }
    this.nats.publish(subject, data, { headers, reply: options.reply });
  }

  subscribe(
    subject: string,
    callback: (message: BusMessage) => void,
    options: { queue?: string } = {},
  ): BusSubscription {
    const subscription = this.nats.subscribe(subject, {
      queue: options.queue,
      callback: (error, message) => {
        if (error) this.log?.error('bus subscription failed', error, { subject });
        else callback(new NatsMessage(message));
      },
    });
    return {
      [Symbol.dispose]: () => {
        if (!this.nats.isClosed()) subscription.unsubscribe();
      },
      drain: async () => {
        if (!this.nats.isClosed() && !subscription.isClosed()) await subscription.drain();
      },
    };
  }

  onDisconnect(callback: () => void): Disposable {
    this.disconnectListeners.add(callback);
    return { [Symbol.dispose]: () => void this.disconnectListeners.delete(callback) };
  }

  newId(): string {
    return nuid.next();
  }

  async flush(): Promise<void> {
    if (!this.nats.isClosed()) await this.nats.flush();
  }

  async stop(): Promise<void> {
    if (!this.nats.isClosed()) await this.nats.close();
    await this.watching;
  }

  private async watchStatus(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') this.lost();
      else if (status.type === 'reconnect') {
        this.connected = true;
        this.log?.info('bus connection restored', { server: status.server });
      } else if (status.type === 'error') this.log?.error('bus error', status.error);
    }
    if (this.connected) this.lost();
  }

  private lost(): void {
    if (!this.connected) return;
    this.connected = false;
    if (!this.nats.isClosed()) this.log?.warn('bus connection lost');
    for (const listener of [...this.disconnectListeners]) listener();
  }
}

class NatsMessage implements BusMessage {
  readonly data: Buffer;

  constructor(private readonly message: Msg) {
    const { buffer, byteOffset, byteLength } = message.data;
    this.data = Buffer.from(buffer, byteOffset, byteLength);
  }
  get subject(): string {
    return this.message.subject;
  }
  get reply(): string | undefined {
    return this.message.reply;
  }
  get noResponders(): boolean {
    return this.message.headers?.code === 503 && this.data.length === 0 && !this.message.headers.has('bus-kind');
  }
  header(name: string): string | undefined {
    return this.message.headers?.get(name) || undefined;
  }
  *headers(): Iterable<readonly [string, string]> {
    for (const [name, values] of this.message.headers ?? []) yield [name, values[0] ?? ''];
  }
}
