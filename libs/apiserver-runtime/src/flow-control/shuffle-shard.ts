import { createHash } from 'node:crypto';

/**
 * dealHand deals `handSize` different cards out of `deckSize` by a hash: the queues that a flow may use. Two flows seldom share
 * their whole hand, so one that floods its queues leaves others room. Pure; `hash` is a whole number of up to 52 bits.
 */
export function dealHand(hash: number, deckSize: number, handSize: number): number[] {
  const hand: number[] = [];
  for (let dealt = 0; dealt < Math.min(handSize, deckSize); dealt++) {
    const left = deckSize - dealt;
    let card = hash % left;
    hash = Math.floor(hash / left);
    // The card is the n-th of those not dealt yet: each smaller or equal one in hand moves it on.
    let at = 0;
    while (at < hand.length && hand[at]! <= card) {
      card++;
      at++;
    }
    hand.splice(at, 0, card);
  }
  return hand;
}

/** flowHash is the hash that deals a flow's hand. */
export function flowHash(schema: string, distinguisher: string): number {
  return createHash('sha256').update(`${schema.length}:${schema}${distinguisher}`).digest().readUIntBE(0, 6);
}
