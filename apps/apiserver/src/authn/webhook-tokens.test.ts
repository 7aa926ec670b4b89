import { describe, expect, test } from '@jest/globals';
import type { authenticationv1 } from '@navarch/api';
import { FakeClock } from '@navarch/testing';
import type { TokenIdentity } from './token-authenticator';
import { identityOf, WebhookTokens } from './webhook-tokens';

type Status = authenticationv1.TokenReviewStatus;
const own = ['https://me'];

describe('identityOf', () => {
  const user = { username: 'a', uid: '7', groups: ['g'], extra: { k: ['v'] } };
  const known = { name: 'a', uid: '7', groups: ['g'], extra: { k: ['v'] } };
  test.each<[string, Status, readonly string[], TokenIdentity | string | undefined]>([
    ['known', { authenticated: true, user }, own, { user: known, audiences: own }],
    ['known for others only', { authenticated: true, user, audiences: ['x'] }, own, undefined],
    [
      'known for some',
      { authenticated: true, user, audiences: ['x', 'y'] },
      ['y', 'z'],
      { user: known, audiences: ['y'] },
    ],
    ['known, and asked for others', { authenticated: true, user }, ['x'], undefined],
    ['unknown', { authenticated: false }, own, undefined],
    ['wrong', { error: 'expired' }, own, 'expired'],
    ['nobody', { authenticated: true, user: {} }, own, 'names no user'],
  ])('%s', (_name, status, asked, want) => {
    if (typeof want === 'string') expect(() => identityOf(status, asked, own)).toThrow(want);
    else expect(identityOf(status, asked, own)).toEqual(want);
  });
});

test('an answer is believed for its time, a failure is not', async () => {
  const clock = new FakeClock(0);
  const reviews: object[] = [];
  let answer: Promise<Status> = Promise.reject(new Error('down'));
  const ask = <S extends object>(review: object) => (reviews.push(review), answer as Promise<object> as Promise<S>);
  const tokens = new WebhookTokens({ client: { ask }, version: 'v1', audiences: own, ttlMs: 1000, clock });
  await expect(tokens.authenticateToken('t', own)).rejects.toThrow('down');
  answer = Promise.resolve({ authenticated: true, user: { username: 'a' } });
  const found = await Promise.all([tokens.authenticateToken('t', own), tokens.authenticateToken('t', own)]);
  expect(found.map(one => one?.user.name)).toEqual(['a', 'a']);
  expect(reviews).toHaveLength(2);
  expect(reviews[1]).toEqual({
    ...{ kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1' },
    spec: { token: 't', audiences: own },
  });
  await clock.advance(1001);
  await tokens.authenticateToken('t', own);
  expect(reviews).toHaveLength(3);
});
