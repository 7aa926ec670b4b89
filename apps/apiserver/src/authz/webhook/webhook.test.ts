import { describe, expect, test } from '@jest/globals';
import type { authorizationv1 } from '@navarch/api';
import type { Decision } from '@navarch/apiserver-runtime';
import { silentLogger } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import { authorizationAttributes } from '../../testing/attributes';
import { parseAuthorizationConfiguration } from '../authorization-settings';
import { accessReview, decisionOf, selectorsOf } from './access-review';
import { compileConfigExpression } from '../../config-files/expression';
import { concerns, WebhookAuthorizer, type WebhookSettings } from './webhook-authorizer';

const alice = { name: 'alice', uid: '7', groups: ['staff'], extra: { k: ['v'] } };
const asked = authorizationAttributes(alice, 'get', { name: 'p', subresource: 'log' });

describe('accessReview', () => {
  const user = { user: 'alice', uid: '7', extra: { k: ['v'] } };
  test('a resource', () => {
    expect(accessReview(asked, 'v1')).toEqual({
      ...{ kind: 'SubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' },
      spec: {
        ...user,
        groups: ['staff'],
        resourceAttributes: {
          ...{ namespace: 'ns', verb: 'get', version: 'v1', resource: 'pods', subresource: 'log', name: 'p' },
        },
      },
    });
  });
  test('a path, in the old version', () => {
    const path = authorizationAttributes(alice, 'get', { isResourceRequest: false, path: '/metrics' });
    expect(accessReview(path, 'v1beta1')).toEqual({
      ...{ kind: 'SubjectAccessReview', apiVersion: 'authorization.k8s.io/v1beta1' },
      spec: { ...user, group: ['staff'], nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    });
  });
  test('selectors become requirements; what cannot be parsed limits nothing', () => {
    expect(selectorsOf({ ...asked, fieldSelector: 'a=b,c!=d', labelSelector: 'x in (1,2),!y,z>3' })).toEqual({
      fieldSelector: {
        requirements: [
          { key: 'a', operator: 'In', values: ['b'] },
          { key: 'c', operator: 'NotIn', values: ['d'] },
        ],
      },
      labelSelector: {
        requirements: [
          { key: 'x', operator: 'In', values: ['1', '2'] },
          { key: 'y', operator: 'DoesNotExist' },
        ],
      },
    });
    expect(selectorsOf({ ...asked, fieldSelector: 'a', labelSelector: '((' })).toEqual({});
  });
});

test.each<[authorizationv1.SubjectAccessReviewStatus, Decision | string]>([
  [
    { allowed: true, reason: 'so' },
    { outcome: 'allow', reason: 'so' },
  ],
  [{ allowed: false, denied: true }, { outcome: 'deny' }],
  [{ allowed: false }, { outcome: 'no opinion' }],
  [{ allowed: true, denied: true }, 'both allow and deny'],
])('%j means %j', (status, want) => {
  if (typeof want === 'string') expect(() => decisionOf(status)).toThrow(want);
  else expect(decisionOf(status)).toEqual(want);
});

describe('WebhookAuthorizer', () => {
  const settings: WebhookSettings = {
    ...{ kubeconfig: '', version: 'v1', timeoutMs: 1000, authorizedTtlMs: 1000, unauthorizedTtlMs: 100 },
    conditions: [],
    onFailure: 'no opinion',
  };
  const make = (answer: () => object, more: Partial<WebhookSettings> = {}) => {
    const clock = new FakeClock(0);
    let count = 0;
    const ask = <S extends object>() => Promise.resolve().then(() => (count++, answer() as S));
    const authorizer = new WebhookAuthorizer({ ask }, { ...settings, ...more }, clock, silentLogger);
    return { clock, authorizer, count: () => count };
  };

  test.each([
    [true, 1000],
    [false, 100],
  ])('allowed: %s is believed for %d ms', async (allowed, ttl) => {
    const { clock, authorizer, count } = make(() => ({ allowed }));
    for (const step of [0, ttl - 1, 2]) {
      await clock.advance(step);
      await authorizer.authorize(asked);
    }
    expect(count()).toBe(2);
  });
  test.each(['no opinion', 'deny'] as const)('when it fails: %s, and it is asked again', async onFailure => {
    const { authorizer, count } = make(
      () => {
        throw new Error('down');
      },
      { onFailure },
    );
    expect(await authorizer.authorize(asked)).toEqual({ outcome: onFailure, evaluationError: 'down' });
    await authorizer.authorize(asked);
    expect(count()).toBe(2);
  });
});

describe('conditions', () => {
  const of = (...texts: string[]) => texts.map(text => compileConfigExpression(text, ['request']));
  const { spec } = accessReview(asked, 'v1');
  test.each<[string, string[], boolean | string]>([
    ['one that holds', ["request.resourceAttributes.namespace == 'ns'"], true],
    ['one that does not', ["'staff' in request.groups", "request.user == 'bob'"], false],
    ['one that fails', ['request.none == 1'], 'no such key: none'],
    ['one that fails and one that does not hold', ['request.none == 1', 'false'], false],
  ])('%s', (_name, texts, want) => expect(concerns(of(...texts), spec)).toEqual(want));
});

describe('parseAuthorizationConfiguration', () => {
  const webhook = {
    ...{ timeout: '3s', subjectAccessReviewVersion: 'v1', failurePolicy: 'Deny', unauthorizedTTL: '10s' },
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/k' },
  };
  const parse = (...authorizers: object[]) =>
    parseAuthorizationConfiguration({
      ...{ kind: 'AuthorizationConfiguration', apiVersion: 'apiserver.config.k8s.io/v1', authorizers },
    });
  const hook = (change: object = {}) => ({ type: 'Webhook', name: 'w', webhook: { ...webhook, ...change } });

  test('webhooks and others, in order', () => {
    expect(parse({ type: 'Node', name: 'node' }, hook(), { type: 'RBAC', name: 'rbac' })).toEqual([
      { type: 'Node' },
      {
        type: 'Webhook',
        webhook: {
          ...{ kubeconfig: '/k', version: 'v1', timeoutMs: 3000, onFailure: 'deny', conditions: [] },
          ...{ authorizedTtlMs: 300_000, unauthorizedTtlMs: 10_000 },
        },
      },
      { type: 'RBAC' },
    ]);
  });
  test.each<[string, object[], string]>([
    ['nothing', [], 'at least one'],
    ['a name twice', [hook(), hook()], '"w" is there twice'],
    ['an unknown type', [{ type: 'ABAC', name: 'a' }], 'authorizers[0].type'],
    ['no timeout', [hook({ timeout: undefined })], 'authorizers[0].webhook.timeout'],
    ['a long one', [hook({ timeout: '1m' })], 'at most 30s'],
    ['no policy', [hook({ failurePolicy: undefined })], 'failurePolicy: is required'],
    ['a broken condition', [hook({ matchConditions: [{ expression: 'request.' }] })], 'matchConditions[0].expression'],
    ['an unknown field', [hook({ cache: 1 })], 'cache: unknown field'],
    ['a webhook of RBAC', [{ type: 'RBAC', name: 'r', webhook }], 'only a Webhook has one'],
  ])('%s is refused', (_name, authorizers, why) => expect(() => parse(...authorizers)).toThrow(why));
});
