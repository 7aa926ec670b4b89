import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pods } from '@navarch/api';
import { requireProgram, tempDir } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from '../testing/test-server';
import { startTestWebhook, type TestWebhook } from '../testing/test-webhook';

requireProgram('etcd')('the images of pods', () => {
  let cluster: TestCluster;
  let webhook: TestWebhook;
  const dir = tempDir('navarch-images-');

  beforeAll(async () => {
    cluster = await startTestCluster();
    webhook = await startTestWebhook(cluster.pki, spec => {
      const images = (spec['containers'] as { image: string }[]).map(({ image }) => image);
      return { allowed: images.every(image => image.startsWith('good/')), reason: 'not signed' };
    });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await webhook?.stop();
    dir.remove();
  }, 60_000);

  const file = (name: string, text: string) => {
    writeFileSync(join(dir.path, name), text);
    return join(dir.path, name);
  };
  test('are looked at by the webhook', async () => {
    const kubeConfigFile = file('images.kubeconfig', webhook.kubeconfig);
    const configuration = {
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration' },
      plugins: [{ name: 'ImagePolicyWebhook', configuration: { imagePolicy: { kubeConfigFile } } }],
    };
    const server = await cluster.start(
      ...['--enable-admission-plugins', 'ImagePolicyWebhook', '--disable-admission-plugins', 'ServiceAccount'],
      ...['--admission-control-config-file', file('admission.json', JSON.stringify(configuration))],
    );
    const pods = (await server.as('admin', ['system:masters'])).resource(Pods);
    const pod = (name: string, image: string) => ({
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image }] },
    });
    await pods.create(pod('a', 'good/nginx'));
    await expect(pods.create(pod('b', 'bad/nginx'))).rejects.toMatchObject({
      code: 403,
      message: 'pods "b" is forbidden: image policy webhook backend denied one or more images: not signed',
    });
    expect(webhook.asked[0]).toMatchObject({
      ...{ kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1' },
      spec: { containers: [{ image: 'good/nginx' }], namespace: 'default' },
    });
  });
});
