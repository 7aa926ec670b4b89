import { describe, expect, test } from '@jest/globals';
import type { AuthorizationAttributes, Decision } from '../interfaces';
import { authorizeAll, forbiddenRequest } from './authorization';
import { warningHeader } from './exchange';
import { InFlight, flightKindOf } from './max-in-flight';
import { requestInfo } from '../request-info';

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

describe('max in flight', () => {
  const info = (method: string, path: string) =>
    requestInfo(method, path.split('?')[0]!, new URLSearchParams(path.split('?')[1]));
  test.each([
    ['GET', '/api/v1/pods', false, 'readOnly'],
    ['POST', '/api/v1/namespaces/n/pods', false, 'mutating'],
    ['GET', '/api/v1/pods?watch=1', false, undefined],
    ['POST', '/api/v1/namespaces/n/pods/p/exec', false, undefined],
    ['POST', '/api/v1/namespaces/n/pods', true, undefined],
  ])('%s %s', (method, path, privileged, kind) => {
    expect(flightKindOf(info(method, path), privileged)).toBe(kind);
  });
  test('past the bound it is 429, until somebody leaves', () => {
    const inflight = new InFlight({ mutating: 1, readOnly: 1 });
    inflight.enter('mutating');
    expect(() => inflight.enter('mutating')).toThrow('Too many requests');
    inflight.enter('readOnly');
    inflight.leave('mutating');
    inflight.enter('mutating');
    expect(inflight.current).toEqual({ mutating: 1, readOnly: 1 });
  });
});

test.each([
  [['a'], '299 - "a"'],
  [['a', 'b', 'a'], '299 - "a", 299 - "b"'],
  [['say "x" \\'], '299 - "say \\"x\\" \\\\"'],
  [['line\r\nbreak'], '299 - "linebreak"'],
])('warningHeader %j', (texts, header) => {
  expect(warningHeader(texts)).toBe(header);
});
