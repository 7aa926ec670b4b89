import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { planOrphans } from './plan';

const NOW = Date.parse('2024-01-01T00:01:00Z');
const pod = (name: string, creationTimestamp?: string): corev1.Pod => ({
  metadata: { name, ...(creationTimestamp && { creationTimestamp }) },
});

describe('planOrphans', () => {
  test.each<[string, corev1.Pod[], string[], number | undefined]>([
    ['no pods', [], [], undefined],
    ['an old pod is lost', [pod('a', '2024-01-01T00:00:00Z')], ['a'], undefined],
    ['a new one waits for its turn', [pod('a', '2024-01-01T00:00:50Z')], [], 30_000],
    [
      'of several new ones the oldest comes next',
      [pod('a', '2024-01-01T00:00:20Z'), pod('b', '2024-01-01T00:00:50Z'), pod('c', '2024-01-01T00:00:30Z')],
      ['a'],
      10_000,
    ],
    ['one without an age is lost', [pod('a')], ['a'], undefined],
  ])('%s', (_, pods, lost, nextMs) => {
    const plan = planOrphans(pods, NOW, 40_000);
    expect([plan.lost.map(({ metadata }) => metadata?.name), plan.nextMs]).toEqual([lost, nextMs]);
  });
});
