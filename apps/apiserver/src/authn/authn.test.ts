import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { joinValues } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { FakeClock } from '@navarch/testing';
import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { found } from '../testing/attributes';
import { bearerToken } from './bearer';
import { bootstrapUser } from './bootstrap-tokens';
import { proxiedUser } from './request-header';
import { parseTokenFile, StaticTokens } from './static-tokens';
import { TokenChain } from './token-chain';
import { readSigningKey, readVerificationKeys } from './tokens/signing-keys';
import { ServiceAccountTokens } from './tokens/service-account-tokens';
import { TokenIssuer, type TokenBinding } from './tokens/token-issuer';

const b64 = (text: string) => Buffer.from(text).toString('base64');
const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [{ authorization: 'Bearer abc' }, 'abc'],
  [{ authorization: 'bearer abc ' }, 'abc'],
  [{ authorization: 'Bearer  abc' }, undefined],
  [{ authorization: 'Basic abc' }, undefined],
  [{ authorization: 'Bearer' }, undefined],
  [
    {
      upgrade: 'websocket',
      'sec-websocket-protocol': `v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.${Buffer.from('abc').toString('base64url')}`,
    },
    'abc',
  ],
  [{ upgrade: 'websocket', 'sec-websocket-protocol': 'v4.channel.k8s.io' }, undefined],
])('the token of %j is %j', (headers, want) => {
  expect(bearerToken(headers)).toBe(want);
});

test.each([
  ['no protocol beside the token', 'T'],
  ['two tokens', 'T, T, x'],
  ['no base64', 'base64url.bearer.authorization.k8s.io.!!!, x'],
  ['no text', 'base64url.bearer.authorization.k8s.io._w, x'],
])("a browser's token is refused: %s", (_name, protocols) => {
  const token = 'base64url.bearer.authorization.k8s.io.eHg';
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': protocols.replaceAll('T', token) };
  expect(() => bearerToken(headers)).toThrow('Unauthorized');
});

test('a token file has tokens, users, uids and quoted groups', async () => {
  const tokens = new StaticTokens(() => parseTokenFile('# comment\nt1,alice,7,"a, b"\nt2,bob,\n'));
  expect(await tokens.authenticateToken('t1')).toEqual({ user: { name: 'alice', uid: '7', groups: ['a', 'b'] } });
  expect(await tokens.authenticateToken('t2')).toEqual({ user: { name: 'bob', groups: [] } });
  expect(await tokens.authenticateToken('t3')).toBeUndefined();
  expect(() => parseTokenFile('t1')).toThrow('line 1');
});

describe('bootstrapUser', () => {
  const secret = (data: Record<string, string>, type = 'bootstrap.kubernetes.io/token'): corev1.Secret => ({
    type,
    data: Object.fromEntries(
      Object.entries({
        'token-id': 'abcdef',
        'token-secret': '0123456789abcdef',
        'usage-bootstrap-authentication': 'true',
        ...data,
      }).map(([k, v]) => [k, b64(v)]),
    ),
  });
  const ask = (one: corev1.Secret, given = '0123456789abcdef') => bootstrapUser(one, 'abcdef', given, NOW)?.groups;
  test.each<[string, corev1.Secret, string[] | undefined]>([
    ['holds', secret({}), ['system:bootstrappers']],
    [
      'has further groups',
      secret({ 'auth-extra-groups': 'system:bootstrappers:x' }),
      ['system:bootstrappers', 'system:bootstrappers:x'],
    ],
    ['has groups it may not have', secret({ 'auth-extra-groups': 'system:masters' }), undefined],
    ['has expired', secret({ expiration: '2025-01-01T00:00:00Z' }), undefined],
    ['has an expiry nobody can read', secret({ expiration: 'soon' }), undefined],
    ['has time left', secret({ expiration: '2027-01-01T00:00:00Z' }), ['system:bootstrappers']],
    ['is for signing only', secret({ 'usage-bootstrap-authentication': 'false' }), undefined],
    ['is in a Secret of another type', secret({}, 'Opaque'), undefined],
  ])('%s', (_name, one, want) => expect(ask(one)).toEqual(want));
  test('another secret', () => expect(ask(secret({}), 'x')).toBeUndefined());
});

