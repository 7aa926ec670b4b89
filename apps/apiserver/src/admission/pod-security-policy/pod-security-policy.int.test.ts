import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pods, type policyv1beta1 } from '@navarch/api';
import { podSecurityPolicies } from '@navarch/kinds';
import { eventually, requireProgram } from '@navarch/testing';
import { startTestCluster, type TestCluster } from '../../testing/test-server';

requireProgram('etcd')('pods under policies', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  test('are let in by one, and get what it wants', async () => {
    const server = await cluster.start(
      ...['--emulated-version', '1.20', '--enable-admission-plugins', 'PodSecurityPolicy'],
      ...['--disable-admission-plugins', 'ServiceAccount'],
    );
    const client = await server.as('admin', ['system:masters']);
    const pods = client.resource(Pods);
    const pod = (name: string, hostPID?: boolean) => ({
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }], ...(hostPID && { hostPID }) },
    });
    await expect(pods.create(pod('a'))).rejects.toMatchObject({
      code: 403,
      message: 'pods "a" is forbidden: PodSecurityPolicy: no providers available to validate pod request',
    });
    const rule = { rule: 'RunAsAny' };
    const spec: policyv1beta1.PodSecurityPolicySpec = {
      ...{ runAsUser: rule, seLinux: rule, supplementalGroups: rule },
      fsGroup: { rule: 'MustRunAs', ranges: [{ min: 7, max: 8 }] },
    };
    await client.resource(podSecurityPolicies).create({ metadata: { name: 'groups' }, spec });
    // The plugin's own watch brings the policy a moment later.
    const made = await eventually(() => pods.create(pod('a')));
    expect(made.metadata!.annotations).toEqual({ 'kubernetes.io/psp': 'groups' });
    expect(made.spec!.securityContext).toEqual({ fsGroup: 7 });
    await expect(pods.create(pod('b', true))).rejects.toThrow('Host PID is not allowed to be used');
  }, 60_000);
});
