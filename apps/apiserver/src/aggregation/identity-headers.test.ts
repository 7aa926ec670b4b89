import { expect, test } from '@jest/globals';
import { withIdentity } from './identity-headers';

test('the user takes the place of who the client claims to be', () => {
  const claimed = {
    accept: 'application/json',
    'x-remote-user': 'admin',
    'x-remote-group': 'system:masters',
    'x-remote-uid': '1',
    'x-remote-extra-scopes': 'all',
    'x-remote-address': 'kept',
  };
  const user = { name: 'jané', groups: ['a', 'b'], extra: { 'Acme.com/Role': ['x', 'y'] } };
  expect(withIdentity(claimed, user)).toEqual({
    accept: 'application/json',
    'x-remote-address': 'kept',
    'x-remote-user': 'janÃ©',
    'x-remote-group': ['a', 'b'],
    'x-remote-extra-acme.com%2Frole': ['x', 'y'],
  });
});

test('a user without groups has no header of groups', () => {
  expect(withIdentity({ 'x-remote-group': 'a' }, { name: 'jane', groups: [] })).toEqual({ 'x-remote-user': 'jane' });
});