describe('proxiedUser', () => {
  const options = {
    allowedNames: ['front-proxy'],
    usernameHeaders: ['x-remote-user'],
    groupHeaders: ['x-remote-group'],
    extraPrefixes: ['x-remote-extra-'],
  };
  const headers = {
    'x-remote-user': 'alice',
    'x-remote-group': joinValues(['a', 'b,c']),
    'x-remote-extra-acme%2fid': '7',
  };
  test('a trusted proxy speaks for others', () => {
    expect(proxiedUser(headers, options)).toEqual({
      name: 'alice',
      groups: ['a', 'b,c'],
      extra: { 'acme/id': ['7'] },
    });
  });
  test('values in a header of another name are separated by commas', () => {
    const others = { ...options, groupHeaders: ['groups'] };
    expect(proxiedUser({ 'x-remote-user': 'alice', groups: 'a, b' }, others)?.groups).toEqual(['a', 'b']);
  });
  test('or for nobody', () => expect(proxiedUser({ 'x-remote-group': 'a' }, options)).toBeUndefined());
});

describe('service-account tokens', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const key = readSigningKey(pem);
  const account: corev1.ServiceAccount = { metadata: { namespace: 'n', name: 'a', uid: 'ua' } };
  const pod: corev1.Pod = { metadata: { namespace: 'n', name: 'p', uid: 'up' } };
  const make = (
    objects: {
      accounts?: corev1.ServiceAccount[];
      secrets?: corev1.Secret[];
      pods?: corev1.Pod[];
      emulated?: Minor;
    } = {},
  ) => {
    const clock = new FakeClock(NOW);
    const issuer = new TokenIssuer({
      issuer: 'https://me',
      audiences: ['https://me'],
      key: () => key,
      clock,
      detailed: true,
      extend: true,
      maxSeconds: 0,
    });
    const tokens = new ServiceAccountTokens({
      ...{ issuers: ['https://me'], keys: () => readVerificationKeys(pem), clock, nodes: found<corev1.Node>() },
      emulated: objects.emulated ?? 33,
      accounts: found(...(objects.accounts ?? [account])),
      secrets: found(...(objects.secrets ?? [])),
      pods: found(...(objects.pods ?? [pod])),
    });
    return { clock, issuer, tokens };
  };
  const issue = async (
    parts: ReturnType<typeof make>,
    expirationSeconds = 600,
    audiences: string[] = [],
    binding?: TokenBinding,
  ) => (await parts.issuer.issue(account, { audiences, expirationSeconds }, binding)).token;
  const bound: TokenBinding = { kind: 'Pod', name: 'p', uid: 'up', node: { name: 'n1', uid: 'un' } };

  test('an issued token is believed', async () => {
    const parts = make();
    const identity = await parts.tokens.authenticateToken(await issue(parts, 600, [], bound), ['https://me', 'x']);
    expect(identity).toMatchObject({
      user: {
        name: 'system:serviceaccount:n:a',
        uid: 'ua',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:n'],
      },
      audiences: ['https://me'],
    });
    expect(identity?.user.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/node-name': ['n1'],
    });
  });

  test('what pods mount lasts a year, with a warning after the hour', async () => {
    const claims = decodeJwt(await issue(make(), 3607, [], bound));
    expect(claims.exp! - claims.iat!).toBe(365 * 24 * 3600);
    expect((claims['kubernetes.io'] as { warnafter: number }).warnafter - claims.iat!).toBe(3607);
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  test.each<
    [string, (parts: ReturnType<typeof make>) => Promise<string>, Parameters<typeof make>[0], string | undefined]
  >([
    ['no JWT at all', () => Promise.resolve('abc'), {}, undefined],
    [
      "somebody else's",
      () => new SignJWT({ iss: 'https://other' }).setProtectedHeader({ alg: 'ES256' }).sign(other),
      {},
      undefined,
    ],
    [
      'a forged one',
      () => new SignJWT({ iss: 'https://me' }).setProtectedHeader({ alg: 'ES256' }).sign(other),
      {},
      'invalid signature',
    ],
    [
      'for another audience',
      parts => issue(parts, 600, ['vault']),
      {},
      'token audiences ["vault"] is invalid for the target audiences ["https://me"]',
    ],
    ['of an account that is gone', parts => issue(parts), { accounts: [] }, 'serviceaccounts "a" not found'],
    [
      'of an account made anew',
      parts => issue(parts),
      { accounts: [{ metadata: { ...account.metadata, uid: 'new' } }] },
      'service account UID (new) does not match claim (ua)',
    ],
    [
      '… at 1.20',
      parts => issue(parts),
      { accounts: [{ metadata: { ...account.metadata, uid: 'new' } }], emulated: 20 },
      'ServiceAccount UID (new) does not match claim (ua)',
    ],
    [
      'of a pod that is gone',
      parts => issue(parts, 600, [], bound),
      { pods: [] },
      'service account token has been invalidated',
    ],
    ['… at 1.20', parts => issue(parts, 600, [], bound), { pods: [], emulated: 20 }, 'Token has been invalidated'],
    [
      'of a pod made anew',
      parts => issue(parts, 600, [], bound),
      { pods: [{ metadata: { ...pod.metadata, uid: 'new' } }] },
      'pod UID (new) does not match service account pod ref claim (up)',
    ],
  ])('%s is refused', async (_name, token, objects, why) => {
    const parts = make(objects);
    const run = parts.tokens.authenticateToken(await token(parts), ['https://me']);
    await (why ? expect(run).rejects.toThrow(why) : expect(run).resolves.toBeUndefined());
  });

  test("one past its time is refused, after a minute's grace", async () => {
    const parts = make();
    const token = await issue(parts, 600);
    await parts.clock.advance(650_000);
    await expect(parts.tokens.authenticateToken(token, ['https://me'])).resolves.toBeDefined();
    await parts.clock.advance(20_000);
    await expect(parts.tokens.authenticateToken(token, ['https://me'])).rejects.toThrow(
      'service account token has expired',
    );
  });

  test('a legacy token holds as long as its Secret holds it', async () => {
    const claims = {
      ...{
        iss: 'kubernetes/serviceaccount',
        sub: 'system:serviceaccount:n:a',
        'kubernetes.io/serviceaccount/namespace': 'n',
        'kubernetes.io/serviceaccount/secret.name': 's',
      },
      ...{
        'kubernetes.io/serviceaccount/service-account.name': 'a',
        'kubernetes.io/serviceaccount/service-account.uid': 'ua',
      },
    };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(key.privateKey);
    const secret = (value: string): corev1.Secret => ({
      metadata: { namespace: 'n', name: 's' },
      data: { token: b64(value) },
    });
    await expect(make({ secrets: [secret(token)] }).tokens.authenticateToken(token, ['x'])).resolves.toMatchObject({
      user: { name: 'system:serviceaccount:n:a' },
    });
    await expect(make({ secrets: [secret('other')] }).tokens.authenticateToken(token, ['x'])).rejects.toThrow(
      "service account token does not match server's copy",
    );
    await expect(make().tokens.authenticateToken(token, ['x'])).rejects.toThrow('token has been invalidated');
  });
});

test('what holds is believed for ten seconds, what does not is asked again', async () => {
  const clock = new FakeClock(NOW);
  let asked = 0;
  const known: { user: { name: string; groups: string[] } }[] = [];
  const chain = new TokenChain([{ authenticateToken: () => Promise.resolve((asked++, known[0])) }], clock);
  await chain.authenticateToken('t', []);
  known.push({ user: { name: 'a', groups: [] } });
  for (const step of [0, 9_000, 2_000]) {
    await clock.advance(step);
    expect(await chain.authenticateToken('t', [])).toBe(known[0]);
  }
  expect(asked).toBe(3);
});
