import { expect, test } from '@jest/globals';
import { holding, planCidr, related } from './plan';

const NOW = Date.parse('2025-01-01T00:01:00Z');
const cidr = (name: string, block: string, deletionTimestamp?: string) => ({
  metadata: { name, ...(deletionTimestamp && { deletionTimestamp }) },
  spec: { cidrs: [block] },
});
const EARLIER = '2025-01-01T00:00:00Z';
const JUST_NOW = '2025-01-01T00:00:55Z';
const kubernetes = cidr('kubernetes', '10.0.0.0/24');

test.each<
  [title: string, deleted: string | undefined, others: ReturnType<typeof cidr>[], addresses: string[], plan: object]
>([
  ['one in use stays', undefined, [kubernetes], ['10.1.0.1'], { do: 'keep' }],
  ['one that nobody needs goes', EARLIER, [kubernetes], ['10.0.0.1'], { do: 'release' }],
  ['… after a while', JUST_NOW, [kubernetes], ['10.0.0.1'], { do: 'wait', ms: 5_000 }],
  ['one with addresses is held', EARLIER, [kubernetes], ['10.1.0.7'], { do: 'hold' }],
  ['… unless a larger one has them', EARLIER, [cidr('all', '10.0.0.0/8')], ['10.1.0.7'], { do: 'release' }],
  ['… or another has these', EARLIER, [cidr('some', '10.1.0.0/28')], ['10.1.0.7'], { do: 'release' }],
  ['… that is to stay itself', EARLIER, [cidr('all', '10.0.0.0/8', EARLIER)], ['10.1.0.7'], { do: 'hold' }],
])('%s', (_title, deleted, others, addresses, plan) => {
  const own = cidr('own', '10.1.0.0/24', deleted);
  expect(planCidr(own, [own, ...others], addresses, NOW)).toEqual(plan);
});

test('ranges that have to do with each other', () => {
  const all = [kubernetes, cidr('all', '10.0.0.0/8'), cidr('six', 'fd00::/64'), cidr('far', '192.168.0.0/24')];
  expect(related(cidr('own', '10.0.0.0/28'), all)).toEqual(['kubernetes', 'all']);
  expect(holding('10.0.0.9', all)).toEqual(['kubernetes', 'all']);
  expect(holding('fd00::1', all)).toEqual(['six']);
});
