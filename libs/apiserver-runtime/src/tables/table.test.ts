import { expect, test } from '@jest/globals';
import type { Endpoint } from '../registry/resource';
import { tableOf } from './table';

test.each<[string, object, unknown]>([
  ['a kind with columns of its own', { columns: { columns: [], cells: () => [] } }, []],
  ['a kind without', {}, null],
])('the table of nothing: %s', (_name, kind, rows) => {
  const endpoint = { kind } as unknown as Endpoint;
  const context = { endpoint, version: 'v1', include: 'Metadata', now: 0, emulated: 33 } as const;
  expect(tableOf([], {}, context).rows).toEqual(rows);
});
