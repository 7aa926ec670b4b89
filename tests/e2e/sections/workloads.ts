import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { appsv1, corev1 } from '@navarch/api';
import { eventually, type E2eCluster } from '../e2e-cluster';

/** workloadsSection: Deployments through their life, by the oldest and the newest kubectl. */
export function workloadsSection(cluster: E2eCluster): void {
  const ends = [cluster.kubectls[0]!, cluster.kubectls.at(-1)!];
  describe.each([...new Set(ends)].map(kubectl => [kubectl.version, kubectl] as const))(
    'deployments by kubectl %s',
    (_, kubectl) => {
      let ns: string;
      beforeAll(async () => {
        ns = await cluster.namespace('work');
      });
      afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));
      const k = (...args: string[]) => cluster.kubectl(['-n', ns, ...args], { by: kubectl });
      const rolledOut = () => k('rollout', 'status', 'deploy/web', '--timeout=90s');
      const pods = async () => (await cluster.json<{ items: corev1.Pod[] }>('-n', ns, 'pods', '-l', 'app=web')).items;

      test('create and expose', async () => {
        expect(await k('create', 'deploy', 'web', '--image=nginx:1.20.2')).toBe('deployment.apps/web created\n');
        expect(await k('expose', 'deploy', 'web', '--port=80')).toBe('service/web exposed\n');
        expect(await rolledOut()).toContain('successfully rolled out');
      });

      test('scale up and down', async () => {
        await k('scale', 'deploy/web', '--replicas=3');
        await rolledOut();
        await eventually(async () =>
          expect((await pods()).filter(pod => pod.status?.phase === 'Running')).toHaveLength(3),
        );
        await k('scale', 'deploy/web', '--replicas=2');
        await eventually(async () => expect(await pods()).toHaveLength(2));
      });

      test('set image rolls over; history and undo know the way back', async () => {
        await k('set', 'image', 'deploy/web', 'nginx=nginx:1.22.1');
        await rolledOut();
        await eventually(async () =>
          expect((await pods()).map(pod => pod.spec!.containers[0]!.image)).toEqual(['nginx:1.22.1', 'nginx:1.22.1']),
        );
        const history = await k('rollout', 'history', 'deploy/web');
        expect(history).toMatch(/^1 +.*\n2 +/m);
        expect(await k('rollout', 'history', 'deploy/web', '--revision=1')).toContain('nginx:1.20.2');
        await k('rollout', 'undo', 'deploy/web');
        await rolledOut();
        const { items } = await cluster.json<{ items: appsv1.ReplicaSet[] }>('-n', ns, 'rs');
        const active = items.filter(rs => rs.spec?.replicas);
        expect(
          active.map(rs => [
            rs.spec!.template!.spec!.containers[0]!.image,
            rs.metadata!.annotations!['deployment.kubernetes.io/revision'],
          ]),
        ).toEqual([['nginx:1.20.2', '3']]);
      });

      test('pause and resume', async () => {
        await k('rollout', 'pause', 'deploy/web');
        await k('set', 'image', 'deploy/web', 'nginx=nginx:1.21.1');
        expect((await pods()).every(pod => pod.spec!.containers[0]!.image === 'nginx:1.20.2')).toBe(true);
        await k('rollout', 'resume', 'deploy/web');
        await rolledOut();
        await eventually(async () =>
          expect((await pods()).map(pod => pod.spec!.containers[0]!.image)).toEqual(['nginx:1.21.1', 'nginx:1.21.1']),
        );
      });

      test('label, annotate, patch, edit', async () => {
        await k('label', 'deploy/web', 'tier=front');
        expect(await k('get', 'deploy', '-l', 'tier=front', '-o', 'name')).toBe('deployment.apps/web\n');
        await k('label', 'deploy/web', 'tier-');
        expect(await k('get', 'deploy', '-l', 'tier=front', '-o', 'name')).toBe('');
        await k('annotate', 'deploy/web', 'note=hello');
        await k('patch', 'deploy', 'web', '-p', '{"spec":{"minReadySeconds":1}}');
        await k(
          'patch',
          'deploy',
          'web',
          '--type=json',
          '-p',
          '[{"op":"replace","path":"/spec/minReadySeconds","value":2}]',
        );
        expect(
          await k('get', 'deploy', 'web', '-o', 'jsonpath={.metadata.annotations.note} {.spec.minReadySeconds}'),
        ).toBe('hello 2');
        await cluster.kubectl(['-n', ns, 'edit', 'deploy/web'], {
          by: kubectl,
          env: { KUBE_EDITOR: 'sed -i s/hello/goodbye/' },
        });
        expect(await k('get', 'deploy', 'web', '-o', 'jsonpath={.metadata.annotations.note}')).toBe('goodbye');
      });

      test('apply twice: configured, then unchanged', async () => {
        const manifest = (replicas: number) =>
          JSON.stringify({
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'applied' },
            spec: {
              replicas,
              selector: { matchLabels: { app: 'applied' } },
              template: {
                metadata: { labels: { app: 'applied' } },
                spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }] },
              },
            },
          });
        const apply = (replicas: number) =>
          cluster.kubectl(['-n', ns, 'apply', '-f', '-'], { by: kubectl, input: manifest(replicas) });
        expect(await apply(1)).toBe('deployment.apps/applied created\n');
        expect(await apply(2)).toBe('deployment.apps/applied configured\n');
        expect(await apply(2)).toBe('deployment.apps/applied unchanged\n');
        await k('delete', 'deploy', 'applied');
      });

      test('a pod that is deleted is replaced', async () => {
        const [first] = await pods();
        await k('delete', 'pod', first!.metadata!.name!, '--grace-period=1');
        await eventually(async () => {
          const now = (await pods()).filter(pod => !pod.metadata?.deletionTimestamp);
          expect(now).toHaveLength(2);
          expect(now.every(pod => pod.metadata!.name !== first!.metadata!.name)).toBe(true);
        });
      });

      test('deleting with orphans leaves the pods, deleting without takes them along', async () => {
        await k('delete', 'deploy', 'web', '--cascade=orphan');
        await eventually(async () => {
          const { items } = await cluster.json<{ items: appsv1.ReplicaSet[] }>('-n', ns, 'rs', '-l', 'app=web');
          expect(items.length).toBeGreaterThan(0);
          expect(items.every(rs => !rs.metadata?.ownerReferences?.length)).toBe(true);
        });
        expect(await pods()).toHaveLength(2);
        await k('delete', 'rs', '-l', 'app=web');
        await eventually(async () => expect(await pods()).toHaveLength(0));
      });
    },
  );
}
