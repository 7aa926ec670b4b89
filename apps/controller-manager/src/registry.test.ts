import { expect, test } from '@jest/globals';
import { CONTROLLERS, selectControllers } from './registry';

test.each([
  [['*'], CONTROLLERS.length],
  [['*', '-namespace-controller'], CONTROLLERS.length - 1],
  [['-namespace', '*'], CONTROLLERS.length - 1],
  [['deployment'], 1],
  [[], 0],
])('--controllers=%s', (given, count) => {
  expect(selectControllers(given)).toHaveLength(count);
});

test('an unknown controller is refused, and names are unique', () => {
  expect(() => selectControllers(['*', '-nope'])).toThrow('"nope" is not in the list of known controllers');
  const names = CONTROLLERS.flatMap(({ name, alias }) => [name, alias]);
  expect(new Set(names).size).toBe(names.length);
});
