import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { E2eCluster } from '../e2e-cluster';

/** configSection: what pods learn from ConfigMaps, Secrets, the downward API and their service account. */
export function configSection(cluster: E2eCluster): void {
  describe('configuration', () => {
    let ns: string;
    beforeAll(async () => {
      ns = await cluster.namespace('config');
    });
    afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));
    const logs = (pod: string) => cluster.kubectl(['-n', ns, 'logs', pod]);

    test('a ConfigMap as environment, and as a volume with chosen items', async () => {
      await cluster.apply('config.yaml', ns);
      await cluster.waitPhase(ns, 'config-env', 'Succeeded');
      expect(await logs('config-env')).toBe('very charm\n');
      await cluster.waitPhase(ns, 'config-volume', 'Succeeded');
      expect(await logs('config-volume')).toBe('verypath\n');
    });

    test('a Secret as environment and as a volume nobody can write', async () => {
      await cluster.apply('secret.yaml', ns);
      await cluster.waitPhase(ns, 'secret', 'Succeeded');
      // What goes to stdout and to stderr keeps its order only among itself.
      const said = await logs('secret');
      expect(said).toMatch(/^touch: .*Read-only file system$/m);
      expect(said.replace(/^touch: .*\n/m, '')).toBe('myuser/mypass\nmyuser\n');
    });

    test('create configmap and secret from literals', async () => {
      await cluster.kubectl(['-n', ns, 'create', 'configmap', 'lit', '--from-literal=foo=bar']);
      await cluster.kubectl(['-n', ns, 'create', 'secret', 'generic', 'lit', '--from-literal=foo=bar']);
      expect(await cluster.kubectl(['-n', ns, 'get', 'secret', 'lit', '-o', 'jsonpath={.data.foo}'])).toBe(
        Buffer.from('bar').toString('base64'),
      );
    });

    test('fields of the pod and of its resources, and $(VAR)', async () => {
      const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'downward', labels: { tier: 'web' } },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'c',
              image: 'busybox',
              command: ['sh', '-c', 'echo $(NAME) $NODE $IP $CPU; cat /etc/podinfo/labels'],
              resources: { limits: { cpu: '2', memory: '64Mi' } },
              env: [
                { name: 'NAME', ...field('metadata.name') },
                { name: 'NODE', ...field('spec.nodeName') },
                { name: 'IP', ...field('status.podIP') },
                { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
              ],
              volumeMounts: [{ name: 'info', mountPath: '/etc/podinfo' }],
            },
          ],
          volumes: [
            { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          ],
        },
      };
      await cluster.kubectl(['-n', ns, 'create', '-f', '-'], { input: JSON.stringify(pod) });
      await cluster.waitPhase(ns, 'downward', 'Succeeded');
      expect(await logs('downward')).toMatch(/^downward worker-\d 10\.\d+\.\d+\.\d+ 2\ntier="web"/);
    });

    test('the service account token of a pod opens the API as far as RBAC allows', async () => {
      const script =
        'T=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token); ls /var/run/secrets/kubernetes.io/serviceaccount; echo ${#T}';
      await cluster.kubectl(['-n', ns, 'run', 'token', '--image=busybox', '--restart=Never', '--', 'sh', '-c', script]);
      await cluster.waitPhase(ns, 'token', 'Succeeded');
      expect(await logs('token')).toMatch(/^ca.crt\nnamespace\ntoken\n\d{3,}\n$/);
      const account = `system:serviceaccount:${ns}:default`;
      expect((await cluster.tryKubectl(['-n', ns, 'auth', 'can-i', 'list', 'pods', '--as', account])).stdout).toMatch(
        /^no/,
      );
      await cluster.kubectl([
        '-n',
        ns,
        'create',
        'rolebinding',
        'view',
        '--clusterrole=view',
        `--serviceaccount=${ns}:default`,
      ]);
      expect((await cluster.tryKubectl(['-n', ns, 'auth', 'can-i', 'list', 'pods', '--as', account])).stdout).toMatch(
        /^yes/,
      );
    });
  });
}
