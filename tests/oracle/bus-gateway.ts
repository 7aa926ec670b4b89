import https from 'node:https';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { StopStack, type Stoppable } from '@navarch/base';
import { connectBus, createApiCaller, type ApiCaller } from '@navarch/bus';

interface Files {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** BusClient is somebody who may ask over the bus. */
export interface BusClient {
  /** name is the common name of the certificate that the request comes with. */
  readonly name: string;
  /** files are the certificate of the bus connection. */
  readonly files: Files;
  /** as is who the impersonator acts as for them, as the bus knows no groups but its own; they ask themselves if they want to act as others. */
  readonly as?: { readonly user: string; readonly groups: readonly string[] };
}

export interface BusGatewayOptions {
  /** server is the gateway's own certificate. */
  readonly server: Files;
  readonly clients: readonly BusClient[];
  /** impersonator is the certificate of a bus identity that may act as anybody. */
  readonly impersonator: Files;
  /** nats is the port of the NATS server. */
  readonly nats: number;
  /** https is the API server itself, for those who have no certificate. */
  readonly https: string;
}

export interface BusGateway extends Stoppable {
  readonly url: string;
}

/** Asking is by whom a request is asked, and with which headers besides its own. */
interface Asking {
  readonly caller: ApiCaller;
  readonly headers: Readonly<Record<string, string>>;
}

const IDLE_TIMEOUT_MS = 180_000;

/** HOP are headers of the connection, not of the message. */
const HOP = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'accept-encoding']);

/**
 * startBusGateway takes HTTPS requests and asks them over the bus, as the identity that the client's certificate names there. The bus
 * knows nobody without a certificate: what is anonymous or shows a token goes to the API server as it came.
 */
export async function startBusGateway(options: BusGatewayOptions): Promise<BusGateway> {
  const stack = new StopStack();
  const connected = async ({ caFile: ca, certFile: cert, keyFile: key }: Files) =>
    stack.push(
      createApiCaller(stack.push(await connectBus({ servers: [`127.0.0.1:${options.nats}`], ca, cert, key }))),
    );
  const impersonator = await connected(options.impersonator);
  const callers = new Map<string, (request: IncomingMessage) => Asking>();
  for (const { name, files, as } of options.clients) {
    const own: Asking = { caller: await connected(files), headers: {} };
    const acting: Asking | undefined = as && {
      caller: impersonator,
      headers: { 'impersonate-user': as.user, 'impersonate-group': as.groups.join(', ') },
    };
    callers.set(name, request => (acting && !wantsToAct(request) ? acting : own));
  }
  const { caFile, certFile, keyFile } = options.server;
  const ca = readFileSync(caFile);
  const server = https.createServer(
    { ca, cert: readFileSync(certFile), key: readFileSync(keyFile), requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const known = socket.authorized ? callers.get(String(socket.getPeerCertificate().subject.CN)) : undefined;
      const answered =
        known && !request.headers.authorization
          ? overBus(known(request), request, response)
          : passedOn(options.https, ca, request, response);
      answered.catch((error: unknown) => response.destroy(error as Error));
    },
  );
  // As long as the API server's own: what a client believes to be open must be.
  server.keepAliveTimeout = IDLE_TIMEOUT_MS;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stack.push({
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => stack.stop() };
}

/** wantsToAct: the request itself names, in whole or in part, somebody to act as. */
function wantsToAct({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some(name => name.startsWith('impersonate-'));
}

async function overBus({ caller, headers }: Asking, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await caller.call({
    method: request.method!,
    path: request.url!,
    headers: { ...headers, ...messageHeaders(request) },
    body: await bodyOf(request),
    signal: gone.signal,
    timeoutMs: 60_000,
  });
  response.writeHead(answer.status, { ...answer.headers });
  response.flushHeaders();
  for await (const chunk of answer.body) response.write(chunk);
  response.end();
}

async function passedOn(server: string, ca: Buffer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const headers = { ...messageHeaders(request), ...(body.length && { 'content-length': String(body.length) }) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = https.request(`${server}${request.url}`, { method: request.method, headers, ca, agent: false });
    outgoing.on('response', resolve).on('error', reject).end(body);
  });
  const whole = await bodyOf(answer);
  response.writeHead(answer.statusCode!, { ...messageHeaders(answer), 'content-length': whole.length });
  response.end(whole);
}

function messageHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([name, value]) => value !== undefined && !HOP.has(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(', ')]));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
