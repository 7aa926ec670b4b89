import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { type E2eCluster, eventually, httpGet } from '../e2e-cluster';

/** VICTIMS are killed one after the other. */
const VICTIMS = [
  'kube-scheduler',
  'kube-controller-manager',
  'worker-1/kube-proxy',
  'dns',
  'worker-1/kubelet',
  'kube-apiserver',
  'nats',
  'etcd',
  'worker-1/containerd',
];

/** crashesSection: any process may die under a running Deployment; within fifteen seconds all works again, with no pod lost or doubled. */
export function crashesSection(cluster: E2eCluster): void {
  describe('after kill -9', () => {
    let ns: string;
    beforeAll(async () => {
      ns = await cluster.namespace('crash');
      await cluster.kubectl(['-n', ns, 'create', 'deploy', 'web', '--image=nginx:1.20.2', '--replicas=2']);
      await cluster.kubectl(['-n', ns, 'expose', 'deploy', 'web', '--port=80']);
      await cluster.kubectl(['-n', ns, 'rollout', 'status', 'deploy/web', '--timeout=90s']);
    });
    afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));
    const pods = async () => (await cluster.json<{ items: corev1.Pod[] }>('-n', ns, 'pods', '-l', 'app=web')).items;

    const ready = async () =>
      (await pods()).filter(pod =>
        pod.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True'),
      );
    const answers = (timeoutMs = 5_000) =>
      eventually(async () => {
        const service = await cluster.json<corev1.Service>('-n', ns, 'service', 'web');
        expect((await httpGet(`http://${service.spec!.clusterIP!}/`)).status).toBe(200);
      }, timeoutMs);

    test.each(VICTIMS.filter(victim => victim !== 'nats' || cluster.transport === 'nats'))('of %s', async victim => {
      const before = (await pods()).map(pod => pod.metadata!.uid).sort();
      const pid = await cluster.processId(victim);
      process.kill(pid, 'SIGKILL');
      const deadline = 15_000;
      // Everything works again: a change made now is carried out to the last container, and the service answers.
      await eventually(async () => {
        expect(await cluster.processId(victim)).not.toBe(pid);
        await cluster.kubectl(['-n', ns, 'scale', 'deploy/web', '--replicas=3'], { timeoutMs: 5_000 });
        expect(await ready()).toHaveLength(3);
      }, deadline).catch((error: unknown) => {
        throw new Error(`${victim} did not come back; its log ends with\n${cluster.logTail(victim)}`, { cause: error });
      });
      await answers();
      const after = await pods();
      expect(before.every(uid => after.some(pod => pod.metadata!.uid === uid))).toBe(true);
      expect(after.flatMap(pod => pod.status!.containerStatuses!.map(container => container.restartCount))).toEqual([
        0, 0, 0,
      ]);
      await cluster.kubectl(['-n', ns, 'scale', 'deploy/web', '--replicas=2']);
      await eventually(async () => expect(await pods()).toHaveLength(2));
    });

    test('of a whole host: it comes back, and its pods run on', async () => {
      const here = (await pods()).filter(pod => pod.spec!.nodeName === 'worker-1');
      process.kill(cluster.hostProcessId('worker-1'), 'SIGKILL');
      await eventually(async () => {
        const back = (await pods()).filter(pod => here.some(one => one.metadata!.uid === pod.metadata!.uid));
        expect(back.map(pod => pod.status!.containerStatuses![0]!.restartCount)).toEqual(here.map(() => 1));
        expect(await ready()).toHaveLength(2);
      }, 60_000);
      // The machine reaches services by this host: its kube-proxy may be ready later than the pods, or none of them was here.
      await answers(60_000);
    });
  });
}
