import { describe, expect, test } from '@jest/globals';
import type { UserInfo } from '@navarch/apimachinery';
import { parseFlags } from '@navarch/nest-host';
import type { JWTPayload } from 'jose';
import { FLAGS } from '../../flags';
import { parseAuthenticationConfiguration } from './authentication-configuration';
import { checkClaims } from './jwt-authenticator';
import { oidcSettings } from './oidc-flags';
import {
  groupsReading,
  requiredClaim,
  textReading,
  userOfClaims,
  usernameReading,
  type ClaimReadings,
} from './settings';

const read = () => 'the ca';
const oidc = (...flags: string[]) => oidcSettings(parseFlags(FLAGS, flags), read);
const issuer = 'https://id.example';
const basic = ['--oidc-issuer-url', issuer, '--oidc-client-id', 'kube'];

describe('userOfClaims', () => {
  const none = { extra: new Map(), rules: [], userRules: [] };
  const plain: ClaimReadings = { ...none, username: usernameReading('sub', '') };
  const grouped = { ...plain, groups: groupsReading('roles', 'oidc:') };
  const email = { ...plain, username: usernameReading('email', '') };
  const bound = { ...plain, rules: [requiredClaim('hd', 'x')] };
  test.each<[string, JWTPayload, ClaimReadings, UserInfo | string]>([
    ['the subject', { sub: 'a' }, plain, { name: 'a', groups: [] }],
    ['no subject', {}, plain, 'claim not present'],
    ['a subject that is no text', { sub: 7 as never }, plain, 'no text'],
    ['groups', { sub: 'a', roles: ['x', 'y'] }, grouped, { name: 'a', groups: ['oidc:x', 'oidc:y'] }],
    ['one group', { sub: 'a', roles: 'x' }, grouped, { name: 'a', groups: ['oidc:x'] }],
    ['no groups', { sub: 'a' }, grouped, { name: 'a', groups: [] }],
    ['groups of another form', { sub: 'a', roles: { x: 1 } }, grouped, 'neither a text nor a list'],
    ['an address', { email: 'a@x', email_verified: true }, email, { name: 'a@x', groups: [] }],
    ['an address nobody checked', { email: 'a@x', email_verified: false }, email, 'email not verified'],
    ['an address of a provider that does not say', { email: 'a@x' }, email, { name: 'a@x', groups: [] }],
    ['a required claim', { sub: 'a', hd: 'x' }, bound, { name: 'a', groups: [] }],
    ['another value of it', { sub: 'a', hd: 'y' }, bound, 'value does not match'],
    ['none of it', { sub: 'a' }, bound, 'required claim hd not present'],
    ['a uid', { sub: 'a', u: '7' }, { ...plain, uid: textReading('u') }, { name: 'a', uid: '7', groups: [] }],
  ])('%s', (_name, claims, settings, want) => {
    if (typeof want === 'string') expect(() => userOfClaims(claims, settings)).toThrow(want);
    else expect(userOfClaims(claims, settings)).toEqual(want);
  });
});

describe('oidcSettings', () => {
  test.each<[string, string[], string]>([
    ['the issuer is told apart', [], `${issuer}#a`],
    ['a prefix', ['--oidc-username-prefix', 'corp:'], 'corp:a'],
    ['none', ['--oidc-username-prefix=-'], 'a'],
    ['addresses need none', ['--oidc-username-claim', 'email'], 'a@x'],
  ])('%s', (_name, more, want) => {
    expect(oidc(...basic, ...more)?.userOf({ sub: 'a', email: 'a@x' }).name).toBe(want);
  });
  test('groups, required claims, CA, algorithms', () => {
    const settings = oidc(
      ...[...basic, '--oidc-groups-claim', 'g', '--oidc-groups-prefix', 'p:', '--oidc-ca-file', 'ca'],
      ...['--oidc-required-claim', 'hd=x', '--oidc-signing-algs', 'ES256'],
    )!;
    expect(settings).toMatchObject({ issuer, ca: 'the ca', audiences: ['kube'], algorithms: ['ES256'] });
    expect(settings.userOf({ sub: 'a', g: ['1'], hd: 'x' }).groups).toEqual(['p:1']);
    expect(() => settings.userOf({ sub: 'a' })).toThrow('hd');
  });
  test('nothing without an issuer', () => expect(oidc()).toBeUndefined());
  test.each<[string[], string]>([
    [['--oidc-client-id', 'x'], 'together'],
    [['--oidc-issuer-url', 'http://x', '--oidc-client-id', 'x'], 'https'],
    [[...basic, '--oidc-signing-algs', 'HS256'], 'unsupported: HS256'],
    [[...basic, '--oidc-signing-algs', 'none'], 'unsupported: none'],
    [[...basic, '--oidc-required-claim', 'x'], 'key=value'],
  ])('%j is refused', (flags, why) => expect(() => oidc(...flags)).toThrow(why));
});

