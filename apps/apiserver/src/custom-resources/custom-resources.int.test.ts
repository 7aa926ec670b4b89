import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CustomResourceDefinitions,
  resource,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  type apiextensionsv1,
} from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';
import { startWebhookServer, type AnyReview, type WebhookServer } from '../testing/webhook-server';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Version = apiextensionsv1.CustomResourceDefinitionVersion;
interface Widget extends KubeObject {
  spec?: { size?: number | string; color?: string; height?: number; width?: number };
}
const Widgets = resource<Widget>('shop.example.com/v1', 'widgets', 'Widget', true);
const WidgetsV2 = resource<Widget>('shop.example.com/v2', 'widgets', 'Widget', true);

const version = (name: string, spec: object, more: Partial<Version> = {}): Version => ({
  ...{ name, served: true, storage: true },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: spec } } } as never },
  ...more,
});
const definition = (plural: string, kind: string, versions: Version[], more: object = {}): Definition => ({
  metadata: { name: `${plural}.shop.example.com` },
  spec: { group: 'shop.example.com', scope: 'Namespaced', names: { plural, kind }, versions, ...more },
});

/** convertSizes converts widgets: what is a size in v1 is a height in v2. */
const convertSizes = ({ request }: AnyReview) => ({
  result: { status: 'Success' },
  convertedObjects: request.objects.map((object: Widget & { apiVersion: string }) => ({
    ...object,
    apiVersion: request.desiredAPIVersion,
    spec:
      request.desiredAPIVersion === 'shop.example.com/v2'
        ? { height: object.spec?.size }
        : { size: object.spec?.height },
  })),
});

