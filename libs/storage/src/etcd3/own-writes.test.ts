import { describe, expect, it } from '@jest/globals';
import { decodeEntry } from '../entry';
import type { ResourceStorageConfig, StoredObject } from '../interface';
import { encodeStored } from '../splice';
import { OwnWrites } from './own-writes';

const KEY = '/registry/things/a';

/** setUp makes an object and its bytes; `parsed` gets what had to be read from the bytes to know an entry. */
function setUp(labels: Record<string, string>) {
  const attributes = { namespace: '', name: 'a', labels, fields: {} };
  const stored = encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name: 'a', labels } });
  const parsed: StoredObject[] = [];
  const attributesOf: ResourceStorageConfig['attributesOf'] = seen => {
    parsed.push(seen);
    return attributes;
  };
  const entryAt = (revision: number) => decodeEntry({ attributesOf } as ResourceStorageConfig, KEY, stored, revision);
  return { attributes, stored, parsed, entryAt };
}

describe('own writes', () => {
  it('are found again by exactly their revision', () => {
    const { entryAt } = setUp({});
    const own = new OwnWrites();
    const entry = entryAt(7);
    own.add(entry);
    own.add(entryAt(5));
    expect(own.take(KEY, 6)).toBeUndefined();
    expect(own.take(KEY, 7)).toBe(entry);
    expect(own.take(KEY, 7)).toBeUndefined();
  });

  it('are recognized by their bytes while their answer is awaited', async () => {
    const { attributes, stored, parsed, entryAt } = setUp({ app: 'x' });
    const own = new OwnWrites();
    await own.during(KEY, { stored, attributes }, async () => {
      const entry = entryAt(7);
      own.recognize(entry);
      expect(entry.labels).toEqual({ app: 'x' });
    });
    expect(parsed).toEqual([]);
    const later = entryAt(8);
    own.recognize(later);
    expect(later.name).toBe('a');
    expect(parsed).toHaveLength(1);
  });

  it('are not taken for somebody else’s bytes', async () => {
    const mine = setUp({ app: 'x' });
    const theirs = setUp({ app: 'y' });
    const own = new OwnWrites();
    await own.during(KEY, mine, async () => {
      const entry = theirs.entryAt(7);
      own.recognize(entry);
      expect(entry.labels).toEqual({ app: 'y' });
    });
    expect(theirs.parsed).toHaveLength(1);
  });
});
