import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StatusError } from '@navarch/apimachinery';
import { silentLogger } from '@navarch/base';
import { createTestPki, type TestPki } from '@navarch/testing';
import { connect } from 'node:tls';
import { textResponse } from '../status-response';
import { listenHttps, type Listening } from './https-front';

const LIMIT = 10;
const HOST = 'host: x\r\n';

describe('HTTP/1.1', () => {
  let front: Listening;
  let pki: TestPki;

  beforeAll(async () => {
    pki = await createTestPki();
    const { certPem: cert, keyPem: key } = await pki.issue({ name: 'kube-apiserver' });
    front = await listenHttps({
      ...{ host: '127.0.0.1', port: 0, cert, key, log: silentLogger },
      async handler(request) {
        const { method, path } = request;
        if (method !== 'POST') return textResponse(200, path);
        if (path === '/unread') return textResponse(404, 'nothing');
        try {
          return textResponse(200, (await request.body(LIMIT)).toString());
        } catch (error) {
          return textResponse((error as StatusError).code, (error as StatusError).message);
        }
      },
    });
  }, 30_000);
  afterAll(async () => {
    await front?.stop();
    pki?.remove();
  });

  /** ask sends a head, and the rest once something came; it answers all that came until the server ended the connection. */
  const ask = (head: string, rest?: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: front.port, ca: pki.caPem, ALPNProtocols: ['http/1.1'] });
      let text = '';
      socket.on('secureConnect', () => socket.write(head));
      socket.on('data', chunk => {
        if (text === '' && rest !== undefined) socket.write(rest);
        text += chunk.toString();
      });
      socket.on('error', reject).on('close', () => resolve(text));
    });

  test.each([
    ['a whole URL', `GET https://x:1/a?b HTTP/1.1\r\n${HOST}`, '200 OK', '/a'],
    ['no host', 'GET /a HTTP/1.1\r\n', '400 Bad Request', '400 Bad Request: missing required Host header'],
    ['no version', 'GET /a', '400 Bad Request', '400 Bad Request'],
    [
      'another version',
      `GET /a HTTP/2.0\r\n${HOST}`,
      '505 HTTP Version Not Supported',
      '505 HTTP Version Not Supported: unsupported protocol version',
    ],
    ['no header', `GET /a HTTP/1.1\r\n${HOST}odd\r\n`, '400 Bad Request', '400 Bad Request'],
    [
      'a body packed otherwise',
      `POST /a HTTP/1.1\r\n${HOST}transfer-encoding: gzip, chunked\r\n`,
      '501 Not Implemented',
      'Unsupported transfer encoding',
    ],
  ])('%s', async (_, head, status, body) => {
    const answer = await ask(`${head}${head.includes('HTTP/') ? '' : '\r\n'}connection: close\r\n\r\n`);
    expect(answer.slice(9, answer.indexOf('\r\n'))).toBe(status);
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(body);
  });

  const waiting = (path: string, length: number) =>
    `POST ${path} HTTP/1.1\r\n${HOST}connection: close\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
  test('who waits with a body is asked for it when it is read', async () => {
    expect(await ask(waiting('/a', 3), 'abc')).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*\r\n\r\nabc$/,
    );
  });
  test.each([
    ['nobody reads', '/unread', 3, '404 Not Found'],
    ['is too long', '/a', LIMIT + 1, '413 Payload Too Large'],
  ])('a body that %s is not asked for', async (_, path, length, status) => {
    expect(await ask(waiting(path, length))).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
  });
});
