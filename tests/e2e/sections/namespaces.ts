import { describe, expect, test } from '@jest/globals';
import { eventually, type E2eCluster } from '../e2e-cluster';

/** namespacesSection: a namespace goes with everything in it. */
export function namespacesSection(cluster: E2eCluster): void {
  test('deleting a namespace removes everything in it', async () => {
    const ns = await cluster.namespace('gone');
    await cluster.apply('nginx-service.yaml', ns);
    await cluster.apply('init-deployment.yaml', ns);
    await cluster.apply('config.yaml', ns);
    await cluster.kubectl(['-n', ns, 'rollout', 'status', 'deploy/v1-pod', '--timeout=60s']);
    await cluster.kubectl(['delete', 'ns', ns, '--timeout=100s']);
    expect((await cluster.tryKubectl(['get', 'ns', ns])).stderr).toContain('NotFound');
    for (const kind of [
      'pods',
      'services',
      'configmaps',
      'deployments',
      'replicasets',
      'endpoints',
      'events',
      'serviceaccounts',
    ]) {
      expect(await cluster.kubectl(['-n', ns, 'get', kind, '-o', 'name'])).toBe('');
    }
  });

  describe('a new namespace', () => {
    test('has its service account and the root certificate', async () => {
      const ns = await cluster.namespace('new');
      await eventually(async () => {
        await cluster.kubectl(['-n', ns, 'get', 'serviceaccount', 'default']);
        expect(
          await cluster.kubectl(['-n', ns, 'get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data}']),
        ).toContain('BEGIN CERTIFICATE');
      });
      await cluster.kubectl(['delete', 'ns', ns]);
    });
  });
}
