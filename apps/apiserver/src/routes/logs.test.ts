import { afterAll, expect, test } from '@jest/globals';
import { isStream, type ApiResponse } from '@navarch/apimachinery';
import type { RequestContext } from '@navarch/apiserver-runtime';
import { tempDir } from '@navarch/testing';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logsRoute } from './logs';

const dir = tempDir('navarch-logs-');
const folder = join(dir.path, 'log');
mkdirSync(join(folder, 'pods'), { recursive: true });
writeFileSync(join(folder, 'a<b.log'), 'hello');
writeFileSync(join(dir.path, 'secret'), 'secret');
symlinkSync(join(dir.path, 'secret'), join(folder, 'link'));
afterAll(() => dir.remove());

const get = (path: string) => logsRoute(folder).handle({ info: { path } } as RequestContext);

async function text({ body }: ApiResponse): Promise<string> {
  if (!isStream(body)) return Buffer.concat([body].flat()).toString();
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
  return Buffer.concat(chunks).toString();
}

test.each([
  { path: '/logs', want: '<a href="a%3Cb.log">a&lt;b.log</a>\n<a href="link">link</a>\n<a href="pods/">pods/</a>\n' },
  { path: '/logs/a%3Cb.log', want: 'hello' },
  { path: '/logs/../secret', status: 404 },
  { path: '/logs/%2e%2e/secret', status: 404 },
  { path: '/logs/link', status: 404 },
  { path: '/logs/none', status: 404 },
  { path: '/logs/%zz', status: 404 },
])('$path', async ({ path, want = '404 page not found\n', status = 200 }) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(await text(answer)).toContain(want);
});
