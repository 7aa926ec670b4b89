import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StatusError } from '@navarch/apimachinery';
import { silentLogger } from '@navarch/base';
import { createTestPki, type TestPki } from '@navarch/testing';
import fs from 'node:fs';
import https from 'node:https';
import type { DelegatedAuth } from './delegated-auth';
import { Health } from './health';
import { ComponentServer, text } from './server';

type Client = { certPem: string; keyPem: string };

describe('ComponentServer over TLS', () => {
  let pki: TestPki;
  let server: ComponentServer;
  let admin: Client;
  let guest: Client;
  const health = new Health();
  /** auth knows certificates only, and lets nobody but members of `admins` in. */
  const auth = {
    authenticate: (user: unknown) =>
      user ? Promise.resolve(user) : Promise.reject(new StatusError(401, 'Unauthorized', 'Unauthorized')),
    authorize: ({ groups }: { groups: string[] }) =>
      groups.includes('admins') ? Promise.resolve() : Promise.reject(new StatusError(403, 'Forbidden', 'no')),
  } as unknown as DelegatedAuth;

  beforeAll(async () => {
    pki = await createTestPki();
    const { certPem, keyPem } = await pki.issue({ name: 'server' });
    [admin, guest] = await Promise.all([
      pki.issue({ name: 'root', organizations: ['admins'] }),
      pki.issue({ name: 'guest' }),
    ]);
    const files = { certFile: `${pki.caFile}.server.crt`, keyFile: `${pki.caFile}.server.key` };
    fs.writeFileSync(files.certFile, certPem);
    fs.writeFileSync(files.keyFile, keyPem);
    server = new ComponentServer({
      definition: { port: 0, secure: true },
      address: '127.0.0.1',
      port: 0,
      ...files,
      clientCaFile: pki.caFile,
      auth,
      health,
      log: silentLogger,
    });
    server.handle('/echo', async request => text(200, `${request.user?.name}:${(await request.body(10)).toString()}`));
    server.handle('/boom', () => Promise.reject(new Error('secret detail')));
    server.handle('/stream', () =>
      Promise.resolve({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: {
          start(sink) {
            sink.write(Buffer.from('one '));
            setImmediate(() => {
              sink.write(Buffer.from('two'));
              sink.end();
            });
          },
        },
      }),
    );
    await server.listen();
  });
  afterAll(async () => {
    await server.stop();
    pki.remove();
  });

  function ask(path: string, client?: Client, body?: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: '127.0.0.1',
          port: server.port,
          path,
          method: body === undefined ? 'GET' : 'POST',
          ca: pki.caPem,
          cert: client?.certPem,
          key: client?.keyPem,
          agent: false,
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  test('health is open to all', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(await ask('/healthz/nope')).toMatchObject({ status: 404 });
  });
  test.each([
    ['nobody', () => undefined, 401],
    ['a guest', () => guest, 403],
    ['an admin', () => admin, 200],
  ])('%s at /echo', async (_who, client, status) => {
    expect((await ask('/echo', client(), 'hi')).status).toBe(status);
  });
  test('the certificate says who asks', async () => {
    expect((await ask('/echo', admin, 'hi')).text).toBe('root:hi');
  });
  test('a body over the limit is refused', async () => {
    expect((await ask('/echo', admin, 'x'.repeat(11))).status).toBe(413);
  });
  test('a path may be as long as a command line in its query', async () => {
    expect((await ask(`/echo?command=${'x'.repeat(100_000)}`, admin)).status).toBe(200);
  });
  test('an unknown path is not found, and only told to who may ask', async () => {
    expect((await ask('/nope', admin)).status).toBe(404);
    expect((await ask('/nope', guest)).status).toBe(403);
  });
  test('a failure does not tell its reason', async () => {
    const answer = await ask('/boom', admin);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
  });
  test('a streamed body arrives whole', async () => {
    expect(await ask('/stream', admin)).toEqual({ status: 200, text: 'one two' });
  });
});
