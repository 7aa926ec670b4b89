import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Nodes } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { eventually, requireProgram } from '@navarch/testing';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import { createServer, request, type RequestOptions, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { startTestCluster, type TestCluster } from '../testing/test-server';

const MASTERS = { name: 'admin', organizations: ['system:masters'] };
const PATH = '/api/v1/nodes/n1/proxy';
const MIB = 1024 * 1024;

requireProgram('etcd')('bodies that are proxied', () => {
  let cluster: TestCluster;
  let backend: Server;
  let session: ClientHttp2Session;
  let admin: KubeClient;
  let credentials: RequestOptions;
  let heads: IncomingHttpHeaders[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster();
    const { certPem: cert, keyPem: key } = await cluster.pki.issue({ name: 'n1', hosts: ['127.0.0.1'] });
    backend = createServer({ cert, key }, (incoming, outgoing) => {
      heads.push(incoming.headers);
      if (incoming.url === '/refuse') {
        outgoing.writeHead(413).end('too much');
        return;
      }
      if (incoming.url !== '/count') {
        outgoing.writeHead(200);
        incoming.pipe(outgoing);
        return;
      }
      let size = 0;
      incoming.on('data', (chunk: Buffer) => (size += chunk.length));
      incoming.once('end', () => outgoing.end(String(size)));
    });
    backend.listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const server = await cluster.start('--kubelet-certificate-authority', cluster.pki.caFile);
    const me = await cluster.pki.issue(MASTERS);
    const keys = { ca: cluster.pki.caPem, cert: me.certPem, key: me.keyPem };
    credentials = { host: '127.0.0.1', port: server.port, agent: false, ...keys };
    session = connect(`https://127.0.0.1:${server.port}`, keys);
    admin = await server.as(MASTERS.name, MASTERS.organizations);
    const nodes = admin.resource(Nodes);
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: (backend.address() as AddressInfo).port } },
    };
    await nodes.updateStatus({ ...(await nodes.create({ metadata: { name: 'n1' } })), status });
  }, 60_000);
  afterAll(async () => {
    session?.destroy();
    await cluster?.stop();
    backend?.close();
    backend?.closeAllConnections();
  }, 60_000);

  /** open begins a request and answers where its body goes to, and what its answer's will come from. */
  const open = {
    'HTTP/1.1'(method: string, path: string, headers: Record<string, string> = {}) {
      const out = request({ ...credentials, method, path: `${PATH}${path}`, headers });
      const answer = once(out, 'response').then(([response]) => response as IncomingMessage);
      return { out: out as Writable, answer: answer as Promise<Readable> };
    },
    'HTTP/2'(method: string, path: string, headers: Record<string, string> = {}) {
      const out = session.request({ ':method': method, ':path': `${PATH}${path}`, ...headers }, { endStream: false });
      return { out: out as Writable, answer: once(out, 'response').then(() => out as Readable) };
    },
  };
  /** underWay counts the proxied requests that have not ended. */
  const underWay = async () => {
    const { body } = await admin.transport.send({ method: 'GET', path: '/metrics' });
    const counts = String(body).matchAll(/^apiserver_longrunning_requests\{.*subresource="proxy".* (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const whole = async (answer: Promise<Readable>) => {
    let text = '';
    for await (const chunk of await answer) text += String(chunk);
    return text;
  };

  describe.each(['HTTP/1.1', 'HTTP/2'] as const)('over %s', protocol => {
    test('they go on as they come, before they have ended', async () => {
      heads = [];
      const { out, answer } = open[protocol]('POST', '/echo', { authorization: 'secret' });
      out.write('first');
      const body = await answer;
      expect(String((await once(body, 'data'))[0])).toBe('first');
      const rest = once(body, 'data');
      out.end('last');
      expect(String((await rest)[0])).toBe('last');
      await once(body, 'end');
      expect(heads[0]).toMatchObject({ 'transfer-encoding': 'chunked' });
      expect(heads[0]).not.toHaveProperty('authorization');
    });

    test('they may be of any length', async () => {
      heads = [];
      const { out, answer } = open[protocol]('PUT', '/count', { 'content-length': String(80 * MIB) });
      const piece = Buffer.alloc(MIB);
      for (let i = 0; i < 80; i++) if (!out.write(piece)) await once(out, 'drain');
      out.end();
      expect(await whole(answer)).toBe(String(80 * MIB));
      expect(heads[0]).toMatchObject({ 'content-length': String(80 * MIB) });
    }, 30_000);

    test('those of a GET, too', async () => {
      const { out, answer } = open[protocol]('GET', '/echo', { 'content-length': '2' });
      out.end('{}');
      expect(await whole(answer)).toBe('{}');
    });

    test('a client that waits to be invited is', async () => {
      const { out, answer } = open[protocol]('POST', '/echo', { expect: '100-continue', 'content-length': '2' });
      await once(out, 'continue');
      out.end('ok');
      expect(await whole(answer)).toBe('ok');
    });

    test('an answer that comes first gets through', async () => {
      const { out, answer } = open[protocol]('POST', '/refuse');
      out.on('error', () => undefined);
      out.write('x'.repeat(1000));
      expect(await whole(answer)).toBe('too much');
      out.destroy();
    });

    test('a client that goes away takes its request along', async () => {
      const arrived = once(backend, 'request');
      const { out, answer } = open[protocol]('POST', '/echo');
      answer.catch(() => undefined);
      out.on('error', () => undefined);
      out.write('half');
      const [incoming] = (await arrived) as [IncomingMessage];
      incoming.on('error', () => undefined);
      const gone = new Promise(resolve => incoming.once('close', resolve));
      out.destroy();
      await gone;
      expect(incoming.complete).toBe(false);
      await eventually(async () => expect(await underWay()).toBe(0));
    });
  });
});
