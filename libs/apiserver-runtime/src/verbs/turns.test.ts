import { expect, test } from '@jest/globals';
import { Turns } from './turns';

test('turns come one after the other, and others get in between', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = async (name: string) => {
    await turns.take();
    seen.push(name);
    await Promise.resolve();
    seen.push(`${name} done`);
  };
  const all = Promise.all([work('a'), work('b')]);
  seen.push('first');
  setImmediate(() => setImmediate(() => seen.push('other')));
  await all;
  expect(seen).toEqual(['first', 'a', 'a done', 'other', 'b', 'b done']);
});
