import type { ApiHandler, ApiRequest, UserInfo } from '@navarch/apimachinery';
import type { Logger } from '@navarch/base';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';

/** HttpsFrontOptions say where to listen and with which keys. PEM texts. */
export interface HttpsFrontOptions {
  readonly host?: string;
  /** port 0 takes a free one. */
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  /** clientCa signs client certificates: CN becomes the user, each O a group. None: client certificates are ignored. */
  readonly clientCa?: string;
  /** identify says who asks on a connection; the subject of its certificate unless given. Only asked with a clientCa. */
  readonly identify?: (socket: TLSSocket, headers: ApiRequest['headers']) => UserInfo | undefined;
  readonly handler: ApiHandler;
  /** upgrade takes a connection over, or answers false: then the request is served as if it asked for no upgrade. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, user?: UserInfo) => boolean;
  /** contextFor is the certificate for clients that ask for a host by this name; undefined: the usual one. */
  readonly contextFor?: (name: string) => SecureContext | undefined;
  readonly log: Logger;
  /** onFailedHandshake is called when a client could not agree with us on TLS. */
  readonly onFailedHandshake?: () => void;
  /** bodyTimeoutMs: a body that takes longer is cut; 60 s. headerTimeoutMs: the same for HTTP/1.1 heads, and for clients to begin; 30 s. */
  readonly bodyTimeoutMs?: number;
  readonly headerTimeoutMs?: number;
  /** idleTimeoutMs is how long a connection may lie idle; three minutes. pingTimeoutMs: how long it may take to answer a ping; 10 s. */
  readonly idleTimeoutMs?: number;
  readonly pingTimeoutMs?: number;
  /** maxStreams is how many HTTP/2 requests a connection may have under way; 250. */
  readonly maxStreams?: number | undefined;
  /** answerTimeoutMs: a long answer that is read slower is cut, since its seat is taken for as long; 60 s. */
  readonly answerTimeoutMs?: number;
  /** maxUnreadBytes is how much of long answers may wait for their readers altogether; 1 GiB. */
  readonly maxUnreadBytes?: number;
  /** dismissesStrangers: an HTTP/2 client without credentials, or with bad ones, has to connect anew for each request. */
  readonly dismissesStrangers?: boolean;
  /** goawayChance is how likely an HTTP/2 request makes its client connect anew, so that clients spread over servers; 0. */
  readonly goawayChance?: number;
  /** tls says what is spoken: TLS 1.2 and newer, and the platform's ciphers, unless given. */
  readonly tls?: Pick<SecureContextOptions, 'minVersion' | 'ciphers'>;
}

const DEFAULTS = {
  host: '0.0.0.0',
  bodyTimeoutMs: 60_000,
  headerTimeoutMs: 30_000,
  idleTimeoutMs: 180_000,
  pingTimeoutMs: 10_000,
  maxStreams: 250,
  answerTimeoutMs: 60_000,
  maxUnreadBytes: 1024 * 1024 * 1024,
  goawayChance: 0,
  tls: { minVersion: 'TLSv1.2' },
} as const satisfies Partial<HttpsFrontOptions>;

/** Settings are options with what they are unless given. */
export type Settings = HttpsFrontOptions &
  Required<Pick<HttpsFrontOptions, Exclude<keyof typeof DEFAULTS, 'maxStreams'>>> & { readonly maxStreams: number };

/** settingsOf fills in what was not given. */
export function settingsOf(options: HttpsFrontOptions): Settings {
  return { ...DEFAULTS, ...options, maxStreams: options.maxStreams ?? DEFAULTS.maxStreams };
}
