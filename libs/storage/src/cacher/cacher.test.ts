import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@navarch/testing';
import { Change, transitionOf } from '../change';
import { decodeEntry, type StoredEntry } from '../entry';
import { encodeStored } from '../splice';
import { widget, widgets } from '../testsuite/resource';
import { ChangeRing } from './change-ring';
import { Contents } from './contents';
import { candidatesBefore } from './past';
import { RevisionGate } from './revision-gate';
import { SharedRead } from './shared-read';
import { SortedEntries } from './sorted-entries';

const config = widgets('unit');
const entry = (name: string, revision: number, node = ''): StoredEntry =>
  decodeEntry(config, `${config.prefix}ns/${name}`, encodeStored(widget('ns', name, { node })), revision);
const change = (revision: number) => new Change(revision, entry(`w${revision}`, revision), undefined, false);

describe('ChangeRing', () => {
  test('remembers the last by count; below its floor it refuses, at it and above it is exact', () => {
    const ring = new ChangeRing(10, { count: 3, bytes: 1e6 });
    expect([ring.floor, ring.since(10)]).toEqual([10, []]);
    for (const revision of [12, 14, 15, 19, 20]) ring.push(change(revision), 0);
    expect(ring.floor).toBe(14);
    expect(() => ring.since(13)).toThrow('too old resource version: 13 (14)');
    expect([14, 15, 18, 20, 99].map(after => ring.since(after).map(c => c.revision))).toEqual([
      [15, 19, 20],
      [19, 20],
      [19, 20],
      [],
      [],
    ]);
  });

  test('remembers by bytes, and stays right over many', () => {
    const size = change(1000).entry.json.length;
    const ring = new ChangeRing(0, { count: 1e6, bytes: size * 10 });
    for (let revision = 1001; revision < 6000; revision++) ring.push(change(revision), 0);
    expect([ring.floor, ring.since(ring.floor).length]).toEqual([5989, 10]);
    expect(() => ring.since(5988)).toThrow('too old');
  });

  test('remembers what is fresh, and the last few for any time', () => {
    const ring = new ChangeRing(0, { count: 1e6, bytes: 1e9, freshMs: 1_000, few: 3 });
    for (let revision = 1; revision <= 9; revision++) ring.push(change(revision), revision * 100);
    expect(ring.floor).toBe(0);
    ring.push(change(10), 1_650);
    expect([ring.floor, ring.since(6).length]).toEqual([6, 4]);
    ring.push(change(11), 9_000);
    expect([ring.floor, ring.since(8).length]).toEqual([8, 3]);
  });
});

test.each([
  ['few keys, removed as often as not', 2000, 97, 2],
  ['more keys than a block holds', 20_000, 5003, 3],
  ['keys that come in order', 3000, 0, 50],
])('SortedEntries keeps key order under any insertions, replacements and removals: %s', (_, steps, keys, every) => {
  const sorted = new SortedEntries();
  const model = new Map<string, StoredEntry>();
  let seed = 1;
  for (let i = 0; i < steps; i++) {
    seed = (seed * 48271) % 2147483647;
    const item = entry(`w${keys ? seed % keys : 10_000 + i}`, i + 1);
    if (seed % every) {
      sorted.set(item);
      model.set(item.key, item);
    } else {
      sorted.delete(item.key);
      model.delete(item.key);
    }
  }
  const want = [...model.keys()].sort();
  expect(sorted.size).toBe(want.length);
  expect(sorted.range(config.prefix).map(item => item.key)).toEqual(want);
  expect(sorted.range(config.prefix, want[10]).map(item => item.key)).toEqual(want.slice(11));
  expect(sorted.range(`${config.prefix}n/`)).toEqual([]);
  expect(sorted.range(want[5]!)).toContain(model.get(want[5]!));
  const again = new SortedEntries(sorted.range(config.prefix));
  for (const key of want) again.delete(key);
  expect([again.size, again.range(config.prefix)]).toEqual([0, []]);
});

