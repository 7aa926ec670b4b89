import { loadKubeconfig } from '@navarch/client';
import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';

/** Question is one request, the same for both servers but for ids in its body. */
export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** Answer is a status code and the JSON that came with it; 0 if none came. */
export interface Answer {
  readonly code: number;
  readonly warning?: string | undefined;
  readonly body: unknown;
}

// As many requests are under way at one server.
const CONNECTIONS = 8;

/** Server is one API server, asked as the user of a kubeconfig (client certificate or token). */
export class Server {
  private readonly base: URL;
  private readonly agent: Agent;
  private readonly authorization: Record<string, string>;

  constructor(kubeconfig: string) {
    const { server, ca, cert, key, token } = loadKubeconfig(kubeconfig);
    const pem = (given: typeof ca) => given && ('pem' in given ? given.pem : readFileSync(given.file, 'utf8'));
    this.base = new URL(server);
    this.agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: pem(ca), cert: pem(cert), key: pem(key) });
    this.authorization = typeof token === 'string' ? { authorization: `Bearer ${token}` } : {};
  }

  /** ask answers whatever the server answers, failures too; a connection that breaks is an answer of code 0. */
  ask({
    method,
    path,
    body,
    contentType = 'application/json',
    accept = 'application/json',
  }: Question): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const sends = payload !== undefined && {
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(payload)),
    };
    const headers = { accept, ...this.authorization, ...sends };
    const { hostname, port } = this.base;
    const options: RequestOptions = { hostname, port, method, path, headers, agent: this.agent, timeout: 60_000 };
    return new Promise(resolve => {
      const broken = (error: Error) => resolve({ code: 0, body: error.message });
      const sent = request(options, response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', broken);
        response.on('end', () => {
          const warning = response.headers.warning;
          resolve({ code: response.statusCode ?? 0, warning, body: parsed(text) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', broken);
      sent.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
