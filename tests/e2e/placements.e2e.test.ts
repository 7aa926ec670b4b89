// Where nodes can live: several hosts on this machine, the machine itself, or nowhere (simulated). Each is brought up, used, and
// taken down; then nothing of it may be left.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { E2eCluster, eventually, httpGet, whyNot, type ClusterStart } from './e2e-cluster';
import { footprintOf } from './footprint';

jest.setTimeout(180_000);
const reason = whyNot();

if (reason !== undefined) {
  process.stderr.write(`\n*** placement tests SKIPPED: ${reason} ***\n\n`);
  test.skip(`needs a machine with real containers (${reason})`, () => undefined);
} else {
  describe('three workers', () => {
    const cluster = startedCluster({ index: 8, workers: 3 });

    test('pods spread over all, and reach each other by address and by Service', async () => {
      await cluster.apply('spread.yaml', 'default');
      await cluster.kubectl(['rollout', 'status', 'deploy/spread', '--timeout=120s']);
      const { items } = await cluster.json<{ items: corev1.Pod[] }>('pods', '-l', 'app=spread');
      expect(new Set(items.map(pod => pod.spec!.nodeName))).toEqual(new Set(['worker-1', 'worker-2', 'worker-3']));
      for (const from of items)
        for (const to of items) await get(cluster, from, `http://${to.status!.podIP!}:8000/name`, to.metadata!.name!);
      const seen = new Set<string>();
      await eventually(async () => {
        seen.add(await get(cluster, items[0]!, 'http://spread:8000/name'));
        expect(seen.size).toBe(3);
      });
    });

    test('a node port answers on every node', async () => {
      const service = await cluster.json<corev1.Service>('service', 'spread');
      for (const number of [1, 2, 3])
        await eventually(async () => {
          const { status } = await httpGet(
            `http://${cluster.nodeAddress(number)}:${service.spec!.ports![0]!.nodePort!}/name`,
          );
          expect(status).toBe(200);
        });
    });
  });

  describe('the machine as the node', () => {
    const cluster = startedCluster({ index: 9, flags: ['--on-host'] }, { firewall: true });

    test('pods run and their Service answers', async () => {
      await cluster.apply('spread.yaml', 'default');
      await cluster.kubectl(['rollout', 'status', 'deploy/spread', '--timeout=120s']);
      const service = await cluster.json<corev1.Service>('service', 'spread');
      await eventually(async () =>
        expect((await httpGet(`http://${service.spec!.clusterIP!}:8000/name`)).body).toMatch(/^spread-/),
      );
    });
  });

  describe('simulated nodes', () => {
    const cluster = startedCluster({ index: 9, workers: 5, flags: ['--hollow'] });

    test('said so, and pods come and go', async () => {
      expect(cluster.upOutput).toContain('hollow');
      await cluster.kubectl(['create', 'deploy', 'many', '--image=anything', '--replicas=40']);
      await cluster.kubectl(['rollout', 'status', 'deploy/many', '--timeout=120s']);
      await cluster.kubectl(['scale', 'deploy/many', '--replicas=0']);
      await eventually(
        async () => expect((await cluster.json<{ items: unknown[] }>('pods')).items).toEqual([]),
        60_000,
      );
    });
  });
}

/** startedCluster is up while the tests of its block run; behind them it is taken down and must leave nothing. */
function startedCluster(start: ClusterStart, { firewall = false } = {}): E2eCluster {
  const cluster = new E2eCluster(start);
  const traces = { name: `e2e-${start.index}`, index: start.index, state: cluster.state, firewall };
  beforeAll(async () => {
    await cluster.up();
    expect(footprintOf(traces)).not.toEqual([]);
  }, 400_000);
  afterAll(async () => {
    await cluster.down();
    expect(footprintOf(traces)).toEqual([]);
  }, 120_000);
  return cluster;
}

async function get(cluster: E2eCluster, from: corev1.Pod, url: string, expected?: string): Promise<string> {
  const body = await cluster.kubectl(['exec', from.metadata!.name!, '--', 'wget', '-q', '-O', '-', url]);
  if (expected !== undefined) expect(body.trim()).toBe(expected);
  return body.trim();
}
