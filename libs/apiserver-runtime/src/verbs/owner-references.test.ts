import { describe, expect, test } from '@jest/globals';
import type { OwnerReference } from '@navarch/apimachinery';
import { dedupOwners } from './owner-references';

const owner = (name: string, uid: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  ...more,
});

describe('dedupOwners', () => {
  test.each<[string, OwnerReference[], string[], string[]]>([
    ['nothing twice', [owner('a', '1'), owner('b', '2')], ['a', 'b'], []],
    ['one twice', [owner('a', '1'), owner('b', '2'), owner('a', '1')], ['a', 'b'], ['1']],
    ['the same uid in other words', [owner('a', '1'), owner('a', '1', { controller: true })], ['a', 'a'], []],
  ])('%s', (_, ownerReferences, names, uids) => {
    const object = { metadata: { ownerReferences } };
    const warnings: string[] = [];
    dedupOwners(object, false, text => warnings.push(text));
    expect(object.metadata.ownerReferences.map(({ name }) => name)).toEqual(names);
    expect(warnings.map(text => text.split('duplicate UID(s) observed: ')[1])).toEqual(uids);
  });
  test('what plugins have added is told apart', () => {
    const warnings: string[] = [];
    dedupOwners({ metadata: { ownerReferences: [owner('a', '1'), owner('a', '1')] } }, true, t => warnings.push(t));
    expect(warnings[0]).toContain('contains duplicate entries after mutating admission happens; API server');
  });
});
