import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  Namespaces,
  PersistentVolumeClaims,
  PersistentVolumes,
  PodDisruptionBudgets,
  Pods,
  ResourceQuotas,
  ServiceAccounts,
  StatefulSets,
} from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { startTestCluster, type TestCluster } from './cluster-harness';

jest.setTimeout(90_000);
const WAIT = { timeoutMs: 20_000, intervalMs: 100 };

requireProgram('etcd')('stateful controllers against a real apiserver', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  const namespace = 'stateful';

  beforeAll(async () => {
    cluster = await startTestCluster(['*']);
    client = cluster.client;
    await client.resource(Namespaces).create({ metadata: { name: namespace } });
    await eventually(() => client.resource(ServiceAccounts).get(namespace, 'default'), WAIT);
  });
  afterAll(() => cluster?.stop());

  /** ready plays the kubelet: pods that wait become ready. */
  async function ready(): Promise<void> {
    const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] };
    for (const pod of (await client.resource(Pods).list(namespace)).items) {
      if (pod.status?.phase === 'Running' || pod.metadata?.deletionTimestamp) continue;
      await client
        .resource(Pods)
        .updateStatus({ ...pod, status })
        .catch(() => undefined);
    }
  }
  const settled = <T>(condition: () => Promise<T>) =>
    eventually(async () => {
      await ready();
      return condition();
    }, WAIT);
  const images = async () =>
    (await client.resource(Pods).list(namespace)).items.map(
      pod => `${pod.metadata?.name}=${pod.spec?.containers[0]?.image}`,
    );

  test('a StatefulSet brings up its pods in order with volumes, is counted, may be disrupted, rolls over and goes', async () => {
    await client.resource(PersistentVolumes).create({
      metadata: { name: 'stateful-0' },
      spec: { capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/nowhere' } },
    });
    await client.resource(ResourceQuotas).create({
      metadata: { namespace, name: 'q' },
      spec: { hard: { pods: '5', 'requests.storage': '5Gi', 'count/statefulsets.apps': '2' } },
    });
    const quota = async () => (await client.resource(ResourceQuotas).get(namespace, 'q')).status?.used;
    await eventually(async () => (await quota())?.['count/statefulsets.apps'] === '0', WAIT);
    const labels = { app: 'db' };
    await client.resource(PodDisruptionBudgets).create({
      metadata: { namespace, name: 'db' },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    });
    const sets = client.resource(StatefulSets);
    await sets.create({
      metadata: { namespace, name: 'db' },
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: labels },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'db:1' }] } },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    await eventually(async () => (await images()).length === 1, WAIT);
    expect(await images()).toEqual(['db-0=db:1']);
    await settled(async () => (await sets.get(namespace, 'db')).status?.availableReplicas === 2);
    const claim = await eventually(async () => {
      const found = await client.resource(PersistentVolumeClaims).get(namespace, 'data-db-0');
      return found.status?.phase === 'Bound' && found;
    }, WAIT);
    expect(claim && claim.spec?.volumeName).toBe('stateful-0');
    const counted = { pods: '2', 'requests.storage': '2Gi', 'count/statefulsets.apps': '1' };
    await eventually(
      async () =>
        JSON.stringify(Object.entries((await quota()) ?? {}).sort()) === JSON.stringify(Object.entries(counted).sort()),
      WAIT,
    );
    await eventually(
      async () => (await client.resource(PodDisruptionBudgets).get(namespace, 'db')).status?.disruptionsAllowed === 1,
      WAIT,
    );

    await sets.patch(namespace, 'db', {
      type: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'c', image: 'db:2' }] } } } },
    });
    await settled(async () => {
      const { status } = await sets.get(namespace, 'db');
      return (
        status?.readyReplicas === 2 &&
        status.observedGeneration === 2 &&
        status.currentRevision === status.updateRevision &&
        (await images()).every(image => image.endsWith('db:2'))
      );
    });

    await sets.delete(namespace, 'db');
    await eventually(async () => (await images()).length === 0, WAIT);
    await eventually(
      async () => (await client.resource(PersistentVolumeClaims).list(namespace)).items.length === 0,
      WAIT,
    );
    await eventually(
      async () => (await client.resource(PersistentVolumes).get('', 'stateful-0')).status?.phase === 'Released',
      WAIT,
    );
    await eventually(async () => (await quota())?.pods === '0' && (await quota())?.['requests.storage'] === '0', WAIT);
  });
});
