import type { apiregistrationv1 } from '@navarch/api';
import type { UserInfo } from '@navarch/apimachinery';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { goError } from '../outbound/go-error';
import type { ServiceResolver } from '../outbound/webhook-caller';
import type { Credentials } from '../credentials/credentials';
import type { BackendService } from './availability';
import { withIdentity } from './identity-headers';

const HTTPS_PORT = 443;
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** ConnectionParts are what every connection to another API server needs. */
export interface ConnectionParts {
  readonly resolve: ServiceResolver;
  readonly proxyClient: Credentials['proxyClient'];
}

/** Target is where a request goes; `url` names it in messages. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Outgoing is one request to the other server. */
export interface Outgoing {
  readonly method: string;
  /** path with its query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

/** Fetched is a document of another server, read whole. */
export interface Fetched {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** RemoteConnection reaches the server behind one APIService: TLS by its CA bundle, our certificate, connections kept for reuse. */
export class RemoteConnection {
  readonly service: BackendService;
  private agent: Agent | undefined;

  constructor(
    private readonly spec: apiregistrationv1.APIServiceSpec,
    private readonly parts: ConnectionParts,
  ) {
    const { namespace = '', name = '', port = HTTPS_PORT } = spec.service ?? {};
    this.service = { namespace, name, port };
  }

  /** resolve finds one of the Service's backends; it rejects if there is none. */
  resolve(): Promise<Target> {
    const { namespace, name, port } = this.service;
    return this.parts.resolve(namespace, name, port);
  }

  /** open begins a request. An upgrade gets a connection of its own. */
  open(target: Target, { method, path, headers }: Outgoing, upgrade = false): ClientRequest {
    const { namespace, name } = this.service;
    const host = `${name}.${namespace}.svc`;
    const tls = this.tls(host);
    this.agent ??= new Agent({ keepAlive: true, maxFreeSockets: 16, ...tls });
    return httpsRequest({
      ...{ host: target.host, port: target.port, method, path, headers: { ...headers, host }, ...tls },
      agent: upgrade ? false : this.agent,
    });
  }

  /** fetch reads a document as the given user; it rejects in Go's words, and when the answer is too long or late. */
  async fetch(
    target: Target,
    path: string,
    user: UserInfo,
    headers: OutgoingHttpHeaders,
    timeoutMs: number,
  ): Promise<Fetched> {
    const outgoing = this.open(target, { method: 'GET', path, headers: withIdentity(headers, user) });
    const timer = setTimeout(() => outgoing.destroy(new Error('context deadline exceeded')), timeoutMs);
    try {
      outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_DOCUMENT_BYTES) throw new Error('the answer is too long');
        chunks.push(chunk);
      }
      return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
    } catch (error) {
      outgoing.destroy();
      const url = `https://${target.host}:${target.port}${path}`;
      // The words are what a condition shows; the cause would stand there a second time.
      throw new Error(`Get ${JSON.stringify(url)}: ${goError(error as Error, target)}`);
    } finally {
      clearTimeout(timer);
      // A connection that fails after its answer concerns nobody any more.
      outgoing.on('error', () => undefined);
    }
  }

  /** renew lets go of the present connections: new ones show the present certificate. */
  renew(): void {
    this.agent?.destroy();
    this.agent = undefined;
  }

  private tls(servername: string) {
    const { caBundle, insecureSkipTLSVerify } = this.spec;
    return {
      servername,
      ...this.parts.proxyClient.current,
      ...(caBundle && { ca: Buffer.from(String(caBundle), 'base64').toString('utf8') }),
      ...(insecureSkipTLSVerify && { rejectUnauthorized: false }),
    };
  }
}
