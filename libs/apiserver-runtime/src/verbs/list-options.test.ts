import { expect, test } from '@jest/globals';
import type { RequestInfo } from '../interfaces';
import type { Endpoint } from '../registry/resource';
import { listQuery } from './list-options';

const endpoint = { kind: {}, version: {}, resource: { namespaced: true } } as unknown as Endpoint;
const info = (verb: 'list' | 'watch') => ({ verb, name: '', namespace: '' }) as RequestInfo;
const read = (verb: 'list' | 'watch', query: string, emulated = 33) =>
  listQuery(endpoint, info(verb), new URLSearchParams(verb === 'watch' ? `watch=1&${query}` : query), emulated);

const MATCH = 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden';

test.each<['list' | 'watch', string, number, string]>([
  ['list', 'resourceVersionMatch=Exact', 33, `${MATCH} unless resourceVersion is provided`],
  [
    'list',
    'resourceVersionMatch=Exact&resourceVersion=0',
    33,
    `${MATCH.slice(0, -12)}"exact" is forbidden for resourceVersion "0"`,
  ],
  ['list', 'resourceVersionMatch=NotOlderThan&resourceVersion=5&continue=x', 33, `${MATCH} when continue is provided`],
  [
    'list',
    'resourceVersionMatch=Odd&resourceVersion=5',
    20,
    'resourceVersionMatch: Unsupported value: "Odd": supported values: "Exact", "NotOlderThan", ""',
  ],
  ['list', 'sendInitialEvents=true', 33, 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
  ['watch', 'resourceVersionMatch=Exact&resourceVersion=5', 20, `${MATCH} for watch`],
  [
    'watch',
    'resourceVersionMatch=Exact&resourceVersion=5',
    33,
    `[${MATCH} for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
  ],
  [
    'watch',
    'sendInitialEvents=true',
    33,
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
])('%s %s at 1.%d is refused', (verb, query, emulated, message) => {
  expect(() => read(verb, query, emulated)).toThrow(
    expect.objectContaining({ code: 422, message: `ListOptions.meta.k8s.io "" is invalid: ${message}` }),
  );
});

test('the old paths of watches have the options of lists', () => {
  const query = new URLSearchParams('resourceVersionMatch=NotOlderThan&resourceVersion=5');
  expect(listQuery(endpoint, info('watch'), query, 20).match).toBe('NotOlderThan');
});

test.each<[string, boolean]>([
  ['metadata.name=x', true],
  ['metadata.name=x,metadata.namespace=a', true],
  ['metadata.name=y', false],
  ['metadata.name!=y', false],
  ['metadata.namespace=a', false],
])('a watch of x, by an old path, may select %s: %s', (selector, may) => {
  const one = { ...info('watch'), name: 'x' } as RequestInfo;
  const read = () => listQuery(endpoint, one, new URLSearchParams({ fieldSelector: selector }), 20);
  if (may) expect(read().predicate).toMatchObject({ name: 'x' });
  else
    expect(read).toThrow(
      expect.objectContaining({ code: 400, message: "fieldSelector metadata.name doesn't match requested name" }),
    );
});

test.each<['list' | 'watch', string, number, object]>([
  [
    'list',
    'resourceVersionMatch=Exact&resourceVersion=5&limit=3',
    33,
    { match: 'Exact', resourceVersion: '5', limit: 3 },
  ],
  ['watch', 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan', 33, { sendInitialEvents: false }],
  ['watch', 'sendInitialEvents=true', 26, { sendInitialEvents: undefined }],
  ['watch', 'allowWatchBookmarks=1&timeoutSeconds=7', 33, { bookmarks: true, timeoutSeconds: 7 }],
])('%s %s at 1.%d', (verb, query, emulated, expected) => {
  expect(read(verb, query, emulated)).toMatchObject(expected);
});

test('of what is no number the timeout is told first', () => {
  expect(() => read('list', 'limit=y&timeoutSeconds=x')).toThrow('strconv.ParseInt: parsing "x": invalid syntax');
});
