import { describe, expect, test } from '@jest/globals';
import { tolerates } from './tolerations';

describe('tolerates', () => {
  const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
  const cases = [
    { name: 'nothing', tolerations: undefined, want: false },
    { name: 'equal', tolerations: [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }], want: true },
    { name: 'Equal is the default', tolerations: [{ key: 'gpu', value: 'yes' }], want: true },
    { name: 'another value', tolerations: [{ key: 'gpu', value: 'no' }], want: false },
    { name: 'another effect', tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }], want: false },
    { name: 'Exists', tolerations: [{ key: 'gpu', operator: 'Exists' }], want: true },
    { name: 'Exists without a key is everything', tolerations: [{ operator: 'Exists' }], want: true },
    { name: 'no key and no Exists is nothing', tolerations: [{ value: 'yes' }], want: false },
  ];
  test.each(cases)('$name', ({ tolerations, want }) => {
    expect(tolerates(tolerations, taint)).toBe(want);
  });
});
