import { expect, test } from '@jest/globals';
import type { KindDefinition, ServedVersion } from '@navarch/kinds';
import { deprecationWarning, storedVersion } from './served';

const version = (v: string, rest: Partial<ServedVersion> = {}): ServedVersion => ({
  group: 'g',
  version: v,
  schema: '',
  ...rest,
});
const kind = (...versions: ServedVersion[]): KindDefinition => ({
  resource: { group: 'g', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true },
  versions,
  strategy: {},
});

test.each([
  [20, 'v1beta1'],
  [21, 'v1'],
  [19, 'v1'],
])('in 1.%d objects are stored as %s', (emulated, expected) => {
  const definition = kind(version('v1', { storedSince: 21 }), version('v1beta1', { storedSince: 20 }));
  expect(storedVersion(definition, emulated).version).toBe(expected);
});

test.each<[ServedVersion['deprecated'], string | undefined]>([
  [undefined, undefined],
  [{ in: '1.19' }, 'g/v1 Thing is deprecated in v1.19+'],
  [
    { in: '1.14', removed: '1.22', replacement: 'h/v1 Thing' },
    'g/v1 Thing is deprecated in v1.14+, unavailable in v1.22+; use h/v1 Thing',
  ],
])('warning of %j', (deprecated, expected) => {
  expect(deprecationWarning(version('v1', deprecated && { deprecated }), 'Thing')).toBe(expected);
});
