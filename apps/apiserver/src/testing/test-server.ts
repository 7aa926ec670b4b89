import { createRegistry, silentLogger, systemClock } from '@navarch/base';
import { createKubeClient, HttpsTransport, type KubeClient } from '@navarch/client';
import { parseFlags, type Host } from '@navarch/nest-host';
import { createTestPki, startEtcd, tempDir, type TestEtcd, type TestPki } from '@navarch/testing';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLAGS } from '../flags';
import { startApiServer, type RunningApiServer } from '../server';

/** TestCluster is one etcd and a CA, on which API servers can be started. For tests. */
export interface TestCluster {
  readonly etcd: TestEtcd;
  readonly pki: TestPki;
  /** args are the command line of an API server with further flags, on a free port unless they name one. */
  args(...flags: string[]): string[];
  /** start starts an API server with further flags; it is stopped with the cluster, if not before. */
  start(...flags: string[]): Promise<TestApiServer>;
  stop(): Promise<void>;
}

export interface TestApiServer extends RunningApiServer {
  /** as connects as a user with a client certificate; without a name, without credentials but the token. */
  as(name?: string, organizations?: readonly string[], token?: string): Promise<KubeClient>;
}

/** startTestCluster starts etcd and makes a CA and a token key. */
export async function startTestCluster(): Promise<TestCluster> {
  const [etcd, pki] = await Promise.all([startEtcd(), createTestPki()]);
  const dir = tempDir('navarch-apiserver-');
  const keyFile = join(dir.path, 'sa.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const serving = await pki.issue({ name: 'kube-apiserver' });
  const running = new Set<RunningApiServer>();
  const clients = new Set<KubeClient>();
  const args = (...more: string[]) => [
    ...['--secure-port', '0', '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
    ...['--etcd-servers', etcd.endpoints.join(','), '--client-ca-file', pki.caFile],
    ...['--tls-cert-file', serving.certFile, '--tls-private-key-file', serving.keyFile],
    ...['--service-account-signing-key-file', keyFile],
    ...more,
  ];
  return {
    etcd,
    pki,
    args,
    async start(...more) {
      const flags = parseFlags(FLAGS, args(...more));
      const stopping = new AbortController();
      const server = await startApiServer(testHost(flags, stopping.signal));
      const stop = async () => {
        if (!running.delete(server)) return;
        stopping.abort(new Error('the test is over'));
        await server.stop();
      };
      running.add(server);
      await server.bootstrapped;
      return {
        ...server,
        stop,
        async as(name, organizations = [], token) {
          const certificate = name === undefined ? undefined : await pki.issue({ name, organizations });
          const transport = new HttpsTransport({
            server: `https://127.0.0.1:${server.port}`,
            ca: { pem: pki.caPem },
            ...(certificate && { cert: { pem: certificate.certPem }, key: { pem: certificate.keyPem } }),
            ...(token && { token }),
          });
          const client = createKubeClient(transport, { userAgent: 'test' });
          clients.add(client);
          return client;
        },
      };
    },
    async stop() {
      await Promise.all([...clients].map(client => client.transport.close()));
      await Promise.all([...running].map(server => server.stop()));
      await etcd.stop();
      pki.remove();
      dir.remove();
    },
  };
}

/** testHost is a host without a process around it. */
function testHost(flags: Host<typeof FLAGS>['flags'], signal: AbortSignal): Host<typeof FLAGS> {
  const none = () => {
    throw new Error('the apiserver is no client of itself');
  };
  return {
    ...{ flags, signal, log: silentLogger, clock: systemClock, metrics: createRegistry() },
    health: { add: none },
    serving: { handle: none, upgrade: none, port: 0 },
    get client(): KubeClient {
      return none();
    },
    get informers(): Host['informers'] {
      return none();
    },
    events: none,
  };
}
