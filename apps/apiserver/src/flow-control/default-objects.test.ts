import { describe, expect, test } from '@jest/globals';
import { defaultLevels, defaultSchemas } from './default-objects';

const RELEASES = [20, 21, 22, 23, 24, 33];
const names = (objects: readonly { readonly metadata?: { readonly name?: string } }[]) =>
  objects.map(({ metadata }) => metadata!.name!);

test.each(RELEASES)('at 1.%d each schema leads to a level, and only masters and probes are exempt', minor => {
  const levels = new Set(names(defaultLevels(minor)));
  const schemas = defaultSchemas(minor);
  expect(schemas.filter(({ spec }) => !levels.has(spec!.priorityLevelConfiguration.name))).toEqual([]);
  expect(names(schemas.filter(one => one.spec!.priorityLevelConfiguration.name === 'exempt'))).toEqual(
    minor > 20 ? ['exempt', 'probes'] : ['exempt'],
  );
  expect(new Set(names(schemas)).size).toBe(schemas.length);
});

describe('what came with which release', () => {
  test.each([
    ['probes', 21],
    ['system-node-high', 22],
    ['endpoint-controller', 24],
  ])('%s', (name, since) =>
    expect(RELEASES.filter(minor => names(defaultSchemas(minor)).includes(name))).toEqual(
      RELEASES.filter(minor => minor >= since),
    ),
  );
  test('locks of the old kinds count as leader election of the system up to 1.23', () => {
    const rules = (minor: number) =>
      defaultSchemas(minor).find(({ metadata }) => metadata!.name === 'system-leader-election')!.spec!.rules![0]!
        .resourceRules!;
    expect([20, 23, 24, 33].map(minor => rules(minor).length)).toEqual([2, 2, 1, 1]);
  });
  test('the annotation of kept objects', () =>
    expect([22, 23].map(minor => defaultLevels(minor)[0]!.metadata!.annotations)).toEqual([
      undefined,
      { 'apf.kubernetes.io/autoupdate-spec': 'true' },
    ]));
});
