import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ClusterRoles,
  ClusterRoleBindings,
  ConfigMaps,
  Endpoints,
  EndpointSlices,
  FlowSchemas,
  Leases,
  Namespaces,
  Nodes,
  Pods,
  PriorityClasses,
  Roles,
  RoleBindings,
  Secrets,
  SelfSubjectReviews,
  ServiceAccounts,
  Services,
  TokenReviews,
  type authenticationv1,
  type corev1,
  type policyv1,
} from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually } from '@navarch/testing';
import { startTestCluster, type TestApiServer, type TestCluster } from './testing/test-server';

describe('the API server on a real etcd', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start();
    admin = await server.as('admin', ['system:masters']);
    await admin.resource(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  }, 60_000);
  afterAll(() => cluster?.stop(), 60_000);

  const pod = (name: string, spec: Partial<corev1.PodSpec> = {}): corev1.Pod => ({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'registry.example/app:1' }], ...spec },
  });
  const raw = async (client: KubeClient, path: string) =>
    (await client.transport.send({ method: 'GET', path, headers: { accept: '*/*' } })).body.toString();

  test('a fresh cluster has what every cluster begins with', async () => {
    const names = async (list: Promise<{ items: { metadata?: { name?: string } }[] }>) =>
      (await list).items.map(item => item.metadata?.name);
    expect(await names(admin.resource(Namespaces).list(''))).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
    expect(await names(admin.resource(PriorityClasses).list(''))).toEqual([
      'system-cluster-critical',
      'system-node-critical',
    ]);
    expect(await names(admin.resource(ClusterRoles).list(''))).toEqual(
      expect.arrayContaining(['admin', 'edit', 'view', 'cluster-admin', 'system:dns']),
    );
    expect(await names(admin.resource(FlowSchemas).list(''))).toEqual(expect.arrayContaining(['exempt', 'catch-all']));
    const config = await admin.resource(ConfigMaps).get('kube-system', 'extension-apiserver-authentication');
    expect(config.data?.['client-ca-file']).toBe(cluster.pki.caPem);
    expect(await raw(admin, '/readyz')).toBe('ok');
  });

  test('the kubernetes service leads to this server', async () => {
    const service = await admin.resource(Services).get('default', 'kubernetes');
    expect(service.spec).toMatchObject({ clusterIP: '10.96.0.1', type: 'ClusterIP' });
    const endpoints = await admin.resource(Endpoints).get('default', 'kubernetes');
    expect(endpoints.subsets).toEqual([
      { addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port: server.port, protocol: 'TCP' }] },
    ]);
    const slice = await admin.resource(EndpointSlices).get('default', 'kubernetes');
    expect(slice.endpoints).toEqual([{ addresses: ['127.0.0.1'], conditions: { ready: true } }]);
  });

  describe('who may what', () => {
    test('without credentials: health and version only', async () => {
      const nobody = await server.as();
      expect(await raw(nobody, '/healthz')).toBe('ok');
      expect(JSON.parse(await raw(nobody, '/version'))).toMatchObject({ major: '1', minor: '33' });
      await expect(raw(nobody, '/api')).rejects.toMatchObject({
        code: 403,
        message: 'forbidden: User "system:anonymous" cannot get path "/api"',
      });
      await expect(nobody.resource(Pods).list('default')).rejects.toMatchObject({ code: 403 });
    });

    test('a bad token is refused everywhere', async () => {
      const stranger = await server.as(undefined, [], 'nonsense');
      await expect(raw(stranger, '/healthz')).rejects.toMatchObject({ code: 401 });
    });

    test('a known user has what is bound to him, as soon as it is', async () => {
      const user = await server.as('alice', ['staff']);
      const group = 'rbac.authorization.k8s.io';
      await expect(user.resource(ConfigMaps).list('default')).rejects.toMatchObject({
        code: 403,
        message:
          'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "default"',
      });
      await admin.resource(Roles).create({
        metadata: { namespace: 'default', name: 'r' },
        rules: [
          { verbs: ['list'], apiGroups: [''], resources: ['configmaps'] },
          { verbs: ['create'], apiGroups: [group], resources: ['rolebindings'] },
        ],
      });
      await admin.resource(RoleBindings).create({
        metadata: { namespace: 'default', name: 'b' },
        roleRef: { apiGroup: group, kind: 'Role', name: 'r' },
        subjects: [{ kind: 'Group', apiGroup: group, name: 'staff' }],
      });
      await eventually(() => user.resource(ConfigMaps).list('default'));
      // What he does not hold he cannot give.
      const grant = {
        metadata: { namespace: 'default', name: 'g' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'admin' },
        subjects: [{ kind: 'User', apiGroup: group, name: 'alice' }],
      };
      await expect(user.resource(RoleBindings).create(grant)).rejects.toThrow(
        'attempting to grant RBAC permissions not currently held',
      );
    });

    test('a node reads what its pods need, and writes its own node', async () => {
      const node = await server.as('system:node:n1', ['system:nodes']);
      const other = await server.as('system:node:n2', ['system:nodes']);
      await admin.resource(Secrets).create({ metadata: { namespace: 'default', name: 's' } });
      await expect(node.resource(Secrets).get('default', 's')).rejects.toThrow(
        "no relationship found between node 'n1' and this object",
      );
      await admin
        .resource(Pods)
        .create(pod('with-secret', { nodeName: 'n1', volumes: [{ name: 'v', secret: { secretName: 's' } }] }));
      await eventually(() => node.resource(Secrets).get('default', 's'));
      await expect(other.resource(Secrets).get('default', 's')).rejects.toMatchObject({ code: 403 });
      await expect(node.resource(Nodes).create({ metadata: { name: 'n2' } })).rejects.toThrow(
        'node "n1" is not allowed to modify node "n2"',
      );
      const made = await node.resource(Nodes).create({ metadata: { name: 'n1' } });
      expect(made.spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
      const lease = { metadata: { namespace: 'kube-node-lease', name: 'n1' }, spec: { holderIdentity: 'n1' } };
      await expect(node.resource(Leases).create(lease)).resolves.toBeDefined();
      await expect(other.resource(Leases).get('kube-node-lease', 'n1')).rejects.toMatchObject({ code: 403 });
    });

    test('a controller account may be impersonated by the controller manager, others not', async () => {
      const manager = await server.as('system:kube-controller-manager');
      const whoami = async (name: string) =>
        (await manager.as(name).resource(SelfSubjectReviews).create({})).status?.userInfo?.username;
      const deployment = 'system:serviceaccount:kube-system:deployment-controller';
      expect(await whoami(deployment)).toBe(deployment);
      await expect(whoami('system:serviceaccount:kube-system:other')).rejects.toMatchObject({ code: 403 });
      await expect(whoami('root')).rejects.toMatchObject({ code: 403 });
    });
  });

  describe('service-account tokens', () => {
    const request = (spec: Partial<authenticationv1.TokenRequestSpec>): authenticationv1.TokenRequest => ({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [], ...spec },
    });
    const tokenFor = async (name: string, spec: Partial<authenticationv1.TokenRequestSpec> = {}) =>
      (await admin.resource(ServiceAccounts).createSubresource('default', name, 'token', request(spec))).status!.token;

    test('an issued token is its account, with its own rights', async () => {
      await admin.resource(ServiceAccounts).create({ metadata: { namespace: 'default', name: 'robot' } });
      const robot = await server.as(undefined, [], await tokenFor('robot'));
      const { status } = await robot.resource(SelfSubjectReviews).create({});
      expect(status?.userInfo?.username).toBe('system:serviceaccount:default:robot');
      expect(status?.userInfo?.groups).toEqual([
        'system:serviceaccounts',
        'system:serviceaccounts:default',
        'system:authenticated',
      ]);
      await expect(robot.resource(Secrets).list('default')).rejects.toMatchObject({ code: 403 });
      const keys = JSON.parse(await raw(robot, '/openid/v1/jwks')) as { keys: { alg: string }[] };
      expect(keys.keys.map(key => key.alg)).toEqual(['RS256']);
    });

    test('a token for another audience is no credential here', async () => {
      await expect(
        raw(await server.as(undefined, [], await tokenFor('default', { audiences: ['vault'] })), '/api'),
      ).rejects.toMatchObject({ code: 401 });
    });

    test('a bound token ends with its pod', async () => {
      await admin.resource(Pods).create(pod('bound'));
      const token = await tokenFor('default', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'bound' } });
      // What was found good is believed for ten seconds; the second audience makes each question a new one.
      const review = async (n: number) =>
        (
          await admin
            .resource(TokenReviews)
            .create({ spec: { token, audiences: ['https://kubernetes.default.svc.cluster.local', `q${n}`] } })
        ).status;
      expect((await review(0))?.user?.extra?.['authentication.kubernetes.io/pod-name']).toEqual(['bound']);
      await admin.resource(Pods).delete('default', 'bound', { gracePeriodSeconds: 0 });
      let asked = 0;
      await eventually(
        async () =>
          (await review(++asked))?.error === '[invalid bearer token, service account token has been invalidated]',
      );
    });

    test('a request is about the account at whose endpoint it is made, and says since when it is answered', async () => {
      const ask = (metadata: { name?: string; namespace?: string }) =>
        admin.resource(ServiceAccounts).createSubresource('default', 'default', 'token', { ...request({}), metadata });
      await expect(ask({ name: 'other' })).rejects.toThrow(
        'metadata.name: Invalid value: "other": must match the service account name if specified',
      );
      await expect(ask({ namespace: 'other' })).rejects.toMatchObject({ code: 422 });
      const { metadata } = await ask({ name: 'default' });
      expect(metadata).toMatchObject({
        name: 'default',
        namespace: 'default',
        creationTimestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        managedFields: [{ subresource: 'token', fieldsV1: { 'f:spec': { 'f:expirationSeconds': {} } } }],
      });
    });

    test('one that is deleted gets none', async () => {
      await expect(tokenFor('nobody')).rejects.toMatchObject({ code: 404 });
      await expect(tokenFor('default', { expirationSeconds: 5 })).rejects.toThrow(
        'may not specify a duration less than 10 minutes',
      );
    });
  });

  test('addresses and ports are given out once, by any server, and come back', async () => {
    const second = await cluster.start('--advertise-address', '127.0.0.2');
    const other = await second.as('admin', ['system:masters']);
    const service = (name: string, spec: Partial<corev1.ServiceSpec> = {}): corev1.Service => ({
      metadata: { name, namespace: 'default' },
      spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec },
    });
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? admin : other).resource(Services).create(service(`s${i}`))),
    );
    expect(new Set(made.map(one => one.spec!.clusterIP)).size).toBe(12);
    expect(new Set(made.map(one => one.spec!.ports![0]!.nodePort)).size).toBe(12);
    const { clusterIP, ports } = made[0]!.spec!;
    const same = service('same', { clusterIP, ports: [{ port: 80, nodePort: ports![0]!.nodePort }] });
    await expect(other.resource(Services).create(same)).rejects.toThrow('provided IP is already allocated');
    await admin.resource(Services).delete('default', 's0');
    await expect(other.resource(Services).create(same)).resolves.toMatchObject({ spec: { clusterIP } });
    const addresses = async () =>
      (await admin.resource(Endpoints).get('default', 'kubernetes')).subsets?.[0]?.addresses?.map(one => one.ip);
    expect(await addresses()).toEqual(['127.0.0.1', '127.0.0.2']);
    await second.stop();
    expect(await addresses()).toEqual(['127.0.0.1']);
  }, 30_000);

  test('a pod is bound once, and evicted as its budget allows', async () => {
    await admin.resource(Pods).create(pod('bind-me'));
    const bind = (node: string) =>
      admin.resource(Pods).createSubresource<corev1.Binding>('default', 'bind-me', 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'bind-me' },
        target: { kind: 'Node', name: node },
      });
    await bind('n1');
    expect((await admin.resource(Pods).get('default', 'bind-me')).spec?.nodeName).toBe('n1');
    await expect(bind('n2')).rejects.toThrow('pod bind-me is already assigned to node "n1"');
    const evict = () =>
      admin.resource(Pods).createSubresource<policyv1.Eviction>('default', 'bind-me', 'eviction', {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'bind-me', namespace: 'default' },
      });
    await evict();
    const left = await admin.resource(Pods).list('default', { fieldSelector: 'metadata.name=bind-me' });
    expect(left.items.filter(one => !one.metadata?.deletionTimestamp)).toEqual([]);
    expect(left.items.flatMap(one => one.status?.conditions ?? [])).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }),
    );
  });

  test('a new pod has an account, a token, a priority and tolerations', async () => {
    const made = await admin.resource(Pods).create(pod('plain'));
    expect(made.spec).toMatchObject({
      serviceAccountName: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    expect(made.spec?.tolerations?.map(one => one.tolerationSeconds)).toEqual([300, 300]);
    expect(made.spec?.volumes?.[0]?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    await expect(
      admin.resource(Pods).create({ ...pod('x'), metadata: { name: 'x', namespace: 'none' } }),
    ).rejects.toThrow('namespaces "none" not found');
    await expect(admin.resource(Namespaces).delete('', 'kube-system')).rejects.toThrow(
      'this namespace may not be deleted',
    );
  });

  test('what is already there is completed at the next start, and nothing is taken away', async () => {
    const roles = admin.resource(ClusterRoles);
    const dns = await roles.get('', 'system:dns');
    const own = { verbs: ['get'], apiGroups: ['example.com'], resources: ['x'] };
    await roles.update({ ...dns, rules: [own] });
    const binding = await admin.resource(ClusterRoleBindings).get('', 'system:dns');
    await admin.resource(ClusterRoleBindings).delete('', binding.metadata!.name!);
    const again = await cluster.start('--advertise-address', '127.0.0.3');
    expect((await roles.get('', 'system:dns')).rules).toEqual([own, ...dns.rules!]);
    expect((await admin.resource(ClusterRoleBindings).get('', 'system:dns')).subjects).toEqual(binding.subjects);
    await again.stop();
  }, 30_000);
});
