import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import { createTestPki, type TestPki } from '@navarch/testing';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:tls';
import { textResponse } from '../status-response';
import { listenHttps, type Listening } from './https-front';

describe('the HTTPS front', () => {
  let front: Listening;
  let pki: TestPki;

  beforeAll(async () => {
    pki = await createTestPki();
    const { certPem: cert, keyPem: key } = await pki.issue({ name: 'kube-apiserver' });
    front = await listenHttps({
      ...{ host: '127.0.0.1', port: 0, cert, key, log: silentLogger },
      handler: async ({ method, path }) => textResponse(200, `${method} ${path}`),
      tls: { minVersion: 'TLSv1.3' },
      maxStreams: 7,
    });
  }, 30_000);
  afterAll(async () => {
    await front?.stop();
    pki?.remove();
  });

  /** spoken is the version of TLS that a client which knows none after `maxVersion` comes to speak. */
  const spoken = async (maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> => {
    const socket = connect({ host: '127.0.0.1', port: front.port, ca: pki.caPem, maxVersion });
    await once(socket, 'secureConnect');
    const version = socket.getProtocol();
    socket.destroy();
    return version;
  };

  test('speaks no older TLS than it was told', async () => {
    expect(await spoken('TLSv1.3')).toBe('TLSv1.3');
    await expect(spoken('TLSv1.2')).rejects.toMatchObject({ code: expect.stringContaining('PROTOCOL_VERSION') });
  });

  test('says how many requests it takes at a time, and how long an answer is', async () => {
    const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca: pki.caPem });
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(7);
    for (const method of ['GET', 'HEAD']) {
      const stream = session.request({ ':method': method, ':path': '/a' }).resume();
      const [headers] = (await once(stream, 'response')) as [Record<string, string>];
      expect(headers).toMatchObject({ ':status': 200, 'content-length': String(`${method} /a`.length) });
    }
    session.destroy();
  });
});
