import { expect, test } from '@jest/globals';
import type { UserInfo } from '@navarch/apimachinery';
import { anonymous, type Decision } from '@navarch/apiserver-runtime';
import { authorizationAttributes } from '../testing/attributes';
import { AnonymousGate } from './anonymous-gate';

const alice: UserInfo = { name: 'alice', groups: [] };
const allowed: Decision = { outcome: 'allow', reason: 'a role' };
const denied: Decision = { outcome: 'deny' };

const decide = (user: UserInfo, open: boolean, behind: Decision, attributes: object) =>
  new AnonymousGate(
    () => open,
    () => Promise.resolve(behind),
  ).authorize(authorizationAttributes(user, 'get', attributes));

test.each<[UserInfo, string, boolean, Decision, Decision]>([
  [anonymous, '/healthz', false, allowed, allowed],
  [anonymous, '/livez/etcd', false, denied, { outcome: 'allow' }],
  [anonymous, '/version', false, denied, { outcome: 'allow' }],
  [anonymous, '/versions', false, allowed, { outcome: 'no opinion' }],
  [anonymous, '/metrics', false, allowed, { outcome: 'no opinion' }],
  [anonymous, '/metrics', true, allowed, allowed],
  [alice, '/metrics', false, denied, denied],
])('%j at %s, open to anonymous: %s', async (user, path, open, behind, want) => {
  expect(await decide(user, open, behind, { isResourceRequest: false, resource: '', path })).toEqual(want);
});

test('a resource is closed whatever its path looks like', async () => {
  expect(await decide(anonymous, false, allowed, { path: '/version' })).toEqual({ outcome: 'no opinion' });
});
