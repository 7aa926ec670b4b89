import { expect, test } from '@jest/globals';
import { CycleState } from '@navarch/scheduler-framework';
import { node, pod } from '../../testkit';
import { taintToleration } from './taint-toleration';

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
