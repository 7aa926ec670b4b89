import type { ApiHandler, UserInfo } from '@navarch/apimachinery';
import type { Logger, Stoppable } from '@navarch/base';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** HttpsFrontOptions say where to listen and with which keys. PEM texts. */
export interface HttpsFrontOptions {
  readonly host?: string;
  /** port 0 takes a free one. */
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  /** clientCa signs client certificates: CN becomes the user, each O a group. None: client certificates are ignored. */
  readonly clientCa?: string;
  readonly handler: ApiHandler;
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, user?: UserInfo) => void;
  readonly log: Logger;
  /** bodyTimeoutMs: a body that takes longer is cut; 60 s. headerTimeoutMs: the same for HTTP/1.1 heads; 30 s. */
  readonly bodyTimeoutMs?: number;
  readonly headerTimeoutMs?: number;
}

/** Listening is a started front. */
export interface Listening extends Stoppable {
  readonly port: number;
  /** update takes new keys for connections from now on. */
  update(keys: { readonly cert: string; readonly key: string; readonly clientCa?: string }): void;
}
