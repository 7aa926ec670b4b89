import { describe, expect, test } from '@jest/globals';
import { decodeContinue, encodeContinue } from './continue-token';

describe('continue token', () => {
  test('comes back as it was', () => {
    const token = { key: 'default/web-1', revision: 42 };
    expect(decodeContinue(encodeContinue(token))).toEqual(token);
  });

  test('of the original is understood', () => {
    const start = (key: string) =>
      Buffer.from(`{"v":"meta.k8s.io/v1","rv":7,"start":"${key}\\u0000"}`).toString('base64url');
    expect(decodeContinue(start('c2'))).toEqual({ key: 'c2', revision: 7 });
    expect(decodeContinue(start('/ns/c2'))).toEqual({ key: 'ns/c2', revision: 7 });
  });

  test.each([
    ['garbage', "invalid character '\\u0081' looking for beginning of value"],
    ['eyJ2IjoidjkiLCJydiI6MSwic3RhcnQiOiJhIn0', 'server does not recognize this encoded version "v9"'],
    ['%%', 'illegal base64 data at input byte 0'],
    [
      Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url'),
      'incorrect encoded start resourceVersion',
    ],
    [
      Buffer.from('{"v":"meta.k8s.io/v1","rv":3,"start":"../a"}').toString('base64url'),
      'continue key is not valid: ../a',
    ],
  ])('%s is refused', (token, message) => {
    expect(() => decodeContinue(token)).toThrow(message);
  });
});
