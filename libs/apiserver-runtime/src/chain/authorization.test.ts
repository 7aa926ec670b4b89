import { describe, expect, test } from '@jest/globals';
import type { AuthorizationAttributes, Decision } from '../interfaces';
import { forbiddenRequest } from './authorization';
import { authorizeAll } from './authorizers';

const attributes: AuthorizationAttributes = {
  ...{ user: { name: 'u', groups: [] }, verb: 'get', isResourceRequest: true, group: '', version: 'v1' },
  ...{ resource: 'pods', subresource: '', namespace: 'n', name: 'p', path: '/x' },
};

describe('forbiddenRequest', () => {
  test.each<[Partial<AuthorizationAttributes>, string]>([
    [{}, 'pods "p" is forbidden: User "u" cannot get resource "pods" in API group "" in the namespace "n"'],
    [
      { name: '', verb: 'list', namespace: '' },
      'pods is forbidden: User "u" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      { group: 'apps', resource: 'deployments', subresource: 'scale' },
      'deployments.apps "p" is forbidden: User "u" cannot get resource "deployments/scale" in API group "apps" in the namespace "n"',
    ],
    [{ resource: '' }, 'forbidden: User "u" cannot get resource "" in API group "" in the namespace "n"'],
    [{ isResourceRequest: false }, 'forbidden: User "u" cannot get path "/x"'],
  ])('%j', (change, message) => {
    expect(forbiddenRequest({ ...attributes, ...change }, '').message).toBe(message);
  });
  test('the reason comes last', () => {
    expect(forbiddenRequest(attributes, 'because').message).toMatch(/in the namespace "n": because$/);
  });
});

describe('authorizeAll', () => {
  const saying = (...outcomes: Decision['outcome'][]) =>
    outcomes.map(outcome => ({ authorize: () => ({ outcome, reason: outcome }) }));
  test.each<[Decision['outcome'][], string]>([
    [['no opinion', 'allow', 'deny'], 'allow'],
    [['no opinion', 'deny', 'allow'], 'deny'],
    [['no opinion'], 'no opinion'],
    [[], 'no opinion'],
  ])('%j', async (outcomes, expected) => {
    expect((await authorizeAll(saying(...outcomes), attributes)).outcome).toBe(expected);
  });
});
