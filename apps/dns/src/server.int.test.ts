import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import type { Answer } from 'dns-packet';
import dgram from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import net from 'node:net';
import { chainOf, reply, type Plugin } from './plugin';
import { forward } from './plugins/forward/forward';
import { DnsServer } from './server';

const records = (name: string, count: number): Answer[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'A', name, ttl: 5, data: `10.0.${i >> 8}.${i & 255}` }));
const zone: Plugin = {
  name: 'zone',
  async handle(query, next) {
    if (query.name === 'boom.test') throw new Error('boom');
    const count = /^n(\d+)\.test$/.exec(query.name)?.[1];
    return count ? reply('NOERROR', { answers: records(query.name, Number(count)) }) : next(query);
  },
};

/** listening is a server on a port that was free for UDP and for TCP: the first one found may be so for one of them only. */
async function listening(plugins: Plugin[], tries = 5): Promise<DnsServer> {
  const server = new DnsServer({ address: '127.0.0.1', port: 0, answer: chainOf(plugins), log: silentLogger });
  try {
    await server.listen();
    return server;
  } catch (error) {
    await server.stop();
    if (tries === 1) throw error;
    return listening(plugins, tries - 1);
  }
}

describe('DnsServer over real sockets', () => {
  let upstream: DnsServer;
  let server: DnsServer;
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  beforeAll(async () => {
    upstream = await listening([zone]);
    server = await listening([forward([{ host: '127.0.0.1', port: upstream.port }])]);
    resolver.setServers([`127.0.0.1:${server.port}`]);
  });
  afterAll(async () => {
    await server.stop();
    await upstream.stop();
  });

  test('an answer comes through the forwarder, in the spelling of the asker', async () => {
    expect(await resolver.resolve4('N2.test')).toEqual(['10.0.0.0', '10.0.0.1']);
  });
  test('an answer too long for UDP comes whole over TCP, at both hops', async () => {
    expect(await resolver.resolve4('n600.test')).toHaveLength(600);
  });
  test.each([
    ['nope.example', 'REFUSED'],
    ['boom.test', 'SERVFAIL'],
  ])('%s fails with %s', async (name, code) => {
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: `E${code}` });
  });
  test('garbage is answered or dropped, and does not end the server', async () => {
    const socket = dgram.createSocket('udp4');
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(5),
      Buffer.alloc(12),
      Buffer.alloc(40, 0xc0),
      Buffer.from('0001010000010000000000003fff', 'hex'),
    ]) {
      await new Promise(done => socket.send(bytes, server.port, '127.0.0.1', done));
    }
    socket.close();
    const tcp = net.connect(server.port, '127.0.0.1');
    await new Promise(done => tcp.once('connect', done));
    tcp.write(Buffer.from([0, 3, 1, 2, 3]));
    await new Promise(done => tcp.once('close', done));
    expect(await resolver.resolve4('n1.test')).toEqual(['10.0.0.0']);
  });
});
