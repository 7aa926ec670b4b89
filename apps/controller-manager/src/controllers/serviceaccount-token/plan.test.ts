import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { ACCOUNT_NAME, ACCOUNT_UID, TOKEN_TYPE, accountNameOf, belongsTo, filled } from './plan';
import { TokenSigner } from './token';

const account: corev1.ServiceAccount = { metadata: { namespace: 'n', name: 'a', uid: 'u' } };
const secret = (
  annotations: Record<string, string>,
  data?: Record<string, string>,
  type = TOKEN_TYPE,
): corev1.Secret => ({
  metadata: { namespace: 'n', name: 's', annotations },
  type,
  ...(data && { data }),
});
const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  [secret({ [ACCOUNT_NAME]: 'a' }), true],
  [secret({ [ACCOUNT_NAME]: 'a', [ACCOUNT_UID]: 'u' }), true],
  [secret({ [ACCOUNT_NAME]: 'a', [ACCOUNT_UID]: 'an earlier one' }), false],
  [secret({ [ACCOUNT_NAME]: 'b' }), false],
  [secret({ [ACCOUNT_NAME]: 'a' }, {}, 'Opaque'), false],
])('belongsTo %#', (given, expected) => expect(belongsTo(given, account)).toBe(expected));

test('a secret without an account is nobody’s', () => expect(accountNameOf(secret({}))).toBeUndefined());

test('what is missing is filled in, what is there stays', () => {
  const done = filled(secret({ [ACCOUNT_NAME]: 'a', x: 'y' }), account, 'ca', 'token')!;
  expect(done.data).toEqual({ 'ca.crt': base64('ca'), namespace: base64('n'), token: base64('token') });
  expect(done.metadata?.annotations).toEqual({ x: 'y', [ACCOUNT_NAME]: 'a', [ACCOUNT_UID]: 'u' });
  expect(filled(done, account, 'ca', 'another')).toBeUndefined();
  expect(filled(done, account, 'new ca', 'another')?.data).toMatchObject({
    'ca.crt': base64('new ca'),
    token: base64('token'),
  });
});

test.each(['rsa', 'ec'] as const)('a token of an %s key says whose it is', async kind => {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = new TokenSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const token = await signer.sign(account, 'a-token-x');
  const { payload } = await jwtVerify(token, createPublicKey(privateKey));
  expect(payload).toEqual({
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:n:a',
    'kubernetes.io/serviceaccount/namespace': 'n',
    'kubernetes.io/serviceaccount/secret.name': 'a-token-x',
    'kubernetes.io/serviceaccount/service-account.name': 'a',
    'kubernetes.io/serviceaccount/service-account.uid': 'u',
  });
  expect(decodeProtectedHeader(token)).toEqual({ alg: kind === 'rsa' ? 'RS256' : 'ES256', kid: expect.any(String) });
});
