import { expect, test } from '@jest/globals';
import { defaultLevels, defaultSchemas } from './default-objects';

test('each schema leads to a level, and only masters and probes are exempt', () => {
  const levels = new Set(defaultLevels().map(level => level.metadata!.name));
  const schemas = defaultSchemas();
  expect(schemas.filter(({ spec }) => !levels.has(spec!.priorityLevelConfiguration.name))).toEqual([]);
  expect(
    schemas.filter(one => one.spec!.priorityLevelConfiguration.name === 'exempt').map(one => one.metadata!.name),
  ).toEqual(['exempt', 'probes']);
});
