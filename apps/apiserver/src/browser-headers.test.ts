import { describe, expect, test } from '@jest/globals';
import type { ApiRequest, ApiResponse } from '@navarch/apimachinery';
import { originMatcher, strictTransport, withBrowserHeaders } from './browser-headers';

const answer: ApiResponse = { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('ok') };
const handler = () => Promise.resolve(answer);
const ask = (method: string, origin?: string) =>
  ({ method, headers: { ...(origin !== undefined && { origin }) } }) as unknown as ApiRequest;

describe('withBrowserHeaders', () => {
  const isAllowed = originMatcher(['^https://console\\.example$', '//localhost(:|$)']);
  const serve = withBrowserHeaders(handler, { isAllowed, strictTransport: undefined });
  test.each<[string, string | undefined, number, string | undefined]>([
    ['GET', 'https://console.example', 200, 'https://console.example'],
    ['GET', 'http://localhost:8080', 200, 'http://localhost:8080'],
    ['GET', 'https://console.example.evil', 200, undefined],
    ['GET', undefined, 200, undefined],
    ['OPTIONS', 'https://console.example', 204, 'https://console.example'],
    ['OPTIONS', 'https://evil.example', 200, undefined],
  ])('%s from %s', async (method, origin, status, allowed) => {
    const { headers, ...response } = await serve(ask(method, origin));
    expect(response.status).toBe(status);
    expect(headers['access-control-allow-origin']).toBe(allowed);
    expect(headers['access-control-allow-credentials']).toBe(allowed && 'true');
  });
  test('every answer says that HTTPS is wanted', async () => {
    const strict = withBrowserHeaders(handler, {
      isAllowed: undefined,
      strictTransport: strictTransport(['max-age=31536000', 'includeSubDomains']),
    });
    expect((await strict(ask('GET'))).headers).toEqual({
      ...answer.headers,
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    });
  });
  test('without flags nothing is added', () =>
    expect(withBrowserHeaders(handler, { isAllowed: originMatcher([]), strictTransport: strictTransport([]) })).toBe(
      handler,
    ));
});

test('flags that are wrong are named', () => {
  expect(() => originMatcher(['('])).toThrow('--cors-allowed-origins: ');
  expect(() => strictTransport(['max-age=x'])).toThrow('--strict-transport-security-directives: ');
});
