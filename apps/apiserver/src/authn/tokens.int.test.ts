import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SelfSubjectReviews, TokenReviews } from '@navarch/api';
import { eventually, tempDir } from '@navarch/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startTestWebhook } from '../testing/test-webhook';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';

let cluster: TestCluster;
let issuer: TestIssuer;
const dir = tempDir('navarch-tokens-');
const file = (name: string, text: string) => {
  const path = join(dir.path, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(async () => {
  cluster = await startTestCluster();
  issuer = await startTestIssuer(cluster.pki);
});
afterAll(async () => {
  await Promise.all([cluster.stop(), issuer.stop()]);
  dir.remove();
});

async function whoIs(server: TestApiServer, token: string) {
  const client = await server.as(undefined, [], token);
  const { status } = await client.resource(SelfSubjectReviews).create({});
  return status?.userInfo;
}

describe('an OpenID issuer, by flags', () => {
  let server: TestApiServer;
  beforeAll(async () => {
    server = await cluster.start(
      ...['--oidc-issuer-url', issuer.url, '--oidc-client-id', 'kube', '--oidc-ca-file', cluster.pki.caFile],
      ...['--oidc-groups-claim', 'groups', '--oidc-groups-prefix', 'oidc:', '--oidc-signing-algs', 'ES256'],
    );
  });
  afterAll(() => server.stop());

  test('its tokens are users', async () => {
    expect(await whoIs(server, await issuer.sign({ sub: 'a', aud: 'kube', groups: ['staff'] }))).toMatchObject({
      username: `${issuer.url}#a`,
      groups: ['oidc:staff', 'system:authenticated'],
    });
  });
  test('those for others are not', async () => {
    await expect(whoIs(server, await issuer.sign({ sub: 'a', aud: 'other' }))).rejects.toMatchObject({ code: 401 });
  });
  test('a review says why', async () => {
    const admin = await server.as('admin', ['system:masters']);
    const { status } = await admin
      .resource(TokenReviews)
      .create({ spec: { token: await issuer.sign({ sub: 'a', aud: 'other' }) } });
    expect(status?.error).toContain('expected audience in ["kube"] got ["other"]');
  });
  test('the provider is asked once for many tokens', async () => {
    for (let i = 0; i < 5; i++) await whoIs(server, await issuer.sign({ sub: `u${i}`, aud: 'kube' }));
    expect(issuer.requests.get('/.well-known/openid-configuration')).toBe(1);
    expect(issuer.requests.get('/keys')).toBe(1);
  });
});

describe('an AuthenticationConfiguration', () => {
  const configuration = (audience: string, prefix: string) =>
    stringify({
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' },
      jwt: [
        {
          issuer: { url: issuer.url, audiences: [audience], certificateAuthority: cluster.pki.caPem },
          claimMappings: { username: { claim: 'sub', prefix } },
        },
      ],
      anonymous: { enabled: true, conditions: [{ path: '/metrics' }] },
    });

  test('its issuers are believed, and others when it changes; keys that changed before are found', async () => {
    const path = file('authentication.yaml', configuration('one', 'x:'));
    const server = await cluster.start('--authentication-config', path);
    expect((await whoIs(server, await issuer.sign({ sub: 'a', aud: 'one' })))?.username).toBe('x:a');
    file('authentication.yaml', configuration('two', 'y:'));
    await issuer.rotate();
    await eventually(
      async () => (await whoIs(server, await issuer.sign({ sub: 'b', aud: 'two' })))?.username === 'y:b',
    );
    // Where it opens a path, RBAC is asked, and says no; elsewhere nobody is.
    const nobody = await server.as();
    const path403 = (path: string) => nobody.transport.send({ method: 'GET', path });
    await expect(path403('/metrics')).rejects.toMatchObject({ code: 403 });
    await server.stop();
  });
});

describe('a webhook', () => {
  test('knows tokens that nobody else does', async () => {
    const webhook = await startTestWebhook(cluster.pki, ({ token }) =>
      token === 'good' ? { authenticated: true, user: { username: 'erin', groups: ['w'] } } : {},
    );
    const server = await cluster.start(
      ...['--authentication-token-webhook-config-file', file('webhook.kubeconfig', webhook.kubeconfig)],
      ...['--authentication-token-webhook-version', 'v1'],
    );
    expect(await whoIs(server, 'good')).toMatchObject({ username: 'erin', groups: ['w', 'system:authenticated'] });
    await expect(whoIs(server, 'bad')).rejects.toMatchObject({ code: 401 });
    expect(webhook.asked.map(({ apiVersion, spec }) => [apiVersion, spec.token])).toEqual([
      ['authentication.k8s.io/v1', 'good'],
      ['authentication.k8s.io/v1', 'bad'],
    ]);
    await Promise.all([server.stop(), webhook.stop()]);
  });
});
