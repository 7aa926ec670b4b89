import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isStream, type ApiRequest } from '@navarch/apimachinery';
import { nodeLogs } from './node-logs';

describe('nodeLogs', () => {
  let dir: string;
  const long = 'x'.repeat(200_000);
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'node-logs-'));
    await mkdir(path.join(dir, 'logs/pods/a b'), { recursive: true });
    await writeFile(path.join(dir, 'secret'), 'secret');
    await writeFile(path.join(dir, 'logs/long.log'), long);
    await writeFile(path.join(dir, 'logs/pods/a b/<0>.log'), 'line\n');
    await symlink('long.log', path.join(dir, 'logs/inside'));
    await symlink('../secret', path.join(dir, 'logs/outside'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  async function ask(asked: string, method = 'GET'): Promise<[number, string]> {
    const request = { method, path: `/logs/${asked}`, query: '' } as ApiRequest;
    const { status, body } = await nodeLogs('/logs/', path.join(dir, 'logs'))(request);
    if (!isStream(body)) return [status, String(body)];
    const chunks: Buffer[] = [];
    await new Promise<void>(resolve =>
      body.start({
        write: chunk => chunks.push(chunk) > 0,
        bufferedBytes: 0,
        onDrain: () => undefined,
        end: resolve,
        closed: new AbortController().signal,
      }),
    );
    return [status, Buffer.concat(chunks).toString()];
  }

  test.each<[string, number, string]>([
    [
      '',
      200,
      '<pre>\n<a href="inside">inside</a>\n<a href="long.log">long.log</a>\n<a href="outside">outside</a>\n<a href="pods/">pods/</a>\n</pre>\n',
    ],
    ['pods/a%20b/', 200, '<pre>\n<a href="%3C0%3E.log">&lt;0&gt;.log</a>\n</pre>\n'],
    ['pods/a%20b/%3C0%3E.log', 200, 'line\n'],
    ['long.log', 200, long],
    ['inside', 200, long],
    ['outside', 404, '404 page not found\n'],
    ['../secret', 404, '404 page not found\n'],
    ['%2e%2e/secret', 404, '404 page not found\n'],
    ['none', 404, '404 page not found\n'],
    ['%zz', 400, 'invalid URL path\n'],
  ])('%s', async (asked, status, body) => expect(await ask(asked)).toEqual([status, body]));
  test('only reads', async () => expect(await ask('long.log', 'DELETE')).toEqual([405, 'Method Not Allowed\n']));
});
