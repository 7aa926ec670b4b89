import { describe, expect, test } from '@jest/globals';
import { CycleState } from '@navarch/scheduler-framework';
import { node, pod } from '../../testkit';
import { taintToleration, tolerates } from './taint-toleration';

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

test('the first untolerated taint is the reason', () => {
  const tainted = node('a', {
    taints: [
      { key: 'soft', effect: 'PreferNoSchedule' },
      { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
    ],
  });
  expect(taintToleration.filter!(new CycleState(), pod(), tainted)).toMatchObject({
    code: 'unresolvable',
    reasons: ['node(s) had untolerated taint {gpu: yes}'],
  });
});

test.each([
  [
    [0, 1, 2],
    [100, 50, 0],
  ],
  [
    [0, 0],
    [100, 100],
  ],
])('normalize %j', (raw, want) => {
  taintToleration.normalize!(new CycleState(), pod(), raw);
  expect(raw).toEqual(want);
});
