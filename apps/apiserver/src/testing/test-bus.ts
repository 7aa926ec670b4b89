import { connectBus, natsServerConfig, type Bus } from '@navarch/bus';
import { createKubeClient, NatsTransport, type KubeClient } from '@navarch/client';
import { freePort, startChild, tempDir, type Child } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from './test-server';

/** TestBus is a NATS server for a test's API servers and clients. */
export interface TestBus {
  /** flags make an API server serve over it. */
  readonly flags: readonly string[];
  /** start starts the NATS server; API servers that are there find it. */
  start(): void;
  /** as connects one of the users that the bus was made with. */
  as(name: string, organizations?: readonly string[]): Promise<KubeClient>;
  stop(): Promise<void>;
}

/** createTestBus makes the certificates and settings of a NATS server which knows these users, and the API server. */
export async function createTestBus(
  { pki }: TestCluster,
  users: readonly { readonly identity: string; readonly organizations?: readonly string[] }[],
): Promise<TestBus> {
  const dir = tempDir('navarch-test-bus-');
  const port = await freePort();
  const own = await pki.issue({ name: 'nats' });
  const tls = { ca: own.caFile, cert: own.certFile, key: own.keyFile };
  const config = join(dir.path, 'nats.conf');
  const known = [{ identity: 'system:apiserver' }, ...users].map(
    ({ identity, organizations }: (typeof users)[number]) => ({
      identity,
      ...(organizations && { organizations: [...organizations] }),
    }),
  );
  writeFileSync(config, natsServerConfig({ host: '127.0.0.1', port, tls, users: known }));
  const apiserver = await pki.issue({ name: 'system:apiserver' });
  const buses: Bus[] = [];
  let nats: Child | undefined;
  return {
    flags: [
      ...['--nats-servers', `127.0.0.1:${port}`, '--nats-ca-file', own.caFile],
      ...['--nats-cert-file', apiserver.certFile, '--nats-key-file', apiserver.keyFile],
    ],
    start() {
      nats = startChild('nats-server', ['-c', config]);
    },
    async as(name, organizations) {
      const {
        certFile: cert,
        keyFile: key,
        caFile: ca,
      } = await pki.issue({ name, ...(organizations && { organizations }) });
      const bus = await connectBus({ servers: [`127.0.0.1:${port}`], ca, cert, key });
      buses.push(bus);
      return createKubeClient(new NatsTransport(bus), { userAgent: 'test' });
    },
    async stop() {
      for (const bus of buses) await bus.stop();
      await nats?.stop();
      dir.remove();
    },
  };
}
