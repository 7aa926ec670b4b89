import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Endpoints, Nodes, Pods, ServiceAccounts, Services } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { eventually, tempDir } from '@navarch/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';

describe('what goes through to a kubelet', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let admin: KubeClient;
  let kubelet: Server;
  let credentials: RequestOptions;
  const dir = tempDir('navarch-kubelet-');
  /** dropping: the next request finds its connection closed. */
  let dropping = false;
  const asked: { url: string; peer: string }[] = [];
  const note = (incoming: IncomingMessage) => {
    const socket = incoming.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } };
    asked.push({ url: incoming.url ?? '', peer: socket.getPeerCertificate().subject.CN });
  };

  beforeAll(async () => {
    cluster = await startTestCluster();
    const own = await cluster.pki.issue({ name: 'system:node:n1', hosts: ['127.0.0.1'] });
    const client = await cluster.pki.issue({ name: 'apiserver-kubelet-client' });
    const me = await cluster.pki.issue({ name: 'admin', organizations: ['system:masters'] });
    kubelet = createServer(
      { cert: own.certPem, key: own.keyPem, ca: cluster.pki.caPem, requestCert: true, rejectUnauthorized: true },
      (incoming, outgoing) => {
        if (dropping) {
          dropping = false;
          incoming.socket.destroy();
          return;
        }
        note(incoming);
        outgoing.writeHead(200, { 'content-type': 'text/plain' });
        outgoing.write('one\n');
        setImmediate(() => outgoing.end('two\n'));
      },
    ) as unknown as Server;
    kubelet.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
      note(incoming);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${incoming.headers.upgrade}\r\n\r\n`,
      );
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on('end', () => socket.end());
      socket.on('error', () => socket.destroy());
    });
    kubelet.listen(0, '127.0.0.1');
    await once(kubelet, 'listening');
    server = await cluster.start(
      ...[
        '--kubelet-client-certificate',
        client.certFile,
        '--kubelet-client-key',
        client.keyFile,
        '--kubelet-certificate-authority',
        cluster.pki.caFile,
        '--audit-log-path',
        join(dir.path, 'audit.log'),
      ],
    );
    admin = await server.as('admin', ['system:masters']);
    credentials = {
      host: '127.0.0.1',
      port: server.port,
      ca: cluster.pki.caPem,
      cert: me.certPem,
      key: me.keyPem,
      agent: false,
    };
    const status = {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: (kubelet.address() as AddressInfo).port } },
    };
    const node = await admin.resource(Nodes).create({ metadata: { name: 'n1' } });
    await admin.resource(Nodes).updateStatus({ ...node, status });
    await admin.resource(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
    await admin.resource(Pods).create({
      metadata: { namespace: 'default', name: 'p' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    kubelet?.close();
    kubelet?.closeAllConnections();
    dir.remove();
  }, 60_000);

  /** upgrade asks for an upgrade and answers the status and, if it was given, the connection. */
  const upgrade = (path: string): Promise<{ status: number; socket?: Duplex; body?: string }> =>
    new Promise((resolve, reject) => {
      const out = request({
        ...credentials,
        method: 'POST',
        path,
        headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' },
      });
      out.once('upgrade', (response, socket) => resolve({ status: response.statusCode!, socket }));
      out.once('response', response => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.once('end', () => resolve({ status: response.statusCode!, body }));
      });
      out.once('error', reject);
      out.end();
    });

  test("logs come from the kubelet, asked with the apiserver's own certificate", async () => {
    const { body } = await admin.transport.send({
      method: 'GET',
      path: '/api/v1/namespaces/default/pods/p/log?tailLines=2&follow=true',
    });
    expect(body.toString()).toBe('one\ntwo\n');
    expect(asked.at(-1)).toEqual({
      url: '/containerLogs/default/p/c?follow=true&tailLines=2',
      peer: 'apiserver-kubelet-client',
    });
  });

  test('a connection that the kubelet closed while it lay idle fails nobody', async () => {
    const logs = () => admin.transport.send({ method: 'GET', path: '/api/v1/namespaces/default/pods/p/log' });
    await logs();
    dropping = true;
    expect((await logs()).body.toString()).toBe('one\ntwo\n');
    expect(dropping).toBe(false);
  });

  test('a port-forward connection is joined, byte by byte', async () => {
    const { status, socket } = await upgrade('/api/v1/namespaces/default/pods/p/portforward');
    expect(status).toBe(101);
    socket!.write('hello');
    const [first] = (await once(socket!, 'data')) as [Buffer];
    expect(first.toString()).toBe('HELLO');
    expect(asked.at(-1)?.url).toBe('/portForward/default/p');
    socket!.destroy();
  });

  test('what cannot be located is refused before, with a Status', async () => {
    await expect(upgrade('/api/v1/namespaces/default/pods/none/exec?command=ls')).resolves.toMatchObject({
      status: 404,
    });
    await expect(upgrade('/api/v1/namespaces/default/pods/p/exec?container=x&command=ls')).resolves.toMatchObject({
      status: 400,
      body: expect.stringContaining('container x is not valid for pod p'),
    });
  });

  test('connections are in the audit log, from their beginning to their end', async () => {
    type Event = { stage: string; requestURI: string; verb: string; responseStatus?: { code: number } };
    const of = (path: string) =>
      readFileSync(join(dir.path, 'audit.log'), 'utf8')
        .split('\n')
        .filter(line => line.includes(path))
        .map(line => JSON.parse(line) as Event)
        .map(({ stage, responseStatus }) => `${stage} ${responseStatus?.code ?? ''}`);
    await eventually(() => of('pods/p/portforward').length === 3);
    expect(of('pods/p/portforward')).toEqual(['RequestReceived ', 'ResponseStarted 101', 'ResponseComplete 101']);
    expect(of('pods/none/exec')).toEqual(['RequestReceived ', 'ResponseComplete 404']);
  });

  test('the node proxy leads to the kubelet, a service without endpoints nowhere', async () => {
    await admin.transport.send({ method: 'GET', path: '/api/v1/nodes/n1/proxy/stats/summary?x=1' });
    expect(asked.at(-1)).toEqual({ url: '/stats/summary?x=1', peer: 'apiserver-kubelet-client' });
    await admin
      .resource(Services)
      .create({ metadata: { namespace: 'default', name: 's' }, spec: { ports: [{ port: 80 }] } });
    const proxied = () =>
      admin.transport.send({ method: 'GET', path: '/api/v1/namespaces/default/services/s/proxy/a' });
    await expect(proxied()).rejects.toThrow('services "s" not found');
    await admin.resource(Endpoints).create({ metadata: { namespace: 'default', name: 's' } });
    await expect(proxied()).rejects.toThrow('no endpoints available for service "s"');
    await expect(
      admin.transport.send({ method: 'GET', path: '/api/v1/namespaces/default/services/s:81/proxy/a' }),
    ).rejects.toThrow('no service port 81 found for service "s"');
  });
});
