import { describe as group, expect, test } from '@jest/globals';
import { describe, mutated, mutations } from './mutations';

group('mutations', () => {
  test('reach every field, and leave the object alone', () => {
    const object = { spec: { name: 'a', ports: [{ port: 1 }], on: true } };
    const before = structuredClone(object);
    const all = [...mutations(object)];
    expect(new Set(all.map(one => one.path.join('.')))).toEqual(
      new Set([
        ...['spec', 'spec.name', 'spec.ports', 'spec.ports.0', 'spec.ports.0.port', 'spec.on'],
        ...['spec.Bad Key!', 'spec.unknownField', 'spec.ports.0.Bad Key!', 'spec.ports.0.unknownField'],
      ]),
    );
    for (const one of all) expect(mutated(object, one)).not.toEqual(object);
    expect(object).toEqual(before);
  });

  test('that lead nowhere make nothing', () => {
    expect(mutated({ a: null }, { path: ['a', 'b'], value: 1 })).toBeUndefined();
  });

  test.each([
    [{ path: ['a', 0], value: undefined }, 'a.0 removed'],
    [{ path: ['a'], value: 'x'.repeat(50) }, `a = "${'x'.repeat(36)}...`],
  ])('%j is described', (mutation, text) => expect(describe(mutation)).toBe(text));
});
