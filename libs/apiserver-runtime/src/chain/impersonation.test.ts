import { describe, expect, test } from '@jest/globals';
import { joinValues } from '@navarch/apimachinery';
import { checksFor, impersonatedBy, userFor } from './impersonation';

describe('impersonation', () => {
  test('without headers nobody is impersonated', () => {
    expect(impersonatedBy({ accept: '*/*' })).toBeUndefined();
  });

  test('groups without a user are refused', () => {
    expect(() => impersonatedBy({ 'impersonate-group': 'a' })).toThrow('without impersonating a user');
  });

  test('a uid is taken on since 1.22', () => {
    const headers = { 'impersonate-user': 'u', 'impersonate-uid': '7' };
    expect([21, 22].map(release => impersonatedBy(headers, release)?.uid)).toEqual(['', '7']);
    expect(impersonatedBy({ 'impersonate-uid': '7' }, 21)).toBeUndefined();
    expect(() => impersonatedBy({ 'impersonate-uid': '7' }, 22)).toThrow('without impersonating a user');
  });

  test.each([
    [{ 'impersonate-user': 'u' }, { name: 'u', groups: ['system:authenticated'] }],
    [
      { 'impersonate-user': 'u', 'impersonate-group': joinValues(['a', ',,,b']) },
      { name: 'u', groups: ['a', ',,,b', 'system:authenticated'] },
    ],
    [{ 'impersonate-user': 'system:anonymous' }, { name: 'system:anonymous', groups: ['system:unauthenticated'] }],
    [
      { 'impersonate-user': 'system:serviceaccount:n:a' },
      {
        name: 'system:serviceaccount:n:a',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated'],
      },
    ],
    [
      { 'impersonate-user': 'u', 'impersonate-uid': '7', 'impersonate-extra-acme.com%2fproject': 'p' },
      { name: 'u', uid: '7', groups: ['system:authenticated'], extra: { 'acme.com/project': ['p'] } },
    ],
  ])('%j', (headers, user) => {
    expect(userFor(impersonatedBy(headers)!)).toEqual(user);
  });

  test('each thing taken on is checked', () => {
    const wanted = impersonatedBy({
      'impersonate-user': 'u',
      'impersonate-group': 'g',
      'impersonate-extra-k': 'v',
      'impersonate-uid': '7',
    })!;
    const checks = checksFor(wanted, { name: 'me', groups: [] });
    expect(checks.map(c => `${c.verb} ${c.resource}/${c.subresource} ${c.name}`)).toEqual([
      'impersonate users/ u',
      'impersonate groups/ g',
      'impersonate userextras/k v',
      'impersonate uids/ 7',
    ]);
  });
});
