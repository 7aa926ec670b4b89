import { expect, test } from '@jest/globals';
import { queryOf } from './exchange';

test.each([
  ['limit=1&watch=1', 'limit=1&watch=1'],
  ['limit=%zz&watch=1', 'watch=1'],
  ['limit=1;continue=x', ''],
  ['a=%', ''],
  ['labelSelector=a%3Db+c', 'labelSelector=a%3Db+c'],
])('the query %s is read as %s', (text, read) => {
  expect(queryOf(text).toString()).toBe(read);
});
