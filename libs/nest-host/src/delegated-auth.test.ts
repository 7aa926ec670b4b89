import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@navarch/testing';
import { createKubeClient, type Transport } from '@navarch/client';
import { DelegatedAuth } from './delegated-auth';

/** reviewer is an API server that knows one token, and lets alice do everything. */
function reviewer() {
  const asked: string[] = [];
  const transport: Transport = {
    send(request) {
      const review = JSON.parse(request.body!.toString()) as { spec: { token?: string; user?: string } };
      asked.push(request.path);
      const status = request.path.endsWith('/tokenreviews')
        ? review.spec.token === 'good'
          ? { authenticated: true, user: { username: 'alice', groups: ['g'] } }
          : { authenticated: false }
        : { allowed: review.spec.user === 'alice' };
      return Promise.resolve({ status: 201, headers: {}, body: Buffer.from(JSON.stringify({ ...review, status })) });
    },
    stream: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
  };
  const clock = new FakeClock();
  return { asked, clock, auth: new DelegatedAuth(createKubeClient(transport, { userAgent: 'test' }), clock) };
}
const path = { path: '/metrics', verb: 'get' };

describe('DelegatedAuth', () => {
  test('a client certificate needs no review', async () => {
    const { auth, asked } = reviewer();
    const user = { name: 'bob', groups: [] };
    expect(await auth.authenticate(user, undefined)).toBe(user);
    expect(asked).toEqual([]);
  });

  test('a token is its owner; a bad one, or none, is nobody', async () => {
    const { auth } = reviewer();
    expect(await auth.authenticate(undefined, 'Bearer good')).toMatchObject({ name: 'alice', groups: ['g'] });
    for (const header of ['Bearer bad', 'Basic good', undefined]) {
      await expect(auth.authenticate(undefined, header)).rejects.toMatchObject({ code: 401 });
    }
  });

  test.each([
    ['alice', [], true],
    ['mallory', [], false],
    ['anybody', ['system:masters'], true],
  ])('%s %j may: %s', async (name, groups, allowed) => {
    const { auth } = reviewer();
    const answer = auth.authorize({ name, groups }, path);
    await (allowed ? answer : expect(answer).rejects.toMatchObject({ code: 403 }));
  });

  test('answers are remembered for a while, and shared by those who ask at once', async () => {
    const { auth, asked, clock } = reviewer();
    const alice = { name: 'alice', groups: [] };
    await Promise.all([auth.authorize(alice, path), auth.authorize(alice, path)]);
    await auth.authorize(alice, path);
    expect(asked).toHaveLength(1);
    await clock.advance(10_001);
    await auth.authorize(alice, path);
    expect(asked).toHaveLength(2);
  });
});
