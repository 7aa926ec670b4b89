import { expect, test } from '@jest/globals';
import { Unread } from './unread';

test('who leaves the most unread is cut when it is too much', () => {
  const unread = new Unread(100);
  const cut: string[] = [];
  const clients = new Map<string, object>();
  const add = (name: string, bytes: number) => {
    const client = clients.get(name) ?? {};
    clients.set(name, client);
    return unread.add(client, bytes, () => cut.push(name));
  };
  const read = add('whole', 90);
  add('greedy', 3);
  add('greedy', 4);
  expect(cut).toEqual([]);
  add('modest', 2);
  const last = add('modest', 2);
  expect(cut).toEqual(['greedy']);
  last();
  read();
  add('whole', 50);
  expect(cut).toEqual(['greedy']);
  add('whole', 50);
  expect(cut).toEqual(['greedy', 'whole']);
});
