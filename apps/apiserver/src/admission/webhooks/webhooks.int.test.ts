import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ConfigMaps,
  Deployments,
  HorizontalPodAutoscalers,
  LimitRanges,
  MutatingWebhookConfigurations,
  Pods,
  ServiceAccounts,
  ValidatingWebhookConfigurations,
  type admissionregistrationv1,
} from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually } from '@navarch/testing';
import { startTestCluster, type TestApiServer, type TestCluster } from '../../testing/test-server';
import { startWebhookServer, type Answer, type WebhookServer } from '../../testing/webhook-server';

type Validating = admissionregistrationv1.ValidatingWebhook;

/** deep is a patch that nests lists in one another. */
const deep = (levels: number) => `[{"op":"add","path":"/data","value":${'['.repeat(levels)}${']'.repeat(levels)}}]`;

/** copies is a patch that doubles a text again and again. */
const copies = () => [
  { op: 'add', path: '/data', value: { a: 'x'.repeat(100_000) } },
  ...Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/copy-${i}` })),
];

describe('webhooks over HTTPS', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;
  let hooks: WebhookServer;

  beforeAll(async () => {
    cluster = await startTestCluster();
    server = await cluster.start();
    admin = await server.as('admin', ['system:masters']);
    hooks = await startWebhookServer(cluster.pki);
    await admin.resource(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  }, 60_000);
  afterAll(async () => {
    await hooks?.stop();
    await cluster?.stop();
  }, 60_000);
  afterEach(async () => {
    for (const kind of [ValidatingWebhookConfigurations, MutatingWebhookConfigurations] as const)
      await admin.resource(kind as typeof ValidatingWebhookConfigurations).deleteCollection('');
    // The caches have followed when an object passes that names every webhook's match.
    await eventually(async () => {
      hooks.reviews.length = 0;
      await create('probe', { dryRun: true });
      expect(hooks.reviews).toEqual([]);
    });
  });

  const rule = (resources: string[], change: object = {}) => ({
    apiGroups: ['*'],
    apiVersions: ['*'],
    operations: ['CREATE'],
    resources,
    ...change,
  });
  const webhook = (path: string, change: Partial<Validating> = {}): Validating => ({
    name: `${path.slice(1)}.example.dev`,
    clientConfig: { url: hooks.url(path), caBundle: hooks.caBundle },
    rules: [rule(['configmaps'])],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    ...change,
  });
  const configMap = (name: string, data: Record<string, string> = {}) => ({
    metadata: { name, namespace: 'default' },
    data,
  });
  const create = (name: string, options: { dryRun?: boolean } = {}) =>
    admin.resource(ConfigMaps).create(configMap(name), options);
  /** install configures webhooks and waits until the first of them is asked. */
  async function install(
    kind: 'validating' | 'mutating',
    first: (review: object) => Answer,
    ...webhooks: Validating[]
  ): Promise<void> {
    const path = new URL(webhooks[0]!.clientConfig.url!).pathname;
    hooks.on(path, first);
    const token = kind === 'validating' ? ValidatingWebhookConfigurations : MutatingWebhookConfigurations;
    await admin
      .resource(token as typeof ValidatingWebhookConfigurations)
      .create({ metadata: { name: 'hooks' }, webhooks });
    await eventually(async () => {
      await create('probe', { dryRun: true }).catch(() => undefined);
      expect(hooks.reviews.some(one => one.path === path)).toBe(true);
    });
    hooks.reviews.length = 0;
  }

  test('a refusal carries the code, the reason and the words of the webhook', async () => {
    await install(
      'validating',
      () => ({ allowed: false, status: { code: 418, reason: 'Teapot', message: 'short and stout' } }),
      webhook('/deny'),
    );
    await expect(create('a')).rejects.toMatchObject({
      code: 418,
      reason: 'Teapot',
      message: 'admission webhook "deny.example.dev" denied the request: short and stout',
    });
    expect(hooks.reviews[0]!.review).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        operation: 'CREATE',
        namespace: 'default',
        name: 'a',
        dryRun: false,
        userInfo: { username: 'admin', groups: expect.arrayContaining(['system:masters']) },
        object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } },
        oldObject: null,
      },
    });
  });

  test('warnings reach the client', async () => {
    await install('validating', () => ({ allowed: true, warnings: ['mind the gap'] }), webhook('/warn'));
    const answer = await admin.transport.send({
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(configMap('warned'))),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['warning']).toBe('299 - "mind the gap"');
  });

  test('match conditions spare the webhook what it does not want to see', async () => {
    await install(
      'validating',
      () => ({ allowed: false }),
      webhook('/deny', {
        matchConditions: [
          { name: 'not-free', expression: '!has(object.metadata.labels) || !("free" in object.metadata.labels)' },
          { name: 'admin', expression: 'authorizer.group("").resource("secrets").check("delete").allowed()' },
        ],
      }),
    );
    await expect(create('a')).rejects.toMatchObject({
      code: 400,
      message: 'admission webhook "deny.example.dev" denied the request without explanation',
    });
    const free = { ...configMap('free'), metadata: { name: 'free', namespace: 'default', labels: { free: '' } } };
    await expect(admin.resource(ConfigMaps).create(free, { dryRun: true })).resolves.toBeDefined();
  });

  test('conditions that fail refuse, and have to compile in the first place', async () => {
    await install(
      'validating',
      () => ({ allowed: true }),
      webhook('/sees-all'),
      webhook('/careful', { matchConditions: [{ name: 'n', expression: 'object.data.missing == "x"' }] }),
    );
    await expect(create('a')).rejects.toMatchObject({
      code: 403,
      message:
        'configmaps "a" is forbidden: expression \'object.data.missing == "x"\' resulted in error: no such key: data',
    });
    const bad = webhook('/x', { matchConditions: [{ name: 'n', expression: 'object.metadata.name ==' }] });
    await expect(
      admin.resource(ValidatingWebhookConfigurations).create({ metadata: { name: 'bad' }, webhooks: [bad] }),
    ).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('compilation failed: ERROR: <input>:1:24: Syntax error: mismatched input'),
    });
  });

  test('a webhook sees the version that its rules name', async () => {
    const rules = [rule(['horizontalpodautoscalers'], { apiGroups: ['autoscaling'], apiVersions: ['v1'] })];
    await install('validating', () => ({ allowed: true }), webhook('/probe'), webhook('/v1', { rules }));
    hooks.on('/v1', () => ({ allowed: true }));
    await admin.resource(HorizontalPodAutoscalers).create(
      {
        metadata: { name: 'h', namespace: 'default' },
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
          maxReplicas: 3,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
          ],
        },
      },
      { dryRun: true },
    );
    expect(hooks.reviews.find(one => one.path === '/v1')!.review.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
      requestKind: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
      object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 70 } },
    });
  });

  test('a scale is seen and changed as a scale, and not by the labels of what it scales', async () => {
    const labels = { app: 'scaled' };
    const of = { app: 'scaled' };
    const template = { metadata: { labels: of }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { replicas: 0, selector: { matchLabels: of }, template };
    await admin.resource(Deployments).create({ metadata: { name: 'scaled', namespace: 'default', labels }, spec });
    const rules = [rule(['deployments/scale'], { operations: ['UPDATE'] })];
    await install(
      'mutating',
      () => ({ allowed: true }),
      webhook('/probe'),
      webhook('/scale', { rules }),
      webhook('/labelled', { rules, objectSelector: { matchLabels: labels } }),
    );
    hooks.on('/scale', () => answering([{ op: 'replace', path: '/spec/replicas', value: 3 }]));
    const answer = await admin.transport.send({
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/default/deployments/scaled/scale',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: Buffer.from('{"spec":{"replicas":2}}'),
    });
    expect(answer.status).toBe(200);
    expect(hooks.reviews.map(({ path }) => path)).toEqual(['/scale']);
    expect(hooks.reviews[0]!.review.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      object: { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 } },
      oldObject: { kind: 'Scale', metadata: { name: 'scaled' } },
    });
    expect((await admin.resource(Deployments).get('default', 'scaled')).spec?.replicas).toBe(3);
  });

  test('a patch changes the object, and the plugins before see what was added', async () => {
    await admin.resource(LimitRanges).create({
      metadata: { name: 'limits', namespace: 'default' },
      spec: { limits: [{ type: 'Container', default: { cpu: '100m' } }] },
    });
    const patch = [{ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'side:1' } }];
    await install(
      'mutating',
      () => ({ allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
      webhook('/inject', {
        rules: [rule(['pods', 'configmaps'])],
        matchConditions: [{ name: 'pods', expression: 'request.kind.kind == "Pod" || request.name == "probe"' }],
        failurePolicy: 'Fail',
      }),
    );
    const created = await admin.resource(Pods).create({
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'app:1' }] },
    });
    expect(created.spec!.containers.map(({ name, resources }) => [name, resources?.limits])).toEqual([
      ['c', { cpu: '100m' }],
      ['sidecar', { cpu: '100m' }],
    ]);
    expect(hooks.reviews).toHaveLength(1);
  });

  const answering = (patch: unknown) => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(typeof patch === 'string' ? patch : JSON.stringify(patch)).toString('base64'),
  });
  const set = (path: string, value: unknown) => answering([{ op: 'add', path, value }]);

  test('what a webhook makes of an object is read as a body is', async () => {
    const rules = [rule(['pods', 'configmaps'], { operations: ['CREATE', 'UPDATE'] })];
    await install('mutating', () => ({ allowed: true }), webhook('/change', { rules, failurePolicy: 'Fail' }));
    const limits = { cpu: 0.5, memory: '1024Mi' };
    hooks.on('/change', () => set('/spec/containers/0/resources', { limits, unknown: 1 }));
    const pod = await admin.resource(Pods).create({
      metadata: { name: 'read', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'app:1' }] },
    });
    const quantities = { cpu: '500m', memory: '1Gi' };
    expect(pod.spec!.containers[0]!.resources).toEqual({ limits: quantities, requests: quantities });
    hooks.on('/change', () => set('/data/written', 'by the webhook'));
    const created = await admin.resource(ConfigMaps).create(configMap('read', { sent: 'by the client' }));
    expect(created.data).toEqual({ sent: 'by the client', written: 'by the webhook' });
    hooks.on('/change', () => set('/data/again', 'yes'));
    const updated = await admin.resource(ConfigMaps).update(created);
    expect(updated.data).toEqual({ ...created.data, again: 'yes' });
    expect(updated.metadata!.managedFields).toEqual(created.metadata!.managedFields);
    expect(updated.metadata!.managedFields).toMatchObject([{ fieldsV1: { 'f:data': { 'f:sent': {} } } }]);
  });

  test.each<[string, () => Answer, RegExp]>([
    ['data of another type', () => set('/data', 5), /cannot unmarshal number into Go struct field ConfigMap\.data/],
    ['another kind', () => set('/kind', 'Secret'), /may not make anything else of v1, Kind=ConfigMap/],
    [
      'a patch of another type',
      () => ({ ...answering([{ op: 'add', path: '/a', value: 1 }]), patchType: 'Merge' }),
      /unsupported patch type "Merge"/,
    ],
    ['no object at all', () => answering([{ op: 'replace', path: '', value: [] }]), /Internal error occurred/],
    [
      'a patch that is too deep',
      () => answering('['.repeat(100_000)),
      /Internal error occurred: .* exceeded max depth/,
    ],
    ['an object that is too deep', () => answering(deep(900)), /Internal error occurred|cannot unmarshal/],
    ['an answer that is too deep', () => '['.repeat(1_000_000), /yaml: exceeded max/],
    ['an answer of no form', () => '"no"', /cannot unmarshal string into Go value/],
    ['warnings that are none', () => ({ allowed: true, warnings: { length: 1e9 } }), /response\.warnings of type/],
    ['copies of copies', () => answering(copies()), /Internal error occurred/],
    ['a code that is none', () => ({ allowed: false, status: { code: 100_000 } }), /without explanation/],
  ])('%s of a webhook harm nobody', async (_, answer, why) => {
    await install('mutating', () => ({ allowed: true }), webhook('/hostile', { failurePolicy: 'Fail' }));
    hooks.on('/hostile', answer);
    await expect(create('hostile')).rejects.toThrow(why);
    hooks.on('/hostile', () => set('/data', { ['__proto__']: 'own' }));
    const { data } = await create('well');
    expect(Object.getOwnPropertyDescriptor(data, '__proto__')?.value).toBe('own');
    await admin.resource(ConfigMaps).delete('default', 'well');
  });

  test('a webhook that wants to hear of changes after it is asked again', async () => {
    const add = (key: string) => ({
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { [key]: '' } }])).toString(
        'base64',
      ),
    });
    const mutating = (path: string, reinvocationPolicy: string) =>
      ({ ...webhook(path), reinvocationPolicy }) as Validating;
    hooks.on('/second', () => add('second'));
    hooks.on('/third', () => ({ allowed: true }));
    await install(
      'mutating',
      () => ({ allowed: true }),
      mutating('/first', 'IfNeeded'),
      mutating('/second', 'Never'),
      mutating('/third', 'IfNeeded'),
    );
    await create('again');
    expect(hooks.reviews.map(one => one.path)).toEqual(['/first', '/second', '/third', '/first']);
    expect(hooks.reviews.at(-1)!.review.request.object.metadata.labels).toEqual({ second: '' });
  });

  test.each<[string, Partial<Validating>, Answer, number, string]>([
    [
      'an answer that is none',
      {},
      '{"response":{"uid":"other","allowed":true}}',
      500,
      'Internal error occurred: failed calling webhook "bad.example.dev": received invalid webhook response: expected response.uid=',
    ],
    ['no answer in time', { timeoutSeconds: 1 }, undefined, 500, 'context deadline exceeded'],
  ])('%s refuses under the policy Fail, and passes under Ignore', async (_name, change, answer, code, message) => {
    hooks.on('/bad', () => answer);
    await install('validating', () => ({ allowed: true }), webhook('/sees-all'), webhook('/bad', change));
    await expect(create('a')).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    const configurations = admin.resource(ValidatingWebhookConfigurations);
    const present = await configurations.get('', 'hooks');
    present.webhooks![1]!.failurePolicy = 'Ignore';
    await configurations.update(present);
    await eventually(() => create('passes', { dryRun: true }));
  });

  test('the configurations themselves go by no webhook', async () => {
    await install('validating', () => ({ allowed: true }), webhook('/sees-all', { rules: [rule(['*'])] }));
    hooks.reviews.length = 0;
    await admin
      .resource(ValidatingWebhookConfigurations)
      .create({ metadata: { name: 'other' }, webhooks: [] }, { dryRun: true });
    expect(hooks.reviews).toEqual([]);
  });

  test('the older review version is spoken to those who ask for it first', async () => {
    await install(
      'validating',
      () => ({ allowed: true }),
      webhook('/old', { admissionReviewVersions: ['v9', 'v1beta1', 'v1'] }),
    );
    await create('old', { dryRun: true });
    expect(hooks.reviews[0]!.review.apiVersion).toBe('admission.k8s.io/v1beta1');
  });
});