describe('checkClaims', () => {
  const good: JWTPayload = { iss: issuer, aud: ['other', 'kube'], exp: 1000 };
  test.each<[string, JWTPayload, number, string | undefined]>([
    ['good', good, 999, undefined],
    ['expired', good, 1001, 'expired'],
    ['without an end', { ...good, exp: undefined as never }, 1, 'expired'],
    ['for others', { ...good, aud: 'other' }, 1, 'expected audience'],
    ['of another issuer', { ...good, iss: 'https://x' }, 1, 'different provider'],
    ['a little early', { ...good, nbf: 400 }, 200, undefined],
    ['early', { ...good, nbf: 900 }, 1, 'not valid yet'],
  ])('%s', (_name, claims, now, why) => {
    const run = () => checkClaims(claims, { issuer, audiences: ['kube'] }, now);
    if (why) expect(run).toThrow(why);
    else expect(run).not.toThrow();
  });
});

describe('parseAuthenticationConfiguration', () => {
  const jwt = (change: object = {}, own: object = {}) => ({
    issuer: { url: issuer, audiences: ['kube'], ...own },
    claimMappings: { username: { claim: 'sub', prefix: 'x:' } },
    ...change,
  });
  const document = (more: object) => ({
    kind: 'AuthenticationConfiguration',
    apiVersion: 'apiserver.config.k8s.io/v1',
    ...more,
  });
  const parse = (more: object) => parseAuthenticationConfiguration(document(more));

  test('issuers and their mappings', () => {
    const mappings = {
      username: { claim: 'sub', prefix: 'x:' },
      groups: { claim: 'g', prefix: '' },
      uid: { claim: 'u' },
    };
    const rules = [{ claim: 'hd', requiredValue: 'y' }];
    const {
      jwt: [one],
    } = parse({ jwt: [jwt({ claimMappings: mappings, claimValidationRules: rules })] });
    expect(one).toMatchObject({ issuer, audiences: ['kube'] });
    expect(one!.userOf({ sub: 'a', g: ['1'], u: '7', hd: 'y' })).toEqual({ name: 'x:a', groups: ['1'], uid: '7' });
  });
  test('expressions', () => {
    const mappings = {
      username: { expression: "'x:' + claims.sub" },
      groups: { expression: "claims.roles.split(',')" },
      extra: [{ key: 'example.org/team', valueExpression: 'claims.team' }],
    };
    const {
      jwt: [one],
    } = parse({
      jwt: [
        jwt({
          claimMappings: mappings,
          claimValidationRules: [{ expression: 'claims.exp - claims.iat <= 3600', message: 'lasts too long' }],
          userValidationRules: [{ expression: "!user.username.startsWith('x:system:')", message: 'reserved' }],
        }),
      ],
    });
    const claims = { sub: 'a', roles: '1,2', team: ['t'], iat: 0, exp: 60 };
    expect(one!.userOf(claims)).toEqual({ name: 'x:a', groups: ['1', '2'], extra: { 'example.org/team': ['t'] } });
    expect(() => one!.userOf({ ...claims, exp: 7200 })).toThrow('lasts too long');
    expect(() => one!.userOf({ ...claims, sub: 'system:a' })).toThrow('reserved');
    expect(() => one!.userOf({ sub: 'a', exp: 1, iat: 0 })).toThrow('no such key');
  });
  test('anonymous requests, somewhere', () => {
    expect(parse({ anonymous: { enabled: true, conditions: [{ path: '/livez' }] } }).anonymous).toEqual({
      enabled: true,
      paths: ['/livez'],
    });
    expect(parse({}).anonymous).toBeUndefined();
  });
  test.each<[string, object, string]>([
    ['an issuer twice', { jwt: [jwt(), jwt()] }, 'twice'],
    ['no audience', { jwt: [jwt({}, { audiences: [] })] }, 'jwt[0].issuer.audiences'],
    ['audiences without a policy', { jwt: [jwt({}, { audiences: ['a', 'b'] })] }, 'audienceMatchPolicy'],
    ['no prefix', { jwt: [jwt({ claimMappings: { username: { claim: 'sub' } } })] }, 'username.prefix: is required'],
    ['an unknown field', { jwt: [jwt({ claims: 1 })] }, 'jwt[0].claims: unknown field'],
    [
      'a broken expression',
      { jwt: [jwt({ claimMappings: { username: { expression: 'claims.' } } })] },
      'username.expression',
    ],
    [
      'an address nobody checks',
      { jwt: [jwt({ claimMappings: { username: { expression: 'claims.email' } } })] },
      'email_verified',
    ],
    ['plain http', { jwt: [jwt({}, { url: 'http://x' })] }, 'https URL'],
    ['conditions for nothing', { anonymous: { enabled: false, conditions: [{ path: '/' }] } }, 'anonymous.conditions'],
    ['another kind', { kind: 'X' }, 'kind'],
  ])('%s is refused', (_name, more, why) => expect(() => parse(more)).toThrow(why));
});
