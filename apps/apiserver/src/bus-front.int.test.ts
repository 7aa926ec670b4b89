import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, Services } from '@navarch/api';
import { eventually, requireProgram } from '@navarch/testing';
import { createTestBus, type TestBus } from './testing/test-bus';
import { startTestCluster, type TestCluster } from './testing/test-server';

requireProgram('etcd', 'nats-server')('the API over NATS', () => {
  let cluster: TestCluster;
  let bus: TestBus;

  beforeAll(async () => {
    cluster = await startTestCluster();
    bus = await createTestBus(cluster, [
      { identity: 'system:dns' },
      { identity: 'kubernetes-admin', organizations: ['system:masters'] },
    ]);
    // The server comes up before the bus does, and finds it later.
    await cluster.start(...bus.flags);
    bus.start();
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await bus?.stop();
  }, 60_000);

  test('identities come from the bus, and their rights from RBAC', async () => {
    const admin = await bus.as('kubernetes-admin', ['system:masters']);
    const dns = await bus.as('system:dns');
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
