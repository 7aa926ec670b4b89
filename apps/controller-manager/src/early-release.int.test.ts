import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Namespaces, Nodes, Pods, type corev1 } from '@navarch/api';
import { eventually } from '@navarch/testing';
import { startTestCluster, type TestCluster } from './cluster-harness';

const WAIT = { timeoutMs: 30_000, intervalMs: 100 };
const NAMED = ['node-lifecycle-controller', 'taint-eviction-controller', 'serviceaccount-controller'];

/** What controllers may do is the release's to say: v1.20 grants them less. */
describe('controllers against an apiserver that emulates v1.20', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster(NAMED, '1.20');
  }, 120_000);
  afterAll(() => cluster?.stop());

  test('the pods of a silent node become not ready, and are told to go', async () => {
    const { client } = cluster;
    const [nodes, pods] = [client.resource(Nodes), client.resource(Pods)];
    const patchStatus = { subresource: 'status' } as const;
    const time = `${new Date().toISOString().slice(0, 19)}Z`;
    const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: time, lastTransitionTime: time };
    const body = { status: { conditions: [ready] } };
    await client.resource(Namespaces).create({ metadata: { name: 'early' } });
    await nodes.create({ metadata: { name: 'silent' } });
    await nodes.patch('', 'silent', { type: 'strategic', body }, patchStatus);
    const pod = (name: string, tolerationSeconds: number) => ({
      metadata: { namespace: 'early', name },
      spec: {
        nodeName: 'silent',
        // Nobody makes tokens here.
        automountServiceAccountToken: false,
        containers: [{ name: 'c', image: 'i' }],
        tolerations: [
          { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds },
        ],
      },
    });
    await eventually(async () => {
      await pods.create(pod('stays', 3600) as corev1.Pod);
      return true;
    }, WAIT);
    await pods.create(pod('goes', 0) as corev1.Pod);
    await pods.patch('early', 'stays', { type: 'strategic', body }, patchStatus);
    await eventually(async () => {
      const { status } = await pods.get('early', 'stays');
      return status?.conditions?.find(condition => condition.type === 'Ready')?.status === 'False';
    }, WAIT);
    await eventually(async () => {
      const { metadata } = await pods.get('early', 'goes');
      return metadata?.deletionTimestamp !== undefined;
    }, WAIT);
    expect((await pods.get('early', 'stays')).metadata?.deletionTimestamp).toBeUndefined();
  }, 60_000);
});
