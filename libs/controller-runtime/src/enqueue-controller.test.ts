import { beforeEach, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { selectorFromSet } from '@navarch/apimachinery';
import type { EventHandler, Lister, WorkQueue } from '@navarch/client';
import { enqueueController } from './enqueue-controller';
import { Expectations } from './expectations';

const owner = (name: string, uid = `uid-${name}`): corev1.ReplicationController => ({
  metadata: { namespace: 'ns', name, uid },
  spec: { selector: { app: name } },
});
const pod = (labels: Record<string, string>, of?: string, uid = `uid-${of}`): corev1.Pod => ({
  metadata: {
    ...{ namespace: 'ns', name: 'p', uid: 'p', labels },
    ...(of && {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ReplicationController', name: of, uid, controller: true }],
    }),
  },
});
const deleting = (one: corev1.Pod): corev1.Pod => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
});

describe('enqueueController', () => {
  const owners = [owner('a'), owner('b')];
  let added: string[];
  let expectations: Expectations;
  let handler: EventHandler<corev1.Pod>;
  beforeEach(() => {
    added = [];
    expectations = new Expectations();
    const lister = {
      get: (_: string, name: string) => owners.find(one => one.metadata?.name === name),
      list: () => owners,
    } as unknown as Lister<corev1.ReplicationController>;
    handler = enqueueController({
      queue: { add: (key: string) => added.push(key) } as unknown as WorkQueue,
      kind: 'ReplicationController',
      owners: lister,
      selector: one => selectorFromSet(one.spec?.selector),
      expectations,
    });
  });

  test.each<[string, (h: EventHandler<corev1.Pod>) => void, string[]]>([
    ['an owned pod', h => h.added?.(pod({}, 'a')), ['ns/a']],
    ['one whose owner was replaced by its namesake', h => h.added?.(pod({}, 'a', 'old')), []],
    ['one whose owner is not cached', h => h.added?.(pod({}, 'c')), []],
    ['an orphan that matches', h => h.added?.(pod({ app: 'b' })), ['ns/b']],
    ['an orphan that matches nobody', h => h.added?.(pod({ app: 'c' })), []],
    ['a change', h => h.updated?.(pod({}, 'a'), pod({}, 'a')), ['ns/a']],
    ['another owner', h => h.updated?.(pod({}, 'a'), pod({}, 'b')), ['ns/a', 'ns/b']],
    ['let go', h => h.updated?.(pod({ app: 'b' }, 'a'), pod({ app: 'b' })), ['ns/a', 'ns/b']],
    ['an orphan with other labels', h => h.updated?.(pod({ app: 'x' }), pod({ app: 'b' })), ['ns/b']],
    ['an orphan with the same labels', h => h.updated?.(pod({ app: 'b' }), pod({ app: 'b' })), []],
    ['deleted', h => h.deleted?.(pod({}, 'a')), ['ns/a']],
    ['a deleted orphan', h => h.deleted?.(pod({ app: 'a' })), []],
  ])('%s', (_, event, keys) => {
    event(handler);
    expect(added).toEqual(keys);
  });

  test('expectations hear of creations and of deletions, which begin with the deletion timestamp', () => {
    expectations.expectCreations('ns/a', 1);
    handler.added?.(pod({}, 'a'));
    expect(expectations.satisfied('ns/a')).toBe(true);
    expectations.expectDeletions('ns/a', ['p']);
    handler.updated?.(pod({}, 'a'), deleting(pod({}, 'a')));
    expect(expectations.satisfied('ns/a')).toBe(true);
  });
});
