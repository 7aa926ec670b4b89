import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, Namespaces } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram, tempDir } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';
import { startTestWebhook, type TestWebhook } from '../testing/test-webhook';

interface Event {
  readonly auditID: string;
  readonly stage: string;
  readonly level: string;
  readonly requestURI: string;
  readonly user: { readonly username?: string };
  readonly responseStatus?: { readonly code: number; readonly reason?: string };
  readonly requestObject?: { readonly data?: object };
  readonly annotations?: Readonly<Record<string, string>>;
}

requireProgram('etcd')('audit events at a webhook', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let webhook: TestWebhook;
  let admin: KubeClient;
  const dir = tempDir('navarch-audit-');

  beforeAll(async () => {
    cluster = await startTestCluster();
    webhook = await startTestWebhook(cluster.pki, () => ({}));
    const file = (name: string, text: string) => {
      writeFileSync(join(dir.path, name), text);
      return join(dir.path, name);
    };
    const policy = {
      ...{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy' },
      rules: [
        { level: 'None', nonResourceURLs: ['*'] },
        { level: 'None', users: ['system:apiserver'] },
        { level: 'Request', verbs: ['create'], resources: [{ group: '', resources: ['configmaps'] }] },
        { level: 'Metadata', resources: [{ group: '', resources: ['configmaps'] }] },
      ],
    };
    server = await cluster.start(
      ...['--audit-policy-file', file('policy.json', JSON.stringify(policy))],
      ...['--audit-webhook-config-file', file('webhook.kubeconfig', webhook.kubeconfig)],
      ...['--audit-webhook-batch-max-wait', '50ms'],
    );
    admin = await server.as('admin', ['system:masters']);
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await webhook?.stop();
    dir.remove();
  }, 60_000);

  const events = () => (webhook.asked as unknown as { items: Event[] }[]).flatMap(list => list.items);
  const told = async (path: string, count: number) => {
    const found = () => events().filter(event => event.requestURI.includes(path));
    await eventually(() => found().length >= count);
    return found();
  };
  const shown = (all: Event[]) => all.map(({ stage, responseStatus }) => `${stage} ${responseStatus?.code ?? ''}`);

  test('each stage of a request comes, with what was decided and, where wanted, what was sent', async () => {
    await admin
      .resource(ConfigMaps)
      .create({ metadata: { name: 'a', namespace: 'audited' } })
      .catch(() => undefined);
    const { headers } = await admin.transport.send({
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps',
      headers: { 'content-type': 'application/json', 'audit-id': 'mine' },
      body: Buffer.from('{"metadata":{"name":"a"},"data":{"k":"v"}}'),
    });
    expect(headers['audit-id']).toBe('mine');
    const all = await told('/namespaces/default/configmaps', 2);
    expect(shown(all)).toEqual(['RequestReceived ', 'ResponseComplete 201']);
    expect(all[1]).toMatchObject({
      ...{ auditID: 'mine', level: 'Request', user: { username: 'admin' }, requestObject: { data: { k: 'v' } } },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(shown(await told('/namespaces/audited/', 2))).toEqual(['RequestReceived ', 'ResponseComplete 404']);
  });

  test('who is refused is there, with why', async () => {
    const user = await server.as('mallory');
    await user
      .resource(ConfigMaps)
      .list('kube-system')
      .catch(() => undefined);
    const all = await told('/namespaces/kube-system/configmaps', 2);
    expect(all[1]).toMatchObject({
      ...{ stage: 'ResponseComplete', level: 'Metadata', responseStatus: { code: 403, reason: 'Forbidden' } },
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    });
    const stranger = await server.as(undefined, [], 'nonsense');
    await stranger
      .resource(ConfigMaps)
      .list('kube-public')
      .catch(() => undefined);
    const [refused] = await told('/namespaces/kube-public/configmaps', 1);
    expect(refused).toMatchObject({ stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } });
  });

  test('a watch is told of when it begins and when it ends', async () => {
    for await (const _ of admin.resource(ConfigMaps).watch('default', { timeoutSeconds: 1 }));
    expect(shown(await told('watch=true', 3))).toEqual([
      'RequestReceived ',
      'ResponseStarted 200',
      'ResponseComplete 200',
    ]);
  });

  test('in mode blocking-strict what cannot be recorded is not served', async () => {
    const strict = await cluster.start(
      ...['--audit-policy-file', join(dir.path, 'policy.json')],
      ...['--audit-log-path', '/dev/full', '--audit-log-mode', 'blocking-strict'],
    );
    const client = await strict.as('admin', ['system:masters']);
    const asked = client.resource(ConfigMaps).list('default');
    await expect(asked).rejects.toMatchObject({
      code: 500,
      message: expect.stringContaining('failed to store audit event'),
    });
    expect((await client.resource(Namespaces).get('', 'default')).metadata?.name).toBe('default');
  });
});
