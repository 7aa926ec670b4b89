import { describe, expect, test } from '@jest/globals';
import { attributes, onResource } from '../../testing/attributes';
import { goError, webhookUrl } from './caller';
import { rulesMatch, selectorsMatch, type Webhook } from './matching';
import { buildReview, denied, parseVerdict } from './review';

const webhook = (change: Partial<Webhook> = {}): Webhook => ({
  name: 'w',
  clientConfig: {},
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...change,
});
const rule = (change: object = {}) => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['pods'],
  ...change,
});

describe('rulesMatch', () => {
  test.each<[string, object, Parameters<typeof attributes>[1], boolean]>([
    ['group, version, operation, resource', {}, {}, true],
    ['another operation', {}, { operation: 'UPDATE' }, false],
    ['all operations', { operations: ['*'] }, { operation: 'DELETE' }, true],
    ['another resource', {}, onResource('secrets', 'Secret'), false],
    ['a subresource is not the resource', {}, { subresource: 'status' }, false],
    ['a named subresource', { resources: ['pods/status'] }, { subresource: 'status' }, true],
    ['everything with subresources', { resources: ['*/*'] }, { subresource: 'status' }, true],
    ['everything without subresources', { resources: ['*'] }, { subresource: 'status' }, false],
    ['namespaced only', { scope: 'Namespaced' }, {}, true],
    ['of the cluster only', { scope: 'Cluster' }, {}, false],
    [
      'a namespace itself is of the cluster',
      { scope: 'Cluster', resources: ['*'] },
      { ...onResource('namespaces', 'Namespace'), namespace: 'x' },
      true,
    ],
  ])('%s', (_name, change, about, want) => {
    expect(rulesMatch(webhook({ rules: [rule(change)] }), attributes({}, about), [])).toBe(want);
  });
  test('an equivalent version matches, unless only exact ones may', () => {
    const about = attributes(
      {},
      {
        ...onResource('ingresses', 'Ingress', 'networking.k8s.io'),
        requested: { group: 'networking.k8s.io', version: 'v1beta1' },
      },
    );
    const rules = [rule({ apiGroups: ['extensions'], apiVersions: ['v1beta1'], resources: ['ingresses'] })];
    const versions = [{ group: 'extensions', version: 'v1beta1' }];
    expect(rulesMatch(webhook({ rules }), about, versions)).toBe(true);
    expect(rulesMatch(webhook({ rules, matchPolicy: 'Exact' }), about, versions)).toBe(false);
  });
});

describe('selectorsMatch', () => {
  const namespace = { metadata: { labels: { env: 'prod' } } };
  test.each<[string, Partial<Webhook>, object, boolean]>([
    ['no selectors', {}, {}, true],
    ['the namespace is chosen', { namespaceSelector: { matchLabels: { env: 'prod' } } }, {}, true],
    ['the namespace is not', { namespaceSelector: { matchLabels: { env: 'test' } } }, {}, false],
    [
      'the object is chosen',
      { objectSelector: { matchLabels: { a: 'b' } } },
      { metadata: { labels: { a: 'b' } } },
      true,
    ],
    ['the object is not', { objectSelector: { matchLabels: { a: 'b' } } }, { metadata: {} }, false],
  ])('%s', (_name, change, object, want) => {
    expect(selectorsMatch(webhook(change), attributes(object), namespace)).toBe(want);
  });
});

describe('reviews', () => {
  test('a review tells what is written by whom', () => {
    const { uid, review } = buildReview(attributes({ metadata: { name: 'x' } }, { dryRun: true }), 'v1');
    expect(review).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid,
        operation: 'CREATE',
        name: 'x',
        namespace: 'ns',
        dryRun: true,
        userInfo: { username: 'alice' },
        object: { kind: 'Pod', apiVersion: 'v1' },
        oldObject: null,
      },
    });
  });
  const answer = (response: object) => ({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response });
  test('a patch comes as base64', () => {
    const patch = Buffer.from('[{"op":"add","path":"/a","value":1}]').toString('base64');
    expect(parseVerdict(answer({ uid: 'u', allowed: true, patch, patchType: 'JSONPatch' }), 'u', 'v1')).toMatchObject({
      allowed: true,
      patch: [{ op: 'add', path: '/a', value: 1 }],
    });
  });
  test.each<[string, unknown, string]>([
    ['nothing', {}, 'webhook response was absent'],
    ["another request's answer", answer({ uid: 'v', allowed: true }), 'expected response.uid="u", got "v"'],
    ['a patch of no type', answer({ uid: 'u', allowed: true, patch: 'W10=' }), 'not response.patchType JSONPatch'],
    ['another kind', { ...answer({ uid: 'u' }), kind: 'X' }, 'Kind=X'],
  ])('%s is no answer', (_name, value, why) => {
    expect(() => parseVerdict(value, 'u', 'v1')).toThrow(why);
  });
  test.each<[Parameters<typeof denied>[1], number, string]>([
    [undefined, 400, 'admission webhook "w" denied the request without explanation'],
    [{ message: 'no' }, 400, 'admission webhook "w" denied the request: no'],
    [{ code: 409, reason: 'Conflict' }, 409, 'admission webhook "w" denied the request: Conflict'],
    [{ code: 200, message: 'fine' }, 400, 'admission webhook "w" denied the request: fine'],
  ])('denied with %j', (status, code, message) => {
    expect(denied('w', status)).toMatchObject({ code, message });
  });
});

test('a service leads to its name, a failure is worded as clients know it', () => {
  expect(webhookUrl({ service: { namespace: 'n', name: 's', path: 'p' } }).href).toBe('https://s.n.svc/p');
  expect(webhookUrl({ service: { namespace: 'n', name: 's', port: 8443 } }).href).toBe('https://s.n.svc:8443/');
  expect(goError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), { host: '127.0.0.1', port: 9 })).toBe(
    'dial tcp 127.0.0.1:9: connect: connection refused',
  );
});
