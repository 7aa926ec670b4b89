import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Services } from '@navarch/api';
import { startTestCluster, type TestCluster } from '../testing/test-server';

let cluster: TestCluster;
beforeAll(async () => void (cluster = await startTestCluster()), 60_000);
afterAll(() => cluster?.stop(), 60_000);

/** offered starts a server with further flags and answers how the Service `kubernetes` is offered then. */
async function offered(...flags: string[]) {
  const server = await cluster.start(...flags);
  const admin = await server.as('admin', ['system:masters']);
  const { spec } = await admin.resource(Services).get('default', 'kubernetes');
  return [spec?.type, spec?.ports?.[0]?.nodePort];
}

test('the Service kubernetes is at every node where that is asked for, and no longer where it is not', async () => {
  expect(await offered()).toEqual(['ClusterIP', undefined]);
  expect(await offered('--kubernetes-service-node-port', '30443')).toEqual(['NodePort', 30443]);
  expect(await offered()).toEqual(['ClusterIP', undefined]);
  await expect(cluster.start('--kubernetes-service-node-port', '80')).rejects.toThrow('80 is not within 30000-32767');
}, 60_000);
