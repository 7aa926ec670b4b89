import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@navarch/testing';
import { startTestCluster, type TestCluster } from './testing/test-server';

describe('a start that fails', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  /** open are the sockets, servers and file watchers of this process. */
  const open = () => process.getActiveResourcesInfo().filter(name => /TCP|TLS|FSEvent/.test(name)).length;

  test('leaves nothing open, whether a flag was wrong or a port taken', async () => {
    const server = await cluster.start();
    const before = open();
    await expect(cluster.start('--runtime-config', 'apps/v1=perhaps')).rejects.toThrow();
    await expect(cluster.start('--secure-port', String(server.port))).rejects.toThrow('EADDRINUSE');
    await eventually(() => open() <= before);
    await server.stop();
  }, 60_000);
});