test('candidatesBefore undoes creations, changes and deletions', () => {
  const [a1, a4, b2, c3] = [entry('a', 1), entry('a', 4), entry('b', 2), entry('c', 3)];
  const contents = new Contents(config, [a1, b2]);
  const changes = [
    new Change(3, c3, undefined, false),
    new Change(4, a4, a1, false),
    new Change(5, b2.withRevision(5), b2, true),
    new Change(6, entry('b', 6), undefined, false),
  ];
  for (const { deleted, entry: changed } of changes) {
    if (deleted) contents.delete(changed.key);
    else contents.set(changed);
  }
  const before = (revision: number, after?: string) =>
    candidatesBefore(
      config,
      contents.candidates({}, after),
      changes.filter(c => c.revision > revision),
      {},
      after,
    ).map(item => `${item.name}${item.revision}`);
  expect([2, 3, 4, 5, 6].map(revision => before(revision))).toEqual([
    ['a1', 'b2'],
    ['a1', 'b2', 'c3'],
    ['a4', 'b2', 'c3'],
    ['a4', 'c3'],
    ['a4', 'b6', 'c3'],
  ]);
  expect(before(2, a1.key)).toEqual(['b2']);
});

test('an index follows a change of its field', () => {
  const contents = new Contents(config, [entry('a', 1, 'n1'), entry('b', 2, 'n1')]);
  contents.set(entry('a', 3, 'n2'));
  contents.delete(entry('b', 2).key);
  const on = (value: string) => contents.candidates({ indexed: { field: 'spec.node', value } }).map(item => item.name);
  expect([on('n1'), on('n2'), contents.size]).toEqual([[], ['a'], 1]);
});

test.each([
  [false, false, undefined],
  [false, true, 'ADDED'],
  [true, true, 'MODIFIED'],
  [true, false, 'DELETED'],
] as const)('transitionOf(%s, %s) is %s', (before, now, want) => {
  expect(transitionOf(before, now)).toBe(want);
});

describe('RevisionGate', () => {
  test('lets through who has been reached, times out the others, and keeps no timer', async () => {
    const clock = new FakeClock();
    const gate = new RevisionGate(clock);
    gate.reset(5);
    const passed: number[] = [];
    const wait = (revision: number) => gate.reached(revision, 3_000).then(reached => reached && passed.push(revision));
    const waits = [wait(9), wait(5), wait(7), wait(8)];
    gate.advance(8);
    await clock.advance(0);
    expect(passed).toEqual([5, 7, 8]);
    await clock.advance(3_000);
    expect([await Promise.all(waits), clock.pending]).toEqual([[false, 1, 2, 3], 0]);
  });

  test('ends a wait with the reason of its signal', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const waiting = new RevisionGate(clock).reached(1, 3_000, abort.signal);
    abort.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
  });
});

test('SharedRead never answers with a read that began before the question', async () => {
  let begun = 0;
  const finish: (() => void)[] = [];
  const shared = new SharedRead(
    () =>
      new Promise<number>(resolve => {
        const own = ++begun;
        finish.push(() => resolve(own));
      }),
  );
  const hasBegun = async (reads: number) => {
    for (let turn = 0; turn < 5 && begun < reads; turn++) await new Promise(resolve => setImmediate(resolve));
    expect(begun).toBe(reads);
  };
  const together = [shared.get(), shared.get()];
  expect(begun).toBe(0);
  await hasBegun(1);
  const later = [shared.get(), shared.get(), shared.get()];
  finish[0]!();
  expect(await Promise.all(together)).toEqual([1, 1]);
  await hasBegun(2);
  finish[1]!();
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

test('SharedRead tells everybody of a failure, and the next read is another', async () => {
  const answers = [Promise.reject(new Error('lost')), Promise.resolve('found')];
  const shared = new SharedRead(() => answers.shift()!);
  const [first, second] = [shared.get(), shared.get()];
  await expect(first).rejects.toThrow('lost');
  await expect(second).rejects.toThrow('lost');
  expect(await shared.get()).toBe('found');
});
