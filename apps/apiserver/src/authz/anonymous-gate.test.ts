import { expect, test } from '@jest/globals';
import type { UserInfo } from '@navarch/apimachinery';
import { anonymous } from '@navarch/apiserver-runtime';
import { authorizationAttributes } from '../testing/attributes';
import { AnonymousGate } from './anonymous-gate';

const alice: UserInfo = { name: 'alice', groups: [] };

test.each<[UserInfo, string, boolean, string]>([
  [anonymous, '/healthz', false, 'allow'],
  [anonymous, '/livez/etcd', false, 'allow'],
  [anonymous, '/version', false, 'allow'],
  [anonymous, '/versions', false, 'deny'],
  [anonymous, '/metrics', false, 'deny'],
  [anonymous, '/metrics', true, 'no opinion'],
  [alice, '/metrics', false, 'no opinion'],
])('%j at %s, open to anonymous: %s', (user, path, open, want) => {
  const asked = authorizationAttributes(user, 'get', { isResourceRequest: false, resource: '', path });
  expect(new AnonymousGate(() => open).authorize(asked).outcome).toBe(want);
});

test('a resource is closed whatever its path looks like', () => {
  const asked = authorizationAttributes(anonymous, 'get', { path: '/version' });
  expect(new AnonymousGate(() => false).authorize(asked).outcome).toBe('deny');
});
