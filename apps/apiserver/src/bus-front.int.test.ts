import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, Services } from '@navarch/api';
import { connectBus, natsServerConfig, type Bus } from '@navarch/bus';
import { createKubeClient, NatsTransport, type KubeClient } from '@navarch/client';
import { eventually, startChild, freePort, requireProgram, tempDir, type Child } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from './testing/test-server';

requireProgram('etcd', 'nats-server')('the API over NATS', () => {
  let cluster: TestCluster;
  let nats: Child;
  let port: number;
  let bus: (name: string, organizations?: string[]) => Promise<Bus>;
  const dir = tempDir('navarch-bus-front-');
  const buses: Bus[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster();
    port = await freePort();
    const own = await cluster.pki.issue({ name: 'nats' });
    const users = [
      { identity: 'system:apiserver' },
      { identity: 'system:dns' },
      { identity: 'kubernetes-admin', organizations: ['system:masters'] },
    ];
    const config = join(dir.path, 'nats.conf');
    writeFileSync(
      config,
      natsServerConfig({
        host: '127.0.0.1',
        port,
        tls: { ca: own.caFile, cert: own.certFile, key: own.keyFile },
        users,
      }),
    );
    const apiserver = await cluster.pki.issue({ name: 'system:apiserver' });
    const files = [
      '--nats-ca-file',
      own.caFile,
      '--nats-cert-file',
      apiserver.certFile,
      '--nats-key-file',
      apiserver.keyFile,
    ];
    // The server comes up before the bus does, and finds it later.
    await cluster.start('--nats-servers', `127.0.0.1:${port}`, ...files);
    nats = startChild('nats-server', ['-c', config]);
    bus = async (name, organizations) => {
      const { certFile: cert, keyFile: key, caFile: ca } = await cluster.pki.issue({ name, organizations });
      const connected = await connectBus({ servers: [`127.0.0.1:${port}`], ca, cert, key });
      buses.push(connected);
      return connected;
    };
  }, 60_000);
  afterAll(async () => {
    for (const one of buses) await one.stop();
    await cluster?.stop();
    await nats?.stop();
    dir.remove();
  }, 60_000);

  const client = async (name: string, organizations?: string[]): Promise<KubeClient> =>
    createKubeClient(new NatsTransport(await bus(name, organizations)), { userAgent: 'test' });

  test('identities come from the bus, and their rights from RBAC', async () => {
    const admin = await client('kubernetes-admin', ['system:masters']);
    const dns = await client('system:dns');
    await eventually(() => admin.resource(ConfigMaps).list('default'));
    const made = await admin
      .resource(ConfigMaps)
      .create({ metadata: { namespace: 'default', name: 'over-nats' }, data: { a: 'b' } });
    expect(made.metadata?.uid).toBeDefined();
    const services = await dns.resource(Services).list('');
    expect(services.items.map(one => one.metadata?.name)).toEqual(['kubernetes']);
    await expect(dns.resource(ConfigMaps).get('default', 'over-nats')).rejects.toThrow(
      'User "system:dns" cannot get resource "configmaps"',
    );
  }, 30_000);
});
