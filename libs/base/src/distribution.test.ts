import { expect, test } from '@jest/globals';
import { Distribution, Distributions, exposeCounts, exposeDistributions } from './distribution';
import { Registry } from './metrics';

test('a distribution is shown as a histogram', async () => {
  const waited = new Distribution([0, 0.5, 1]);
  for (const value of [0, 0.25, 0.5, 7]) waited.add(value);
  const registry = new Registry();
  exposeDistributions(registry, { name: 'wait_seconds', help: 'Waiting.' }, () => [[{ level: 'a' }, waited]]);
  expect((await registry.metrics()).trim().split('\n')).toEqual([
    '# HELP wait_seconds Waiting.',
    '# TYPE wait_seconds histogram',
    'wait_seconds_bucket{level="a",le="0"} 1',
    'wait_seconds_bucket{level="a",le="0.5"} 3',
    'wait_seconds_bucket{level="a",le="1"} 3',
    'wait_seconds_bucket{level="a",le="+Inf"} 4',
    'wait_seconds_sum{level="a"} 7.75',
    'wait_seconds_count{level="a"} 4',
  ]);
});

test('counts are shown as a counter', async () => {
  const registry = new Registry();
  exposeCounts(registry, { name: 'things_total', help: 'Things.' }, () => [[{ kind: 'a' }, 3]]);
  expect((await registry.metrics()).trim().split('\n')).toEqual([
    '# HELP things_total Things.',
    '# TYPE things_total counter',
    'things_total{kind="a"} 3',
  ]);
});

test('parts are told apart by their labels', async () => {
  const registry = new Registry();
  const sizes = new Distributions(registry, { name: 's', help: 'S.', labelNames: ['verb', 'kind'], buckets: [10] });
  sizes.of('get', 'a').add(1);
  sizes.of('get', 'a').add(20);
  sizes.of('get', 'b').add(5);
  expect([...sizes.parts()].map(([labels, { count }]) => [labels, count])).toEqual([
    [{ verb: 'get', kind: 'a' }, 2],
    [{ verb: 'get', kind: 'b' }, 1],
  ]);
  expect(await registry.metrics()).toContain('s_bucket{verb="get",kind="a",le="10"} 1');
});
