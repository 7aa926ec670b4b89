import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type E2eCluster, eventually, httpGet } from '../e2e-cluster';

/** podsSection: single pods, by the oldest and the newest kubectl. */
export function podsSection(cluster: E2eCluster): void {
  const ends = [cluster.kubectls[0]!, cluster.kubectls.at(-1)!];
  describe.each([...new Set(ends)].map(kubectl => [kubectl.version, kubectl] as const))(
    'pods by kubectl %s',
    (_, kubectl) => {
      let ns: string;
      beforeAll(async () => {
        ns = await cluster.namespace('pods');
      });
      afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));

      test('nginx with limits runs, answers on its address, and has its limits', async () => {
        await cluster.apply('nginx-pod.yaml', ns, { by: kubectl });
        await cluster.waitReady(ns, ['pod/nginx']);
        const pod = await cluster.json<corev1.Pod>('-n', ns, 'pod', 'nginx');
        expect(pod.status?.qosClass).toBe('Guaranteed');
        expect(pod.status?.podIP).toMatch(new RegExp(`^${cluster.podPrefix.replace('.', '\\.')}\\.`));
        const answer = await httpGet(`http://${pod.status!.podIP!}/`);
        expect(answer.body).toContain('Welcome to nginx!');
        const limit = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max';
        expect(
          (await cluster.kubectl(['-n', ns, 'exec', 'nginx', '--', 'sh', '-c', limit], { by: kubectl })).trim(),
        ).toBe(String(128 * 2 ** 20));
      });

      test('describe tells the way a pod went', async () => {
        await eventually(async () => {
          const text = await cluster.kubectl(['-n', ns, 'describe', 'pod', 'nginx'], { by: kubectl });
          for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(text).toContain(reason);
          expect(text).toMatch(/Successfully assigned \S+\/nginx to worker-/);
        });
      });

      test('get -o wide shows where it is', async () => {
        expect(await cluster.kubectl(['-n', ns, 'get', 'pods', '-o', 'wide'], { by: kubectl })).toMatch(
          /NAME +READY +STATUS +RESTARTS +AGE +IP +NODE[^\n]*\nnginx +1\/1 +Running +0 +\S+ +10\.\S+ +worker-\d/,
        );
      });

      test('two containers share a volume', async () => {
        await cluster.apply('multi-pod.yaml', ns, { by: kubectl });
        await cluster.waitReady(ns, ['pod/multi-pod']);
        const { status } = await cluster.json<corev1.Pod>('-n', ns, 'pod', 'multi-pod');
        await eventually(async () => {
          expect((await httpGet(`http://${status!.podIP!}/`)).body).toMatch(/^\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d/);
        });
        expect(
          await cluster.kubectl(['-n', ns, 'exec', 'multi-pod', '-c', 'alpine', '--', 'ls', '/app'], { by: kubectl }),
        ).toBe('index.html\n');
      });

      test('an init container runs before', async () => {
        await cluster.apply('init-deployment.yaml', ns, { by: kubectl });
        await cluster.kubectl(['-n', ns, 'rollout', 'status', 'deploy/v1-pod', '--timeout=60s'], { by: kubectl });
        const { spec } = await cluster.json<corev1.Service>('-n', ns, 'service', 'v1-service');
        await eventually(async () => expect((await httpGet(`http://${spec!.clusterIP!}/`)).body).toBe('v1-pod\n'));
      });

      test('redis keeps its data in a folder of the host', async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'e2e-redis-'));
        fs.chmodSync(folder, 0o777);
        try {
          await cluster.apply('redis-pod.yaml', ns, { by: kubectl, values: { HOST_PATH: folder } });
          await cluster.waitReady(ns, ['pod/redis']);
          const redis = (...args: string[]) =>
            cluster.kubectl(['-n', ns, 'exec', 'redis', '--', 'redis-cli', ...args], { by: kubectl });
          await eventually(async () => expect(await redis('ping')).toBe('PONG\n'));
          expect(await redis('set', 'who', 'me')).toBe('OK\n');
          expect(await redis('save')).toBe('OK\n');
          await cluster.kubectl(['-n', ns, 'exec', 'redis', '--', 'cp', '/data/dump.rdb', '/data/redis/'], {
            by: kubectl,
          });
          expect(fs.readFileSync(path.join(folder, 'dump.rdb'), 'latin1')).toContain('who');
        } finally {
          await cluster.kubectl(['-n', ns, 'delete', 'pod', 'redis', '--ignore-not-found', '--grace-period=1']);
          fs.rmSync(folder, { recursive: true, force: true });
        }
      });

      test('run, then delete, with the container gone', async () => {
        await cluster.kubectl(['-n', ns, 'run', 'short', '--image=busybox', '--restart=Never', '--', 'sleep', '1000'], {
          by: kubectl,
        });
        await cluster.waitReady(ns, ['pod/short']);
        expect(
          await cluster.kubectl(['-n', ns, 'delete', 'pod', 'short', '--grace-period=1'], { by: kubectl }),
        ).toContain('pod "short" deleted');
        expect((await cluster.tryKubectl(['-n', ns, 'get', 'pod', 'short'])).stderr).toContain('NotFound');
      });

      test('a container whose process is killed is started again, and says how it ended', async () => {
        const input = JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'crash' },
          spec: {
            containers: [
              { name: 'c', image: 'busybox', command: ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.1; done'] },
            ],
          },
        });
        await cluster.kubectl(['-n', ns, 'create', '-f', '-'], { by: kubectl, input });
        await cluster.waitReady(ns, ['pod/crash']);
        await cluster.kubectl(['-n', ns, 'exec', 'crash', '--', 'kill', '1'], { by: kubectl });
        await eventually(async () => {
          const { status } = await cluster.json<corev1.Pod>('-n', ns, 'pod', 'crash');
          const [container] = status!.containerStatuses!;
          expect(container!.restartCount).toBe(1);
          expect(container!.ready).toBe(true);
          expect(container!.lastState?.terminated?.exitCode).toBe(7);
        });
        expect(await cluster.kubectl(['-n', ns, 'describe', 'pod', 'crash'], { by: kubectl })).toMatch(
          /Last State: +Terminated[^]*Exit Code: +7/,
        );
      });

      test('an image that does not exist is told', async () => {
        await cluster.kubectl(['-n', ns, 'run', 'lost', '--image=localhost:1/no/such:1', '--restart=Never'], {
          by: kubectl,
        });
        await eventually(async () =>
          expect(await cluster.kubectl(['-n', ns, 'get', 'pod', 'lost'])).toMatch(/ErrImagePull|ImagePullBackOff/),
        );
      });
    },
  );
}