requireProgram('etcd')('custom resources', () => {
  let cluster: TestCluster;
  let one: TestApiServer;
  let other: TestApiServer;
  let admin: KubeClient;
  let elsewhere: KubeClient;
  let webhook: WebhookServer;

  beforeAll(async () => {
    cluster = await startTestCluster();
    [one, other, webhook] = await Promise.all([cluster.start(), cluster.start(), startWebhookServer(cluster.pki)]);
    admin = await one.as('admin', ['system:masters']);
    elsewhere = await other.as('admin', ['system:masters']);
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await webhook?.stop();
  }, 60_000);

  const crds = () => admin.resource(CustomResourceDefinitions);
  const conditionOf = async (name: string, type: string) =>
    (await crds().get('', `${name}.shop.example.com`)).status?.conditions?.find(c => c.type === type);
  const established = (name: string) =>
    eventually(async () => expect((await conditionOf(name, 'Established'))?.status).toBe('True'));
  const json = async (path: string, client = admin) => {
    const { body } = await client.transport.send({ method: 'GET', path, headers: { accept: 'application/json' } });
    return JSON.parse(body.toString()) as never;
  };

  test('what is established is served by every server, with its schema', async () => {
    const size = { type: 'integer', minimum: 1 };
    await crds().create(
      definition('widgets', 'Widget', [version('v1', { size, color: { type: 'string', default: 'red' } })]),
    );
    await established('widgets');
    const made = await elsewhere
      .resource(Widgets)
      .create({ metadata: { name: 'a', namespace: 'default' }, spec: { size: 2, more: 1 } as never });
    expect(made.spec).toEqual({ size: 2, color: 'red' });
    await expect(
      admin.resource(Widgets).create({ metadata: { name: 'b', namespace: 'default' }, spec: { size: 'big' } }),
    ).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('spec.size in body must be of type integer: "string"') as never,
    });
    const openapi: { components: { schemas: Record<string, { properties: { spec: object } }> } } = await json(
      '/openapi/v3/apis/shop.example.com/v1',
    );
    expect(openapi.components.schemas['com.example.shop.v1.Widget']?.properties.spec).toMatchObject({
      properties: { size },
    });
  }, 30_000);

  test.each([
    ['POST', '/widgets', '404 page not found'],
    ['PUT', '/namespaces/default/widgets', 'name must be provided'],
    ['PATCH', '/namespaces/default/widgets', 'name must be provided'],
    ['OPTIONS', '/namespaces/default/widgets', ' is not supported on resources of kind "widgets.shop.example.com"'],
  ])('the verb alone leads to what serves it: %s %s', async (method, path, message) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const sent = admin.transport.send({
      ...{ method, path: `/apis/shop.example.com/v1${path}`, body: Buffer.from('{}') },
      headers: { accept: 'application/json', 'content-type': type },
    });
    await expect(sent).rejects.toThrow(message);
  });

  test('names that another definition has are not accepted, until it is gone', async () => {
    await crds().create(definition('gadgets', 'Widget', [version('v1', {})]));
    await eventually(async () =>
      expect(await conditionOf('gadgets', 'NamesAccepted')).toMatchObject({
        status: 'False',
        reason: 'ListKindConflict',
        message: '"WidgetList" is already in use',
      }),
    );
    expect(await conditionOf('gadgets', 'Established')).toMatchObject({ status: 'False', reason: 'NotAccepted' });
    await crds().delete('', 'gadgets.shop.example.com');
    await eventually(() => expect(conditionOf('gadgets', 'Established')).rejects.toMatchObject({ code: 404 }));
  }, 30_000);

  test('a changed schema holds at once, for what is stored too', async () => {
    const present = await crds().get('', 'widgets.shop.example.com');
    present.spec.versions = [
      version('v1', {
        size: { type: 'integer' },
        color: { type: 'string', default: 'red' },
        width: { type: 'integer', default: 7 },
      }),
    ];
    await crds().update(present);
    await eventually(async () => {
      const { spec } = await admin.resource(Widgets).get('default', 'a');
      expect(spec).toEqual({ size: 2, color: 'red', width: 7 });
    });
    const { items } = await admin.resource(Widgets).list('default');
    expect(items.map(({ spec }) => spec?.width)).toEqual([7]);
  }, 30_000);

  test('a webhook converts what is stored in another version; lists ask it once', async () => {
    webhook.on('/convert', convertSizes);
    const present = await crds().get('', 'widgets.shop.example.com');
    present.spec.versions = [
      version('v1', { size: { type: 'integer' } }),
      version('v2', { height: { type: 'integer' } }, { storage: false }),
    ];
    present.spec.conversion = {
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: webhook.url('/convert'), caBundle: webhook.caBundle as never },
        conversionReviewVersions: ['v1', 'v1beta1'],
      },
    };
    await crds().update(present);
    const v2 = () => admin.resource(WidgetsV2);
    await eventually(async () => expect((await v2().get('default', 'a')).spec).toEqual({ height: 2 }));
    await v2().create({ metadata: { name: 'c', namespace: 'default' }, spec: { height: 5 } });
    expect((await admin.resource(Widgets).get('default', 'c')).spec).toEqual({ size: 5 });

    const before = webhook.reviews.length;
    const first = await v2().list('default');
    expect(first.items.map(({ spec }) => spec)).toEqual([{ height: 2 }, { height: 5 }]);
    await v2().list('default');
    expect(webhook.reviews.length - before).toBeLessThanOrEqual(1);

    const seen: unknown[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      const { resourceVersion } = first.metadata ?? {};
      for await (const { object } of v2().watch('default', {
        ...(resourceVersion && { resourceVersion }),
        signal: stop.signal,
      }))
        seen.push((object as Widget).spec);
    })().catch(() => undefined);
    await v2().patch('default', 'c', { type: 'merge', body: { spec: { height: 6 } } });
    await eventually(() => expect(seen).toEqual([{ height: 6 }]));
    stop.abort();
    await watching;

    webhook.on('/convert', () => ({ result: { status: 'Failure', message: 'not today' } }));
    await admin.resource(Widgets).patch('default', 'c', { type: 'merge', body: { spec: { size: 8 } } });
    await eventually(() =>
      expect(v2().get('default', 'c')).rejects.toMatchObject({
        code: 500,
        message: 'conversion webhook for shop.example.com/v1, Kind=Widget failed: not today',
      }),
    );
  }, 60_000);

  test('who owns which fields is compared in the version of each owner, by the webhook', async () => {
    webhook.on('/convert', convertSizes);
    const put = (manager: string, apiVersion: string, spec: object, force = false) =>
      admin.resource(apiVersion === 'v1' ? Widgets : WidgetsV2).patch('default', 'owned', {
        type: 'apply',
        ...{ fieldManager: manager, force },
        body: { apiVersion: `shop.example.com/${apiVersion}`, kind: 'Widget', metadata: { name: 'owned' }, spec },
      });
    const owners = ({ metadata }: Widget) =>
      Object.fromEntries((metadata?.managedFields ?? []).map(e => [`${e.manager} ${e.apiVersion}`, e.fieldsV1]));
    await put('one', 'v1', { size: 1 });
    expect(owners(await put('two', 'v2', { height: 1 }))).toEqual({
      'one shop.example.com/v1': { 'f:spec': { 'f:size': {} } },
      'two shop.example.com/v2': { 'f:spec': { 'f:height': {} } },
    });
    await expect(put('three', 'v2', { height: 2 })).rejects.toMatchObject({
      code: 409,
      details: { causes: [{ field: '.spec.size' }, { field: '.spec.height' }] },
    });
    expect(owners(await put('three', 'v2', { height: 2 }, true))).toEqual({
      'three shop.example.com/v2': { 'f:spec': { 'f:height': {} } },
    });
    const merged = await admin
      .resource(Widgets)
      .patch('default', 'owned', { type: 'merge', body: { spec: { size: 3 } } });
    expect(owners(merged)).toEqual({ 'test shop.example.com/v1': { 'f:spec': { 'f:size': {} } } });
    await admin.resource(Widgets).delete('default', 'owned');
  }, 30_000);

  test('a policy sees an object in the version that it names, whichever was written', async () => {
    const policies = admin.resource(ValidatingAdmissionPolicies);
    const bindings = admin.resource(ValidatingAdmissionPolicyBindings);
    const matchConstraints = {
      resourceRules: [
        {
          apiGroups: ['shop.example.com'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['widgets'],
        },
      ],
    };
    const validations = [{ expression: "object.apiVersion == 'shop.example.com/v1' && object.spec.size < 100" }];
    webhook.on('/convert', convertSizes);
    await policies.create({ metadata: { name: 'small' }, spec: { matchConstraints, validations } });
    await bindings.create({ metadata: { name: 'small' }, spec: { policyName: 'small', validationActions: ['Deny'] } });
    const write = (height: number) =>
      admin
        .resource(WidgetsV2)
        .create({ metadata: { name: `w${height}`, namespace: 'default' }, spec: { height } }, { dryRun: true });
    await eventually(() =>
      expect(write(200)).rejects.toMatchObject({
        code: 422,
        message: expect.stringContaining(
          "ValidatingAdmissionPolicy 'small' with binding 'small' denied request",
        ) as never,
      }),
    );
    expect((await write(5)).spec).toEqual({ height: 5 });
    await bindings.delete('', 'small');
    await policies.delete('', 'small');
  }, 30_000);

  test('what is defined is served from the first moment of another server', async () => {
    const third = await cluster.start();
    const client = await third.as('admin', ['system:masters']);
    expect((await client.resource(Widgets).list('default')).items).toHaveLength(2);
    await third.stop();
  }, 60_000);

  test('a deleted definition takes its objects along, once their finalizers are done', async () => {
    await admin
      .resource(Widgets)
      .patch('default', 'a', { type: 'merge', body: { metadata: { finalizers: ['example.com/f'] } } });
    await crds().delete('', 'widgets.shop.example.com');
    await eventually(async () =>
      expect((await admin.resource(Widgets).list('default')).items.map(({ metadata }) => metadata?.name)).toEqual([
        'a',
      ]),
    );
    await eventually(() =>
      expect(
        elsewhere.resource(Widgets).create({ metadata: { name: 'late', namespace: 'default' } }),
      ).rejects.toMatchObject({ code: 405 }),
    );
    await admin.resource(Widgets).patch('default', 'a', { type: 'merge', body: { metadata: { finalizers: null } } });
    await eventually(() => expect(conditionOf('widgets', 'Established')).rejects.toMatchObject({ code: 404 }));
    await eventually(() => expect(elsewhere.resource(Widgets).list('default')).rejects.toMatchObject({ code: 404 }));
  }, 60_000);
});
