import { expect, test } from '@jest/globals';
import { violationsOf, type Change, type History } from './history';

const change = (text: string): Change => {
  const [, name, value, revision] = /^(\w)=(\d+)@(\d+)$/.exec(text)!;
  return { name: name!, value: Number(value), revision: Number(revision) };
};
const changes = (text: string) => text.split(' ').filter(Boolean).map(change);
const history = (more: Partial<History> = {}): History => ({
  ...{ begin: 10, names: ['a', 'b'], lists: [], writes: [] },
  watches: new Map([['w', changes('a=1@11 b=1@12 a=2@13')]]),
  ...more,
});
const list = (revision: number, values: Record<string, number>, floor = 0) => ({
  client: 'c',
  revision,
  floor,
  values,
});

test.each<[string, Partial<History>, string[]]>([
  ['a good one', { writes: changes('a=1@11 a=2@13'), lists: [list(10, { a: 0, b: 0 }), list(12, { a: 1, b: 1 })] }, []],
  [
    'a gap',
    {
      watches: new Map([
        ['w', changes('a=1@11 b=1@12')],
        ['v', changes('b=1@12')],
      ]),
    },
    ['v: a=1@11 is missing'],
  ],
  ['a double', { watches: new Map([['w', changes('a=1@11 a=1@11')]]) }, ['w: a=1@11 came behind a=1@11']],
  ['out of order', { watches: new Map([['w', changes('b=1@12 a=1@11')]]) }, ['w: a=1@11 came behind b=1@12']],
  [
    'two truths',
    {
      watches: new Map([
        ['w', changes('a=1@11')],
        ['v', changes('b=1@11')],
      ]),
    },
    ['w: saw a=1@11 instead of b=1@11'],
  ],
  ['an update that overwrote another', { watches: new Map([['w', changes('a=1@11 a=1@12')]]) }, ['a=1@12 follows a=1']],
  ['a lost write', { writes: changes('b=2@14') }, ['the write b=2@14 was lost']],
  ['a list that is no snapshot', { lists: [list(13, { a: 2, b: 0 })] }, ['c: a list at 13 has b=0, not 1']],
  ['a list from the past', { lists: [list(12, { a: 1, b: 1 }, 13)] }, ['c: a list at 12 is older than 13']],
  ['a list without an object', { lists: [list(12, { a: 1 })] }, ['c: a list at 12 has b=undefined, not 1']],
])('%s', (_name, more, want) => {
  expect(violationsOf(history(more))).toEqual(want);
});
