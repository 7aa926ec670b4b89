import type { AnyObject } from '@navarch/apimachinery';
import { createRegistry, silentLogger, systemClock } from '@navarch/base';
import { allKinds } from '@navarch/kinds';
import { createBackend, type StorageBackend } from '@navarch/storage';
import { createTestPki, startEtcd, type TestEtcd, type TestPki } from '@navarch/testing';
import { connect, type ClientHttp2Session } from 'node:http2';
import { Agent, request, type RequestOptions } from 'node:https';
import { createApiServer, listenHttps, type ApiServer, type Listening } from '../index';
import type { ApiServerOptions } from '../options';
import type { AuthorizationAttributes } from '../interfaces';

/** Answer is what came back; `body` reads it as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly body: AnyObject & {
    items: AnyObject[];
    metadata: Record<string, unknown>;
    message: string;
    rows: { cells: unknown[] }[];
  };
}

/** plainOptions are those of a server of all kinds that lets everybody do everything. */
export function plainOptions(backend: StorageBackend, emulated: number): ApiServerOptions {
  return {
    kinds: allKinds(emulated),
    backend,
    authenticators: [],
    authorizers: [{ authorize: () => ({ outcome: 'allow' }) }],
    admission: [],
    routes: [],
    subresources: new Map(),
    upgrades: new Map(),
    virtual: new Map(),
    emulated,
    clock: systemClock,
    log: silentLogger,
    metrics: createRegistry(),
    limits: { maxBodyBytes: 100_000 },
  };
}

/** RunningServer is an API server at 1.33 on an etcd of its own, and one client of it, `admin`, by HTTP/1.1 and HTTP/2. */
export class RunningServer {
  private constructor(
    /** denied are the users that may do nothing. */
    readonly denied: Set<string>,
    readonly pki: TestPki,
    readonly server: ApiServer,
    readonly port: number,
    readonly agent: Agent,
    readonly session: ClientHttp2Session,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(options: Partial<ApiServerOptions> = {}): Promise<RunningServer> {
    const [etcd, pki]: [TestEtcd, TestPki] = await Promise.all([startEtcd(), createTestPki()]);
    const backend = createBackend({ endpoints: etcd.endpoints, log: silentLogger });
    const denied = new Set<string>();
    const authorize = ({ user }: AuthorizationAttributes) =>
      ({ outcome: denied.has(user.name) ? 'no opinion' : 'allow' }) as const;
    const server = createApiServer({ ...plainOptions(backend, 33), authorizers: [{ authorize }], ...options });
    await server.ready();
    const own = await pki.issue({ name: 'kube-apiserver' });
    const admin = await pki.issue({ name: 'admin', organizations: ['system:masters'] });
    const front: Listening = await listenHttps({
      ...{ port: 0, host: '127.0.0.1', cert: own.certPem, key: own.keyPem, clientCa: pki.caPem },
      handler: server.handler,
      upgrade: server.handleUpgrade,
      log: silentLogger,
    });
    const tls = { ca: pki.caPem, cert: admin.certPem, key: admin.keyPem };
    const agent = new Agent({ ...tls, keepAlive: true });
    const session = connect(`https://127.0.0.1:${front.port}`, tls);
    return new RunningServer(denied, pki, server, front.port, agent, session, async () => {
      session.destroy();
      agent.destroy();
      await front.stop();
      await backend.close();
      await etcd.stop();
      pki.remove();
    });
  }

  /** to are the options of a request of HTTP/1.1 to it. */
  to(path: string, options: RequestOptions = {}): RequestOptions {
    return { agent: this.agent, host: '127.0.0.1', port: this.port, path, ...options };
  }

  /** ask sends one request over HTTP/1.1. */
  ask(method: string, path: string, body?: object | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      const type = bytes ? { 'content-type': 'application/json', 'content-length': String(bytes.length) } : {};
      const outgoing = request(this.to(path, { method, headers: { ...type, ...headers } }), incoming => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => resolve(parsed(incoming.statusCode ?? 0, incoming.headers, chunks)));
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  }

  /** ask2 sends one request over HTTP/2. */
  ask2(method: string, path: string, body?: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({
        ':method': method,
        ':path': path,
        ...(body && { 'content-type': 'application/json' }),
      });
      const chunks: Buffer[] = [];
      let head: Record<string, unknown> = {};
      stream.on('response', h => (head = h));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve(parsed(Number(head[':status']), head, chunks)));
      stream.on('error', reject);
      stream.end(body && JSON.stringify(body));
    });
  }
}

function parsed(status: number, headers: Record<string, unknown>, chunks: Buffer[]): Answer {
  const bytes = Buffer.concat(chunks);
  return {
    status,
    headers,
    bytes,
    get body() {
      return JSON.parse(bytes.toString()) as Answer['body'];
    },
  };
}

/** configMapPath is where ConfigMaps are, or the one of that name. */
export const configMapPath = (name = '') => `/api/v1/namespaces/default/configmaps${name && `/${name}`}`;

/** configMap is the body of one. */
export const configMap = (name: string, rest: object = {}) => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name },
  ...rest,
});
