import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigMaps } from '@navarch/api';
import { HttpsTransport } from '@navarch/client';
import { createTestPki, eventually, tempDir, type TestPki } from '@navarch/testing';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';

type Issued = Awaited<ReturnType<TestPki['issue']>>;

let cluster: TestCluster;
let proxies: TestPki;
let server: TestApiServer;
const dir = tempDir('navarch-credentials-');
const file = (name: string) => join(dir.path, name);

beforeAll(async () => {
  [cluster, proxies] = await Promise.all([startTestCluster(), createTestPki('proxy-ca')]);
  const serving = await cluster.pki.issue({ name: 'first' });
  copyFileSync(serving.certFile, file('tls.crt'));
  copyFileSync(serving.keyFile, file('tls.key'));
  copyFileSync(cluster.pki.caFile, file('ca.crt'));
  const other = await cluster.pki.issue({ name: 'lb' });
  copyFileSync(other.certFile, file('lb.crt'));
  copyFileSync(other.keyFile, file('lb.key'));
  writeFileSync(file('tokens.csv'), 'one,alice,1,"staff"\n');
  server = await cluster.start(
    ...['--tls-cert-file', file('tls.crt'), '--tls-private-key-file', file('tls.key')],
    ...['--tls-sni-cert-key', `${file('lb.crt')},${file('lb.key')}:api.example.com`],
    ...['--client-ca-file', file('ca.crt'), '--token-auth-file', file('tokens.csv')],
    ...['--requestheader-client-ca-file', proxies.caFile, '--requestheader-allowed-names', 'front'],
  );
});
afterAll(async () => {
  await cluster.stop();
  proxies.remove();
  dir.remove();
});

/** who answers whom the server takes the asker for. */
async function who(credentials: { certificate?: Issued; token?: string }, headers: Record<string, string> = {}) {
  const { certificate, token } = credentials;
  const transport = new HttpsTransport({
    server: `https://127.0.0.1:${server.port}`,
    ca: { pem: cluster.pki.caPem },
    ...(certificate && { cert: { pem: certificate.certPem }, key: { pem: certificate.keyPem } }),
    ...(token && { token }),
  });
  try {
    const { body } = await transport.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from('{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}'),
    });
    const review = JSON.parse(body.toString()) as { status: { userInfo: { username: string; groups: string[] } } };
    return review.status.userInfo;
  } finally {
    await transport.close();
  }
}

describe('front proxies', () => {
  const speaking = { 'x-remote-user': 'bob', 'x-remote-group': 'ops' };
  test('one that its own CA signed speaks for others', async () => {
    const front = await proxies.issue({ name: 'front' });
    expect(await who({ certificate: front }, speaking)).toMatchObject({
      username: 'bob',
      groups: ['ops', 'system:authenticated'],
    });
    // Its certificate is no user's.
    await expect(who({ certificate: front })).rejects.toMatchObject({ code: 403 });
  });
  test('another name of the same CA does not', async () => {
    const other = await proxies.issue({ name: 'other' });
    await expect(who({ certificate: other }, speaking)).rejects.toMatchObject({ code: 403 });
  });
  test('a user of the same name stays himself', async () => {
    const user = await cluster.pki.issue({ name: 'front' });
    expect(await who({ certificate: user }, speaking)).toMatchObject({ username: 'front' });
  });
  test('both CAs are published', async () => {
    const admin = await server.as('admin', ['system:masters']);
    const { data } = await admin.resource(ConfigMaps).get('kube-system', 'extension-apiserver-authentication');
    expect(data?.['requestheader-client-ca-file']).toBe(proxies.caPem);
  });
});

describe('files that change', () => {
  test('a new serving certificate is shown to new connections', async () => {
    const next = await cluster.pki.issue({ name: 'second' });
    copyFileSync(next.keyFile, file('tls.key'));
    copyFileSync(next.certFile, file('tls.crt'));
    await eventually(async () => (await servedName(server.port)) === 'second');
  });

  test('a further client CA is believed, and published', async () => {
    const more = await createTestPki('more-ca');
    const carol = await more.issue({ name: 'carol' });
    await expect(who({ certificate: carol })).rejects.toMatchObject({ code: 403 });
    writeFileSync(file('ca.crt'), cluster.pki.caPem + more.caPem);
    await eventually(async () => (await who({ certificate: carol })).username === 'carol');
    const admin = await server.as('admin', ['system:masters']);
    const published = () => admin.resource(ConfigMaps).get('kube-system', 'extension-apiserver-authentication');
    await eventually(async () => (await published()).data?.['client-ca-file'] === cluster.pki.caPem + more.caPem);
    more.remove();
  });

  test('static tokens come and go', async () => {
    expect(await who({ token: 'one' })).toMatchObject({ username: 'alice' });
    writeFileSync(file('tokens.csv'), 'two,dave,2\n');
    await eventually(async () => (await who({ token: 'two' })).username === 'dave');
  });
});

test('who asks for another name gets its certificate, which follows its file, and is known by his own', async () => {
  expect(await servedName(server.port, 'api.example.com')).toBe('lb');
  const { certPem: cert, keyPem: key } = await cluster.pki.issue({ name: 'me', organizations: ['system:masters'] });
  const asked = { host: '127.0.0.1', port: server.port, path: '/metrics', ca: cluster.pki.caPem, cert, key };
  const asThat = { servername: 'api.example.com', checkServerIdentity: () => undefined };
  const [answer] = (await once(request({ ...asked, ...asThat }).end(), 'response')) as [IncomingMessage];
  answer.destroy();
  expect(answer.statusCode).toBe(200);
  expect(await servedName(server.port, 'www.example.com')).not.toBe('lb');
  const next = await cluster.pki.issue({ name: 'lb-2' });
  copyFileSync(next.certFile, file('lb.crt'));
  copyFileSync(next.keyFile, file('lb.key'));
  await eventually(async () => (await servedName(server.port, 'api.example.com')) === 'lb-2');
});

test('a stranger who takes up an old session stays one', async () => {
  const agent = new Agent({ ca: cluster.pki.caPem, keepAlive: false });
  const ask = async () => {
    const asked = request({ agent, host: '127.0.0.1', port: server.port, path: '/version' }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    return [answer.statusCode, (asked.socket as TLSSocket).isSessionReused()];
  };
  try {
    await ask();
    await eventually(async () => isDeepStrictEqual(await ask(), [200, true]));
  } finally {
    agent.destroy();
  }
});

function servedName(port: number, servername?: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ...(servername && { servername }) },
      () => {
        const { CN } = socket.getPeerCertificate().subject;
        socket.destroy();
        resolve(Array.isArray(CN) ? CN[0] : CN);
      },
    );
    socket.on('error', reject);
  });
}
