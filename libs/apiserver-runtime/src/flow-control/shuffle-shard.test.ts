import { expect, test } from '@jest/globals';
import { dealHand, flowHash } from './shuffle-shard';

test.each([
  [0, 8, 3, [0, 1, 2]],
  [7, 8, 3, [0, 1, 7]],
  [7 + 8 * 6, 8, 3, [0, 6, 7]],
  [0, 1, 1, [0]],
  [5, 3, 9, [0, 1, 2]],
])('hash %d deals of %d cards %d: %j', (hash, deck, size, hand) => {
  expect(dealHand(hash, deck, size)).toEqual(hand);
});

test('every hand of a small deck is dealt equally often, without a card twice', () => {
  const seen = new Map<string, number>();
  for (let hash = 0; hash < 5 * 4 * 3; hash++) {
    const hand = dealHand(hash, 5, 3);
    expect(new Set(hand).size).toBe(3);
    seen.set(hand.join(), (seen.get(hand.join()) ?? 0) + 1);
  }
  expect([seen.size, new Set(seen.values())]).toEqual([10, new Set([6])]);
});

test('flows seldom share all their queues', () => {
  const hands = new Set(Array.from({ length: 500 }, (_, i) => dealHand(flowHash('s', `u${i}`), 128, 6).join()));
  expect(hands.size).toBe(500);
  expect(flowHash('ab', 'c')).not.toBe(flowHash('a', 'bc'));
});
