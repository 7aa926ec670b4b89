import { describe, expect, test } from '@jest/globals';
import type { ApiRequest, ApiResponse } from '@navarch/apimachinery';
import { gunzipSync } from 'node:zlib';
import { acceptsGzip, compressed, isCompressible } from './compression';

const asking = (encoding?: string) => ({ headers: { 'accept-encoding': encoding } }) as unknown as ApiRequest;
const answering = (body: ApiResponse['body'], headers = {}): ApiResponse => ({ status: 200, headers, body });
const long = Buffer.alloc(128 * 1024, 'x');

describe('what is compressed', () => {
  test.each([
    ['gzip', true],
    ['deflate, gzip;q=1.0, *;q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0', false],
    ['identity', false],
  ])('Accept-Encoding: %s', (header, want) => expect(acceptsGzip(header)).toBe(want));

  test.each([
    { name: 'a long answer', response: answering(long), want: true },
    { name: 'one in parts', response: answering([long.subarray(1), Buffer.from('x')]), want: true },
    { name: 'a short one', response: answering(long.subarray(1)), want: false },
    { name: 'a stream', response: answering({ start: () => undefined }), want: false },
    { name: 'one that is packed already', response: answering(long, { 'content-encoding': 'gzip' }), want: false },
    { name: 'an asker who does not take it', response: answering(long), encoding: 'br', want: false },
  ])('$name', ({ response, encoding = 'gzip', want }) => {
    expect(isCompressible(asking(encoding), response)).toBe(want);
  });

  test('the answer says so, and nothing else changes', async () => {
    const { headers, body } = await compressed(answering([long, long], { etag: '"1"', vary: 'Accept' }));
    expect(headers).toEqual({ etag: '"1"', 'content-encoding': 'gzip', vary: 'Accept, Accept-Encoding' });
    expect(gunzipSync(body as Buffer)).toEqual(Buffer.concat([long, long]));
  });
});
