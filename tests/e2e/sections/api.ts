import { describe, expect, test } from '@jest/globals';
import type { E2eCluster } from '../e2e-cluster';

/** COMMANDS are what a person types first, with what has to be in the answer. Each is run by every kubectl there is. */
const COMMANDS: readonly { readonly args: readonly string[]; readonly answer: RegExp }[] = [
  { args: ['version', '-o', 'json'], answer: /"serverVersion": \{/ },
  { args: ['cluster-info'], answer: /is running at/ },
  {
    args: ['get', 'nodes', '-o', 'wide'],
    answer: /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP.*\nworker-1 +Ready +\S+ +\S+ +v1\.\d+/,
  },
  {
    args: ['get', 'all', '--all-namespaces'],
    answer: /default +service\/kubernetes +ClusterIP +10\.\d+\.0\.1 +<none> +443\/TCP/,
  },
  {
    args: ['get', 'ns'],
    answer: /default +Active[^]*kube-node-lease +Active[^]*kube-public +Active[^]*kube-system +Active/,
  },
  { args: ['api-resources'], answer: /deployments +deploy +apps\/v1 +true +Deployment/ },
  { args: ['api-versions'], answer: /^apps\/v1$/m },
  { args: ['explain', 'pod.spec.containers'], answer: /imagePullPolicy/ },
  { args: ['get', 'cs'], answer: /scheduler +Healthy/ },
  { args: ['auth', 'can-i', 'create', 'pods'], answer: /^yes/ },
  { args: ['get', '--raw', '/readyz'], answer: /^ok/ },
];

/** apiSection: the questions that change nothing. */
export function apiSection(cluster: E2eCluster): void {
  describe.each(cluster.kubectls.map(kubectl => [kubectl.version, kubectl] as const))('kubectl %s', (_, kubectl) => {
    test.each(COMMANDS.map(({ args, answer }) => [args.join(' '), args, answer] as const))(
      '%s',
      async (_name, args, answer) => {
        expect(await cluster.kubectl(args, { by: kubectl })).toMatch(answer);
      },
    );

    test('a dry run is validated by the server and stores nothing', async () => {
      const input = JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'dry' },
        data: { a: 'b' },
      });
      expect(await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], { by: kubectl, input })).toContain(
        'configmap/dry created',
      );
      expect((await cluster.tryKubectl(['get', 'configmap', 'dry'], { by: kubectl })).stderr).toContain(
        'configmaps "dry" not found',
      );
    });

    test('a field that does not exist is refused', async () => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong' }, dta: {} });
      const output = await cluster.tryKubectl(['create', '-f', '-'], { by: kubectl, input });
      expect(output.code).not.toBe(0);
      expect(output.stderr).toContain('dta');
    });
  });
}
