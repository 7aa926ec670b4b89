import { expect, test } from '@jest/globals';
import type { ApiRequest } from '@navarch/apimachinery';
import { Readable } from 'node:stream';
import { passedBody } from './passed-body';

const request = (method: string, more: Partial<ApiRequest>) =>
  ({ method, headers: {}, body: async () => Buffer.alloc(0), ...more }) as unknown as ApiRequest;
const content = () => Readable.from([]);

test.each<[string, Partial<ApiRequest>, object, boolean]>([
  ['GET', {}, {}, true],
  ['HEAD', { content: () => undefined }, {}, true],
  ['POST', {}, {}, false],
  ['DELETE', { content: () => undefined }, {}, false],
  ['GET', { body: async () => Buffer.from('{}') }, { 'content-length': 2 }, false],
  ['GET', { content }, { 'transfer-encoding': 'chunked' }, false],
  ['PUT', { content, headers: { 'content-length': '7' } }, { 'content-length': '7' }, false],
])('%s with %j: announced by %j, may be sent again: %s', async (method, more, headers, again) => {
  expect(await passedBody(request(method, more))).toMatchObject({ headers, again });
});
