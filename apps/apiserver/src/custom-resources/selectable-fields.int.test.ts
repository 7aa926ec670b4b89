import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CustomResourceDefinitions, resource, type apiextensionsv1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { startTestCluster, type TestCluster } from '../testing/test-server';
import { startWebhookServer, type AnyReview, type WebhookServer } from '../testing/webhook-server';

interface Shape extends KubeObject {
  spec: { size?: number; height?: number };
}

const GROUP = 'shapes.example.com';
const V1 = resource<Shape>(`${GROUP}/v1`, 'shapes', 'Shape', true);
const V2 = resource<Shape>(`${GROUP}/v2`, 'shapes', 'Shape', true);

const version = (name: string, field: string, storage: boolean): apiextensionsv1.CustomResourceDefinitionVersion => ({
  ...{ name, served: true, storage },
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { [field]: { type: 'integer' } } } },
    },
  },
  selectableFields: [{ jsonPath: `.spec.${field}` }],
});

/** convert moves what is the size in v1 to the height in v2, ten times as much, and back. */
const convert = ({ request }: AnyReview) => ({
  result: { status: 'Success' },
  convertedObjects: (request.objects as Shape[]).map(({ spec: { size, height }, ...rest }) => ({
    ...rest,
    apiVersion: request.desiredAPIVersion,
    spec: request.desiredAPIVersion === `${GROUP}/v2` ? { height: (size ?? 0) * 10 } : { size: (height ?? 0) / 10 },
  })),
});

requireProgram('etcd')('selectors on fields that a webhook moves', () => {
  let cluster: TestCluster;
  let webhook: WebhookServer;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    webhook = await startWebhookServer(cluster.pki);
    webhook.on('/convert', convert);
    admin = await (await cluster.start()).as('admin', ['system:masters']);
    await admin.resource(CustomResourceDefinitions).create({
      metadata: { name: `shapes.${GROUP}` },
      spec: {
        ...{ group: GROUP, scope: 'Namespaced', names: { plural: 'shapes', kind: 'Shape' } },
        versions: [version('v1', 'size', true), version('v2', 'height', false)],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { url: webhook.url('/convert'), caBundle: webhook.caBundle as never },
            conversionReviewVersions: ['v1'],
          },
        },
      },
    });
    await eventually(() => admin.resource(V2).list('default'));
    for (const [name, size] of Object.entries({ a: 1, b: 2, c: 1, d: 1 }))
      await admin.resource(V1).create({ metadata: { name, namespace: 'default' }, spec: { size } });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await webhook?.stop();
  }, 60_000);

  const names = ({ items }: { items: readonly Shape[] }) => items.map(({ metadata }) => metadata!.name);

  test('a list has what matches in the version that is asked', async () => {
    const v2 = admin.resource(V2);
    expect(names(await v2.list('default', { fieldSelector: 'spec.height=10' }))).toEqual(['a', 'c', 'd']);
    expect(names(await v2.list('default', { fieldSelector: 'spec.height!=10' }))).toEqual(['b']);
    expect(names(await v2.list('default', { fieldSelector: 'spec.height=10,metadata.name=c' }))).toEqual(['c']);
    expect(names(await v2.list('default', { fieldSelector: 'spec.height=1' }))).toEqual([]);
    expect(names(await admin.resource(V1).list('default', { fieldSelector: 'spec.size=1' }))).toEqual(['a', 'c', 'd']);
    await expect(v2.list('default', { fieldSelector: 'spec.size=1' })).rejects.toMatchObject({ code: 400 });
  });

  test('pages are full, and tell where the next begins', async () => {
    const page = (next?: string) =>
      admin
        .resource(V2)
        .list('default', { fieldSelector: 'spec.height=10', limit: 2, ...(next && { continue: next }) });
    const first = await page();
    expect(names(first)).toEqual(['a', 'c']);
    const second = await page(first.metadata!.continue);
    expect(names(second)).toEqual(['d']);
    expect(second.metadata!.continue).toBeFalsy();
  });

  test('a watch tells of objects that come in, stay and leave', async () => {
    const { metadata } = await admin.resource(V2).list('default');
    const seen: unknown[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      const options = { fieldSelector: 'spec.height=20', signal: stop.signal };
      for await (const { type, object } of admin
        .resource(V2)
        .watch('default', { ...options, resourceVersion: metadata!.resourceVersion! })) {
        const { metadata: told, spec } = object as Shape;
        seen.push([type, told!.name, spec.height]);
      }
    })().catch(() => undefined);
    const set = (name: string, size: number, labels = {}) =>
      admin.resource(V1).patch('default', name, { type: 'merge', body: { metadata: { labels }, spec: { size } } });
    await set('a', 2);
    await set('a', 2, { x: 'y' });
    const left = await set('a', 3);
    await set('c', 5);
    await admin.resource(V1).delete('default', 'b');
    await eventually(() =>
      expect(seen).toEqual([
        ['ADDED', 'a', 20],
        ['MODIFIED', 'a', 20],
        ['DELETED', 'a', 20],
        ['DELETED', 'b', 20],
      ]),
    );
    expect(left.spec).toEqual({ size: 3 });
    stop.abort();
    await watching;
  }, 30_000);
});
