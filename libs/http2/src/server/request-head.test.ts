import { describe, expect, test } from '@jest/globals';
import type { Field } from '../header-table';
import { areTrailers, requestHead } from './request-head';

/** fieldsOf are `name: value` lines. */
const fieldsOf = (lines: readonly string[]): Field[] =>
  lines.map(line => {
    const colon = line.indexOf(': ', 1);
    return { name: line.slice(0, colon), value: line.slice(colon + 2) };
  });

const GET = [':method: GET', ':scheme: https', ':path: /a?b', ':authority: x'];
const without = (name: string) => GET.filter(line => !line.startsWith(name));
const withPath = (path: string, method = 'GET') => [`:method: ${method}`, ':scheme: https', `:path: ${path}`];

describe('heads that are', () => {
  test.each<[string, string[], { method?: string; path?: string; length?: number; fields?: string[] }]>([
    ['the least', GET, {}],
    ['in another order', GET.toReversed(), {}],
    ['without an authority', without(':authority'), { fields: [] }],
    ['with a host instead', [...without(':authority'), 'host: y'], { fields: ['host: y'] }],
    ['with the same host', [...GET, 'host: X'], { fields: ['host: X'] }],
    ['with an empty authority', [...without(':authority'), ':authority: '], { fields: ['host: '] }],
    ['with a path of bytes', withPath('/\xe9%20'), { path: '/\xe9%20', fields: [] }],
    ['of a method of their own', withPath('/', 'PATCH-it'), { method: 'PATCH-it', path: '/', fields: [] }],
    ['of all', withPath('*', 'OPTIONS'), { method: 'OPTIONS', path: '*', fields: [] }],
    ['of a tunnel', [':method: CONNECT', ':authority: x:1'], { method: 'CONNECT', path: '', fields: ['host: x:1'] }],
    ['with a length', [...GET, 'content-length: 007'], { length: 7, fields: ['content-length: 007', 'host: x'] }],
    [
      'with a length twice',
      [...without(':authority'), 'content-length: 7', 'content-length: 7'],
      { length: 7, fields: ['content-length: 7', 'content-length: 7'] },
    ],
    [
      'with repeated fields in order',
      [...GET, 'b: 2', 'a: 1', 'b: 3'],
      { fields: ['b: 2', 'a: 1', 'b: 3', 'host: x'] },
    ],
    ['with te: trailers', [...GET, 'te: trailers'], { fields: ['te: trailers', 'host: x'] }],
    [
      'with values of bytes, tabs, nothing',
      [...GET, 'a: \xff\t\x7f', 'b: '],
      { fields: ['a: \xff\t\x7f', 'b: ', 'host: x'] },
    ],
    [
      'with names that objects inherit',
      [...GET, '__proto__: a', 'constructor: b'],
      { fields: ['__proto__: a', 'constructor: b', 'host: x'] },
    ],
    ['with all that names may have', [...GET, "a0!#$%&'*+-.^_`|~: a"], { fields: ["a0!#$%&'*+-.^_`|~: a", 'host: x'] }],
  ])('%s', (_, lines, { method = 'GET', path = '/a?b', length, fields = ['host: x'] }) => {
    expect(requestHead(fieldsOf(lines))).toEqual({ method, path, length, fields: fieldsOf(fields) });
  });
});

describe('heads that are malformed', () => {
  test.each<[string, string[]]>([
    ['nothing', []],
    ['no method', without(':method')],
    ['an empty method', withPath('/', '')],
    ['a method of two words', withPath('/', 'GET /')],
    ['a method that is no token', withPath('/', 'G(T')],
    ['no scheme', without(':scheme')],
    ['an empty scheme', [...without(':scheme'), ':scheme: ']],
    ['no path', without(':path')],
    ['an empty path', withPath('')],
    ['a path from nowhere', withPath('a')],
    ['a whole URL', withPath('https://x/')],
    ['a path with a space', withPath('/a HTTP/1.1')],
    ['a path with a line break', withPath('/a\r\nb: c')],
    ['a path with a control character', withPath('/\x1b')],
    ['all, but for OPTIONS', withPath('*')],
    ['an authority with a space', [...without(':authority'), ':authority: x y']],
    ['another host than the authority', [...GET, 'host: y']],
    ['two hosts', [...without(':authority'), 'host: x', 'host: y']],
    ['a method twice', [...GET, ':method: GET']],
    ['a path twice', [...GET, ':path: /a?b']],
    ['an answer', [...GET, ':status: 200']],
    ['a protocol, which was not offered', [...GET, ':protocol: websocket']],
    ['an unknown pseudo-header', [...GET, ':a: b']],
    ['a pseudo-header behind others', [...without(':path'), 'a: b', ':path: /']],
    ['a tunnel with a path', [':method: CONNECT', ':authority: x:1', ':path: /']],
    ['a tunnel with a scheme', [':method: CONNECT', ':authority: x:1', ':scheme: https']],
    ['a tunnel to nowhere', [':method: CONNECT']],
    ['a name with capitals', [...GET, 'Accept: a']],
    ['an empty name', [...GET, ': a']],
    ['a name with a space', [...GET, 'a b: c']],
    ['a name with a colon', [...GET, 'a:b: c']],
    ['a name with a line break', [...GET, 'a\nb: c']],
    ['a name of bytes', [...GET, '\xe9: a']],
    ['a value with a line break', [...GET, 'a: b\nc']],
    ['a value with a return', [...GET, 'a: b\rc']],
    ['a value with a zero', [...GET, 'a: b\0']],
    ['a value behind a space', [...GET, 'a:  b']],
    ['a value before a tab', [...GET, 'a: b\t']],
    ['a connection', [...GET, 'connection: close']],
    ['keep-alive', [...GET, 'keep-alive: 5']],
    ['a proxy-connection', [...GET, 'proxy-connection: close']],
    ['a transfer-encoding', [...GET, 'transfer-encoding: chunked']],
    ['an upgrade', [...GET, 'upgrade: h2c']],
    ['te of another kind', [...GET, 'te: gzip']],
    ['a negative length', [...GET, 'content-length: -1']],
    ['a length in words', [...GET, 'content-length: 1e3']],
    ['no length', [...GET, 'content-length: ']],
    ['a length beyond what numbers can tell', [...GET, 'content-length: 9007199254740993']],
    ['two lengths', [...GET, 'content-length: 1', 'content-length: 2']],
    ['two lengths in one', [...GET, 'content-length: 1, 1']],
  ])('%s', (_, lines) => {
    // The second time the names are known.
    for (let i = 0; i < 2; i++) expect(requestHead(fieldsOf(lines))).toBeUndefined();
  });
});

test.each<[string, string[], boolean]>([
  ['none', [], true],
  ['some', ['a: b', 'grpc-status: 0'], true],
  ['a pseudo-header', ['a: b', ':path: /'], false],
  ['one of the connection', ['transfer-encoding: chunked'], false],
  ['one in capitals', ['A: b'], false],
])('trailers: %s', (_, lines, expected) => {
  expect(areTrailers(fieldsOf(lines))).toBe(expected);
});

test('of many names only some are remembered', () => {
  for (let i = 0; i < 3_000; i++) expect(requestHead(fieldsOf([...GET, `n${i}: a`]))?.fields).toHaveLength(2);
  expect(requestHead(fieldsOf([...GET, 'N1: a']))).toBeUndefined();
});
