import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiHandler, ByteSink } from '@navarch/apimachinery';
import { isStream } from '@navarch/apimachinery';
import type { Serving } from '@navarch/nest-host';

type UpgradeHandler = Parameters<Serving['upgrade']>[1];

/** FakeServing answers requests to a component's handlers without a socket. */
export class FakeServing implements Serving {
  readonly port = 0;
  private readonly routes = new Map<string, { readonly handler: ApiHandler; readonly prefix: boolean }>();

  handle(path: string, handler: ApiHandler, options: { readonly prefix?: boolean } = {}): void {
    this.routes.set(path, { handler, prefix: options.prefix ?? false });
  }
  private readonly upgrades = new Map<string, UpgradeHandler>();
  upgrade(prefix: string, handler: UpgradeHandler): void {
    this.upgrades.set(prefix, handler);
  }

  /** listen serves upgrade requests on a free port of the loopback, which it answers. */
  async listen(): Promise<{ readonly port: number; close(): void }> {
    const server = createServer();
    server.on('upgrade', (request, socket, head) => {
      const handler = [...this.upgrades].find(([prefix]) => request.url?.startsWith(prefix))?.[1];
      handler?.(request, socket, head).catch((error: Error) =>
        socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${error.message}`),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
  }

  /** asApi serves one pod as an API server would, as far as kubectl exec and port-forward ask; `protocols` are those asked for. */
  async asApi(pod: object): Promise<{ readonly port: number; readonly protocols: string[]; close(): void }> {
    const protocols: string[] = [];
    const resources = [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] }];
    const discovery = new Map<string, object>([
      ['/api', { kind: 'APIVersions', versions: ['v1'] }],
      ['/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: [] }],
      ['/api/v1', { kind: 'APIResourceList', groupVersion: 'v1', resources }],
    ]);
    const server = createServer(({ url = '' }, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(discovery.get(url.split('?')[0]!) ?? pod));
    });
    server.on('upgrade', (request, socket, head) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
      const [, , , , namespace, , name, subresource] = pathname.split('/');
      const names: Readonly<Record<string, string>> = { stdin: 'input', stdout: 'output', stderr: 'error' };
      const renamed = new URLSearchParams();
      for (const [key, value] of searchParams) renamed.append(names[key] ?? key, value);
      const verb = subresource === 'portforward' ? 'portForward' : subresource;
      request.url = `/${verb}/${namespace}/${name}${verb === 'portForward' ? '' : `/${searchParams.get('container')}`}?${renamed}`;
      protocols.push(request.headers['sec-websocket-protocol']?.split(',')[0] ?? request.headers.upgrade ?? '');
      const handler = [...this.upgrades].find(([prefix]) => request.url?.startsWith(prefix))?.[1];
      handler?.(request, socket, head).catch((error: Error) =>
        socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${error.message}`),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, protocols, close: () => void server.close() };
  }

  /** get answers a GET; a streamed body to its end. */
  async get(path: string, query = ''): Promise<{ readonly status: number; readonly body: string }> {
    const route =
      this.routes.get(path) ?? [...this.routes].find(([at, { prefix }]) => prefix && path.startsWith(at))?.[1];
    if (!route) return { status: 404, body: '' };
    const request = {
      method: 'GET',
      path,
      query,
      headers: {},
      body: () => Promise.resolve(Buffer.alloc(0)),
      signal: new AbortController().signal,
    };
    const { status, body } = await route.handler(request);
    if (!isStream(body))
      return { status, body: Buffer.concat(Buffer.isBuffer(body) ? [body] : [...body]).toString('utf8') };
    const chunks: Buffer[] = [];
    await new Promise<void>(resolve => {
      const sink: ByteSink = {
        write: chunk => chunks.push(Buffer.from(chunk)) > 0,
        bufferedBytes: 0,
        onDrain: () => undefined,
        end: resolve,
        closed: new AbortController().signal,
      };
      body.start(sink);
    });
    return { status, body: Buffer.concat(chunks).toString('utf8') };
  }
}
