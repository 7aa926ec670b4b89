import {
  isStream,
  StatusError,
  type ApiHandler,
  type ApiResponse,
  type ByteSink,
  type UserInfo,
} from '@navarch/apimachinery';
import type { Logger, Stoppable } from '@navarch/base';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { DelegatedAuth, Question } from './delegated-auth';
import type { Health } from './health';
import type { Serving, ServingDefinition } from './interfaces';

/** ServerOptions: where to listen, with which TLS files (a secure server needs them), and who may ask. */
export interface ServerOptions {
  readonly definition: ServingDefinition;
  readonly address: string;
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string;
  readonly auth: DelegatedAuth | undefined;
  readonly health: Health;
  readonly log: Logger;
}

type UpgradeHandler = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
/** MAX_HEADER_BYTES is what the API server takes too, so that it can pass on a command line, which stands in the path's query. */
const MAX_HEADER_BYTES = 1024 * 1024;
const OPEN_PATHS = /^\/(healthz|livez|readyz)(\/|$)/;

/** ComponentServer serves a component's health, metrics and own paths. What is neither health nor open plain HTTP is authorized. */
export class ComponentServer implements Serving, Stoppable {
  private readonly routes: { path: string; prefix: boolean; handler: ApiHandler }[] = [];
  private readonly upgrades: { prefix: string; handler: UpgradeHandler }[] = [];
  private readonly sockets = new Set<Duplex>();
  private server: http.Server | https.Server | undefined;

  constructor(private readonly options: ServerOptions) {}

  get port(): number {
    return (this.server?.address() as AddressInfo | null)?.port ?? 0;
  }

  handle(path: string, handler: ApiHandler, options: { readonly prefix?: boolean } = {}): void {
    this.routes.push({ path, prefix: options.prefix ?? false, handler });
    this.routes.sort((a, b) => b.path.length - a.path.length);
  }

  upgrade(prefix: string, handler: UpgradeHandler): void {
    this.upgrades.push({ prefix, handler });
  }

  /** listen resolves when the port is bound. */
  async listen(): Promise<void> {
    const { definition, certFile, keyFile, clientCaFile } = this.options;
    this.server = definition.secure
      ? https.createServer({
          maxHeaderSize: MAX_HEADER_BYTES,
          cert: fs.readFileSync(certFile),
          key: fs.readFileSync(keyFile),
          ...(clientCaFile && { ca: fs.readFileSync(clientCaFile), requestCert: true, rejectUnauthorized: false }),
          minVersion: 'TLSv1.2',
        })
      : http.createServer({ maxHeaderSize: MAX_HEADER_BYTES });
    const server = this.server;
    server.on('request', (request, response) => void this.onRequest(request, response));
    server.on('upgrade', (request, socket, head) => void this.onUpgrade(request, socket, head));
    server.on('connection', (socket: Duplex) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.options.port, this.options.address, resolve);
    });
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async onRequest(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      const { path, query } = target(request);
      const answer = OPEN_PATHS.test(path)
        ? await this.healthAnswer(path, query)
        : await this.routed(request, path, query, gone.signal);
      send(response, answer, gone.signal);
    } catch (error) {
      send(response, statusAnswer(error, this.options.log), gone.signal);
    }
  }

  private async routed(
    request: http.IncomingMessage,
    path: string,
    query: string,
    signal: AbortSignal,
  ): Promise<ApiResponse> {
    const user = await this.admit(request, path);
    const route = this.routes.find(r => r.path === path || (r.prefix && path.startsWith(r.path)));
    if (!route) return text(404, '404 page not found\n');
    return route.handler({
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers as Record<string, string | undefined>,
      body: limit => readBody(request, limit),
      user,
      remoteAddress: request.socket.remoteAddress,
      signal,
    });
  }

  private async onUpgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { path } = target(request);
      await this.admit(request, path);
      const found = this.upgrades.find(u => path.startsWith(u.prefix));
      if (!found) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
      await found.handler(request, socket, head);
    } catch (error) {
      const { status, body } = statusAnswer(error, this.options.log);
      socket.end(
        `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${(body as Buffer).length}\r\nConnection: close\r\n\r\n${(body as Buffer).toString()}`,
      );
    }
  }

  /** admit authenticates and authorizes; a plain server, which has nothing to hide but also no way to know who asks, lets pass. */
  private async admit(request: http.IncomingMessage, path: string): Promise<UserInfo | undefined> {
    const { definition, auth } = this.options;
    if (!definition.secure) return undefined;
    if (!auth) throw new StatusError(403, 'Forbidden', 'no authorizer is configured');
    const user = await auth.authenticate(certificateUser(request.socket as TLSSocket), request.headers.authorization);
    const method = request.method ?? 'GET';
    const resource = definition.attributes?.(method, path);
    const question: Question = resource ? { resource } : { path, verb: method.toLowerCase() };
    await auth.authorize(user, question);
    return user;
  }

  private async healthAnswer(path: string, query: string): Promise<ApiResponse> {
    const [, endpoint, only] = /^\/(healthz|livez|readyz)\/?(.*)$/.exec(path)!;
    const parameters = new URLSearchParams(query);
    const answer = await this.options.health.answer(endpoint as 'healthz', {
      verbose: parameters.has('verbose'),
      exclude: parameters.getAll('exclude'),
      only,
    });
    return answer ? text(answer.status, answer.text) : text(404, '404 page not found\n');
  }
}

/** certificateUser is the verified client certificate's user: CN is the name, each O a group. */
export function certificateUser(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return undefined;
  const groups = subject.O === undefined ? [] : Array.isArray(subject.O) ? (subject.O as string[]) : [subject.O];
  return { name: String(subject.CN), groups: [...groups, 'system:authenticated'] };
}

function target(request: http.IncomingMessage): { path: string; query: string } {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

async function readBody(request: http.IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit)
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** text is a plain-text answer. */
export function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): ApiResponse {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(body) };
}

function statusAnswer(error: unknown, log: Logger): ApiResponse {
  const status =
    error instanceof StatusError ? error : new StatusError(500, 'InternalError', 'Internal error occurred');
  if (status.code >= 500) log.error('request failed', error);
  return {
    status: status.code,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(status.toStatus())),
  };
}

function send(response: http.ServerResponse, answer: ApiResponse, closed: AbortSignal): void {
  if (response.headersSent || closed.aborted) return void response.destroy();
  const { body } = answer;
  if (isStream(body)) {
    response.writeHead(answer.status, answer.headers);
    response.flushHeaders();
    const sink: ByteSink = {
      write: chunk => response.write(chunk),
      get bufferedBytes() {
        return response.writableLength;
      },
      onDrain: listener => void response.on('drain', listener),
      end: () => void response.end(),
      closed,
    };
    return body.start(sink);
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.concat(body as Buffer[]);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  response.end(bytes);
}
