import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, SelfSubjectAccessReviews, SelfSubjectRulesReviews } from '@navarch/api';
import { eventually, tempDir } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startTestCluster, type TestCluster } from '../../testing/test-server';
import { startTestWebhook, type TestWebhook } from '../../testing/test-webhook';

let cluster: TestCluster;
let webhook: TestWebhook;
const dir = tempDir('navarch-authz-');
const file = (name: string, text: string) => {
  const path = join(dir.path, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(async () => {
  cluster = await startTestCluster();
  webhook = await startTestWebhook(cluster.pki, ({ user }) =>
    user === 'broken' ? undefined : { allowed: user === 'alice', denied: user === 'mallory', reason: `${user} it is` },
  );
});
afterAll(async () => {
  await Promise.all([cluster.stop(), webhook.stop()]);
  dir.remove();
});

const configuration = (...types: string[]) =>
  stringify({
    ...{ kind: 'AuthorizationConfiguration', apiVersion: 'apiserver.config.k8s.io/v1' },
    authorizers: types.map(type => ({
      ...{ type, name: type.toLowerCase() },
      ...(type === 'Webhook' && {
        webhook: {
          ...{ timeout: '5s', subjectAccessReviewVersion: 'v1', failurePolicy: 'NoOpinion' },
          connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: file('webhook.kubeconfig', webhook.kubeconfig) },
        },
      }),
    })),
  });

test('a webhook between Node and RBAC decides, until the file says otherwise', async () => {
  const path = file('authorization.yaml', configuration('Node', 'Webhook', 'RBAC'));
  const server = await cluster.start('--authorization-config', path);
  const [alice, mallory, broken] = await Promise.all(['alice', 'mallory', 'broken'].map(name => server.as(name)));
  await alice!.resource(ConfigMaps).list('default');
  await expect(mallory!.resource(ConfigMaps).list('default')).rejects.toThrow(
    'in the namespace "default": mallory it is',
  );
  await expect(broken!.resource(ConfigMaps).list('default')).rejects.toMatchObject({ code: 500 });
  const attributes = { verb: 'list', resource: 'configmaps', namespace: 'default' };
  const review = await alice!.resource(SelfSubjectAccessReviews).create({ spec: { resourceAttributes: attributes } });
  expect(review.status).toMatchObject({ allowed: true, reason: 'alice it is' });
  const rules = await alice!.resource(SelfSubjectRulesReviews).create({ spec: { namespace: 'default' } });
  expect(rules.status).toMatchObject({
    incomplete: true,
    evaluationError: 'webhook authorizer does not support user rule resolution',
  });
  file('authorization.yaml', configuration('Node', 'RBAC'));
  await eventually(() =>
    alice!
      .resource(ConfigMaps)
      .list('default')
      .then(
        () => false,
        (error: { code?: number }) => error.code === 403,
      ),
  );
  await server.stop();
});
