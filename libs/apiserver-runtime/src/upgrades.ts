import { StatusError, type ApiRequest, type UserInfo } from '@navarch/apimachinery';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { remoteOf } from './aggregation';
import type { Chain } from './chain/chain';
import { Exchange } from './chain/exchange';
import { subresourceOf } from './dispatch';
import type { RequestInfo, UpgradeHandler } from './interfaces';
import type { ApiServerOptions } from './options';
import type { Registry } from './registry/registry';
import type { Endpoint } from './registry/resource';
import { requestInfo } from './request-info';
import { headersOf } from './fronts/headers';
import { methodNotAllowed, notFoundResource, statusErrorOf } from './status-response';

/** SWITCHED is what a connection that a client took over was answered with. */
const SWITCHED = 101;

/** Upgrades serves connections that a client takes over: exec, attach, port-forward, proxied upgrades. */
export class Upgrades {
  constructor(
    private readonly chain: Chain,
    private readonly registry: Registry,
    private readonly options: ApiServerOptions,
  ) {}

  /**
   * handle takes a connection over after authorization, or answers the refusal on it and closes it. False: what is asked for takes no
   * connection over, and is to be served as any other request.
   */
  handle(head: IncomingMessage, socket: Duplex, first: Buffer, user: UserInfo | undefined): boolean {
    if (!this.takesOver(head)) return false;
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    socket.on('error', () => gone.abort());
    const exchange = new Exchange(
      requestOf(head, user, gone.signal),
      this.options.clock.now(),
      this.options.authorizers,
    );
    this.serve(exchange, head, socket, first).catch((error: unknown) => {
      if (!(error instanceof StatusError)) {
        this.options.log.error('an upgrade failed', error, { path: exchange.request.path });
        exchange.audit?.panicked();
      }
      const refusal = statusErrorOf(error);
      exchange.audit?.completed(refusal.code);
      refuse(socket, refusal, exchange.headers);
    });
    return true;
  }

  private takesOver({ method = 'GET', url = '/' }: IncomingMessage): boolean {
    try {
      const [path = '', query] = url.split('?', 2);
      const info = requestInfo(method, path, new URLSearchParams(query));
      if (remoteOf(this.options.aggregated, info)) return true;
      const endpoint = this.registry.endpoint(info.group, info.version, info.resource);
      const declared = endpoint && subresourceOf(endpoint, info.subresource, this.options.emulated);
      return declared?.kind === 'connect' && this.options.upgrades.has(keyOf(endpoint!, info));
    } catch {
      // A path that cannot be read is refused as in any other request.
      return false;
    }
  }

  private async serve(exchange: Exchange, head: IncomingMessage, socket: Duplex, first: Buffer): Promise<void> {
    await this.chain.identify(exchange);
    await this.chain.authorized(exchange);
    const handler = this.handlerOf(exchange);
    await handler(exchange, { head, socket, first });
    const { audit } = exchange;
    audit?.started(SWITCHED);
    if (socket.destroyed) audit?.completed(SWITCHED);
    else socket.once('close', () => audit?.completed(SWITCHED));
  }

  private handlerOf({ info }: Exchange): UpgradeHandler {
    const remote = remoteOf(this.options.aggregated, info);
    if (remote) return remote.upgrade;
    const endpoint = this.registry.endpoint(info.group, info.version, info.resource);
    const declared = endpoint && subresourceOf(endpoint, info.subresource, this.options.emulated);
    if (!endpoint || declared?.kind !== 'connect') throw notFoundResource();
    if (!declared.verbs.includes(info.verb)) throw methodNotAllowed();
    const handler = this.options.upgrades.get(keyOf(endpoint, info));
    if (!handler) throw new StatusError(400, 'BadRequest', 'the requested connection cannot be upgraded');
    return handler;
  }
}

/** keyOf is what the handler of a subresource's connections is called. */
function keyOf({ kind }: Endpoint, { subresource }: RequestInfo): string {
  const { group, resource } = kind.resource;
  return `${resource}${group ? `.${group}` : ''}/${subresource}`;
}

function requestOf(head: IncomingMessage, user: UserInfo | undefined, signal: AbortSignal): ApiRequest {
  const url = head.url ?? '/';
  const mark = url.indexOf('?');
  const { remoteAddress } = head.socket;
  return {
    method: head.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: headersOf(head.headers, head.rawHeaders),
    body: () => Promise.resolve(Buffer.alloc(0)),
    ...(user && { user }),
    ...(remoteAddress !== undefined && { remoteAddress }),
    signal,
  };
}

function refuse(socket: Duplex, error: StatusError, headers: Readonly<Record<string, string>> = {}): void {
  if (socket.destroyed) return;
  const body = `${JSON.stringify(error.toStatus())}\n`;
  const head = [
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? 'Error'}`,
    'content-type: application/json',
    'cache-control: no-cache, private',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
