import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CustomResourceDefinitions, resource } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import { eventually, requireProgram, tempDir } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from '../testing/test-server';

interface Vault extends KubeObject {
  spec?: { word: string };
}
const Vaults = resource<Vault>('shop.example.com/v1', 'vaults', 'Vault', true);

const CONFIGURATION = {
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'EncryptionConfiguration',
  resources: [
    {
      resources: ['vaults.shop.example.com'],
      providers: [
        { aesgcm: { keys: [{ name: 'k1', secret: Buffer.alloc(32, 7).toString('base64') }] } },
        { identity: {} },
      ],
    },
  ],
};

/** storedAt is what etcd has at a key, read past the API servers. */
async function storedAt({ etcd }: TestCluster, key: string): Promise<Buffer> {
  const body = JSON.stringify({ key: Buffer.from(key).toString('base64') });
  const answer = await fetch(`${etcd.endpoints[0]}/v3/kv/range`, { method: 'POST', body });
  const { kvs } = (await answer.json()) as { kvs: { value: string }[] };
  return Buffer.from(kvs[0]!.value, 'base64');
}

requireProgram('etcd')('custom resources at rest', () => {
  let cluster: TestCluster;
  const dir = tempDir('navarch-encryption-');
  const file = join(dir.path, 'encryption.json');

  beforeAll(async () => {
    writeFileSync(file, JSON.stringify(CONFIGURATION), { mode: 0o600 });
    cluster = await startTestCluster();
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    dir.remove();
  }, 60_000);

  test('are encrypted as configured, and read by every server that has the key', async () => {
    const flags = ['--encryption-provider-config', file];
    const [one, other] = await Promise.all([cluster.start(...flags), cluster.start(...flags)]);
    const [admin, elsewhere] = await Promise.all([one, other].map(server => server.as('admin', ['system:masters'])));
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } as never;
    await admin!.resource(CustomResourceDefinitions).create({
      metadata: { name: 'vaults.shop.example.com' },
      spec: {
        ...{ group: 'shop.example.com', scope: 'Namespaced', names: { plural: 'vaults', kind: 'Vault' } },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    const metadata = { name: 'a', namespace: 'default' };
    await eventually(() => admin!.resource(Vaults).create({ metadata, spec: { word: 'sesame' } }));
    await eventually(async () =>
      expect((await elsewhere!.resource(Vaults).get('default', 'a')).spec).toEqual({ word: 'sesame' }),
    );

    const stored = await storedAt(cluster, '/registry/shop.example.com/vaults/default/a');
    expect(stored.toString('latin1')).toMatch(/^k8s:enc:aesgcm:v1:k1:/);
    expect(stored.includes('sesame')).toBe(false);
  }, 60_000);
});
