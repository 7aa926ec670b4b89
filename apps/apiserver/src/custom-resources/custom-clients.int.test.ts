import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CustomResourceDefinitions,
  MutatingWebhookConfigurations,
  resource,
  RoleBindings,
  Roles,
  type apiextensionsv1,
} from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';
import { startWebhookServer, type AnyReview, type WebhookServer } from '../testing/webhook-server';

interface Boat extends KubeObject {
  spec?: { length?: number; feet?: number; color?: string };
}
const GROUP = 'sea.example.com';
const Boats = resource<Boat>(`${GROUP}/v1`, 'boats', 'Boat', true);
const BoatsV2 = resource<Boat>(`${GROUP}/v2`, 'boats', 'Boat', true);

const version = (name: string, storage: boolean): apiextensionsv1.CustomResourceDefinitionVersion => ({
  ...{ name, storage, served: true },
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    } as never,
  },
});

requireProgram('etcd')('who deals with custom resources', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;
  let webhook: WebhookServer;

  beforeAll(async () => {
    cluster = await startTestCluster();
    [server, webhook] = await Promise.all([cluster.start(), startWebhookServer(cluster.pki)]);
    admin = await server.as('admin', ['system:masters']);
    webhook.on('/convert', ({ request }: AnyReview) => ({
      result: { status: 'Success' },
      convertedObjects: request.objects.map((object: Boat) => ({
        ...object,
        apiVersion: request.desiredAPIVersion,
        spec:
          request.desiredAPIVersion === `${GROUP}/v2`
            ? { feet: (object.spec?.length ?? 0) * 3, color: object.spec?.color }
            : { length: (object.spec?.feet ?? 0) / 3, color: object.spec?.color },
      })),
    }));
    await admin.resource(CustomResourceDefinitions).create({
      metadata: { name: `boats.${GROUP}` },
      spec: {
        ...{ group: GROUP, scope: 'Namespaced', names: { plural: 'boats', kind: 'Boat' } },
        versions: [version('v1', true), version('v2', false)],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { url: webhook.url('/convert'), caBundle: webhook.caBundle as never },
            conversionReviewVersions: ['v1beta1'],
          },
        },
      },
    });
    await eventually(async () => {
      const { status } = await admin.resource(CustomResourceDefinitions).get('', `boats.${GROUP}`);
      expect(status?.conditions?.find(c => c.type === 'Established')?.status).toBe('True');
    });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await webhook?.stop();
  }, 60_000);

  test('a webhook may speak ConversionReview v1beta1', async () => {
    await admin
      .resource(Boats)
      .create({ metadata: { name: 'a', namespace: 'default' }, spec: { length: 4, color: 'red' } });
    expect((await admin.resource(BoatsV2).get('default', 'a')).spec).toEqual({ feet: 12, color: 'red' });
    const asked = webhook.reviews.filter(({ path }) => path === '/convert');
    expect(asked.map(({ review }) => review.apiVersion)).toEqual(asked.map(() => 'apiextensions.k8s.io/v1beta1'));
    expect(asked.length).toBeGreaterThan(0);
  }, 30_000);

  test('roles open a custom group to users, verb by verb', async () => {
    const sailor = await server.as('sailor', []);
    await expect(sailor.resource(Boats).list('default')).rejects.toMatchObject({
      code: 403,
      message: `boats.${GROUP} is forbidden: User "sailor" cannot list resource "boats" in API group "${GROUP}" in the namespace "default"`,
    });
    await admin.resource(Roles).create({
      metadata: { name: 'sailors', namespace: 'default' },
      rules: [{ apiGroups: [GROUP], resources: ['boats'], verbs: ['list'] }],
    });
    await admin.resource(RoleBindings).create({
      metadata: { name: 'sailors', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'sailors' },
      subjects: [{ kind: 'User', name: 'sailor', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    await eventually(async () => expect((await sailor.resource(Boats).list('default')).items).toHaveLength(1));
    await expect(sailor.resource(Boats).delete('default', 'a')).rejects.toMatchObject({ code: 403 });
  }, 30_000);

  test('admission webhooks see and change custom objects', async () => {
    webhook.on('/paint', ({ request }: AnyReview) => ({
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(
        JSON.stringify([{ op: 'add', path: '/spec/color', value: `of ${request.object.spec.length} m` }]),
      ).toString('base64'),
    }));
    await admin.resource(MutatingWebhookConfigurations).create({
      metadata: { name: 'painter' },
      webhooks: [
        {
          ...{ name: 'paint.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'] },
          clientConfig: { url: webhook.url('/paint'), caBundle: webhook.caBundle as never },
          rules: [{ operations: ['CREATE'], apiGroups: [GROUP], apiVersions: ['v1'], resources: ['boats'] }],
        },
      ],
    });
    let tries = 0;
    await eventually(async () => {
      const name = `b${tries++}`;
      const { spec } = await admin
        .resource(Boats)
        .create({ metadata: { name, namespace: 'default' }, spec: { length: 2 } });
      expect(spec).toEqual({ length: 2, color: 'of 2 m' });
    });
  }, 30_000);
});
