import type { UserInfo } from '@navarch/apimachinery';
import { createApiServer, listenHttps } from '@navarch/apiserver-runtime';
import { createRegistry, silentLogger, systemClock } from '@navarch/base';
import { resource, type apiextensionsv1 } from '@navarch/api';
import { customVersions } from '@navarch/apiextensions';
import { createBackend } from '@navarch/storage';
import { createTestPki, type TestPki } from '@navarch/testing';
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { ClientCertificates } from '../authn/client-certificates';
import { readBundle } from '../credentials/credentials';

/** Gadget is an object of the extension server's only kind. */
export interface Gadget {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly size?: number };
}

/** Gadgets are served by the extension server, not by the cluster's own. */
export const Gadgets = resource<Gadget & object>('gadgets.example.dev/v1', 'gadgets', 'Gadget', true);

/** ExtensionServer is another API server, as an APIService leads to. */
export interface ExtensionServer {
  readonly host: string;
  readonly port: number;
  /** caBundle is base64, as an APIService has it. */
  readonly caBundle: string;
  /** users asked it for objects, in order. */
  readonly users: UserInfo[];
  /** upgrades are the heads of connections that asked for one. */
  readonly upgrades: IncomingHttpHeaders[];
  stop(): Promise<void>;
}

/** ownAddress is an address of this host that may stand in Endpoints: not a loopback one. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const found = all.find(
    ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
  );
  if (!found) throw new Error('this host has no address but loopback');
  return found.address;
}

const spec = { type: 'object', description: 'what the gadget is like', properties: { size: { type: 'integer' } } };
/** DEFINITION declares gadgets as a CustomResourceDefinition would. */
const DEFINITION: apiextensionsv1.CustomResourceDefinition = {
  metadata: { name: 'gadgets.gadgets.example.dev' },
  spec: {
    ...{ group: Gadgets.group, scope: 'Namespaced' },
    names: { plural: Gadgets.resource, kind: Gadgets.kind, shortNames: ['gd'] },
    versions: [
      {
        ...{ name: Gadgets.version, served: true, storage: true },
        schema: {
          openAPIV3Schema: { type: 'object', description: 'Gadget is a thing of another server', properties: { spec } },
        },
      },
    ],
  },
};

const REQUEST_HEADERS = {
  allowedNames: ['front-proxy-client'],
  usernameHeaders: ['x-remote-user'],
  groupHeaders: ['x-remote-group'],
  extraPrefixes: ['x-remote-extra-'],
};

/**
 * startExtensionServer starts a real API server with one kind of its own, in the same etcd. It believes in users whom a front
 * proxy with a certificate of `proxies` names, and in nobody else.
 */
export async function startExtensionServer(
  etcdEndpoints: readonly string[],
  serviceHost: string,
  proxies: TestPki,
): Promise<ExtensionServer> {
  const own = await createTestPki();
  const backend = createBackend({ endpoints: etcdEndpoints, log: silentLogger });
  const users: UserInfo[] = [];
  const upgrades: IncomingHttpHeaders[] = [];
  const server = createApiServer({
    ...{ kinds: [], backend, authenticators: [], admission: [], routes: [], emulated: 33 },
    authorizers: [
      {
        authorize({ user, isResourceRequest }) {
          if (isResourceRequest) users.push(user);
          return { outcome: user.name === 'stranger' ? 'no opinion' : 'allow' };
        },
      },
    ],
    subresources: new Map(),
    upgrades: new Map([
      [
        'gadgets.gadgets.example.dev/console',
        (_context, { head, socket }) => {
          upgrades.push(head.headers);
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello ');
          socket.pipe(socket);
          return Promise.resolve();
        },
      ],
    ]),
    virtual: new Map(),
    ...{ clock: systemClock, log: silentLogger, metrics: createRegistry() },
  });
  const served = customVersions(DEFINITION, { emulated: 33, convert: () => Promise.reject(new Error('one version')) });
  server.registry.replace(
    Gadgets.group,
    Gadgets.resource,
    served.map(version => ({
      ...version,
      kind: { ...version.kind, subresources: { connects: { console: { kind: 'Gadget', verbs: ['get'] } } } },
    })),
  );
  await server.ready();
  const host = ownAddress();
  const serving = await own.issue({ name: 'gadgets', hosts: [serviceHost] });
  const fixed = <T>(current: T) => ({ current, onChange: () => undefined });
  const authorities = { clientCa: fixed(undefined), proxyCa: fixed(readBundle(proxies.caPem)) };
  const clients = new ClientCertificates(authorities, REQUEST_HEADERS, 33);
  const front = await listenHttps({
    ...{ port: 0, host: '0.0.0.0', cert: serving.certPem, key: serving.keyPem, clientCa: clients.authorities },
    identify: clients.identify,
    handler: server.handler,
    upgrade: server.handleUpgrade,
    log: silentLogger,
  });
  return {
    ...{ host, port: front.port, users, upgrades },
    caBundle: Buffer.from(own.caPem).toString('base64'),
    async stop() {
      await front.stop();
      await backend.close();
      own.remove();
    },
  };
}
