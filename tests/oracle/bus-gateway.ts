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

export interface BusGatewayOptions {
  /** server is the gateway's own certificate. */
  readonly server: Files;
  /** clients are the certificates of all who may ask over the bus; each gets a connection of its own. */
  readonly clients: readonly (Files & { readonly certPem: string })[];
  /** nats is the port of the NATS server. */
  readonly nats: number;
  /** https is the API server itself, for those who have no certificate. */
  readonly https: string;
}

export interface BusGateway extends Stoppable {
  readonly url: string;
}

/** HOP are headers of the connection, not of the message. */
const HOP = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'accept-encoding']);

/**
 * startBusGateway takes HTTPS requests and asks them over the bus, as the identity that the client's certificate names there. The bus
 * knows nobody without a certificate: what is anonymous or shows a token goes to the API server as it came.
 */
export async function startBusGateway(options: BusGatewayOptions): Promise<BusGateway> {
  const stack = new StopStack();
  const callers = new Map<string, ApiCaller>();
  for (const client of options.clients) {
    const bus = stack.push(
      await connectBus({
        servers: [`127.0.0.1:${options.nats}`],
        ca: client.caFile,
        cert: client.certFile,
        key: client.keyFile,
      }),
    );
    callers.set(bus.identity, stack.push(createApiCaller(bus)));
  }
  const { caFile, certFile, keyFile } = options.server;
  const ca = readFileSync(caFile);
  const server = https.createServer(
    { ca, cert: readFileSync(certFile), key: readFileSync(keyFile), requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const caller = socket.authorized ? callers.get(String(socket.getPeerCertificate().subject.CN)) : undefined;
      const answered =
        caller && !request.headers.authorization
          ? overBus(caller, request, response)
          : passedOn(options.https, ca, request, response);
      answered.catch((error: unknown) => response.destroy(error as Error));
    },
  );
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

async function overBus(caller: ApiCaller, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const answer = await caller.call({
    method: request.method!,
    path: request.url!,
    headers: messageHeaders(request),
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
  await new Promise<void>((resolve, reject) => {
    const headers = { ...messageHeaders(request), 'content-length': String(body.length) };
    const outgoing = https.request(`${server}${request.url}`, { method: request.method, headers, ca }, answer => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response).on('close', resolve);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
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
