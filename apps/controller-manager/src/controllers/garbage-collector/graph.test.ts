import { describe, expect, test } from '@jest/globals';
import { Pods, ReplicaSets } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import { DependencyGraph } from './graph';
import { ownerState, planCollect } from './plan';

const object = (uid: string, more: Partial<NonNullable<KubeObject['metadata']>> = {}): KubeObject => ({
  metadata: { name: uid, namespace: 'n', uid, ...more },
});
const ownedBy = (uid: string, more: object = {}) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: uid, uid, ...more }],
});
const gone = { deletionTimestamp: '2024-01-01T00:00:00Z' };

function graph() {
  const told: string[] = [];
  const made = new DependencyGraph({
    attemptToDelete: node => told.push(`delete ${node.uid}${node.virtual ? ' (virtual)' : ''}`),
    attemptToOrphan: node => told.push(`orphan ${node.uid}`),
  });
  return { told, made, heard: () => told.splice(0) };
}

describe('DependencyGraph', () => {
  test('dependents of a removed owner are looked at', () => {
    const { made, heard } = graph();
    made.observe(ReplicaSets, object('rs'));
    made.observe(Pods, object('p', ownedBy('rs')));
    expect(heard()).toEqual([]);
    made.remove('rs');
    expect(heard()).toEqual(['delete p']);
    made.remove('p');
    expect(made.size).toBe(0);
  });

  test('an owner that nobody has seen is looked for; once seen it is none to look for', () => {
    const { made, heard } = graph();
    made.observe(Pods, object('p', ownedBy('rs')));
    expect(heard()).toEqual(['delete rs (virtual)']);
    made.observe(ReplicaSets, object('rs'));
    expect(heard()).toEqual([]);
    expect(made.get('rs')?.virtual).toBe(false);
  });

  test('an owner that proves to be elsewhere than named makes its dependent suspicious', () => {
    const { made, heard } = graph();
    made.observe(ReplicaSets, object('rs', { namespace: 'other' }));
    made.observe(Pods, object('p', ownedBy('rs')));
    expect(heard()).toEqual(['delete p']);
  });

  test('foreground deletion waits for blocking dependents', () => {
    const { made, heard } = graph();
    made.observe(ReplicaSets, object('rs'));
    made.observe(Pods, object('p', ownedBy('rs', { blockOwnerDeletion: true })));
    made.observe(Pods, object('q', ownedBy('rs')));
    made.observe(ReplicaSets, object('rs', { ...gone, finalizers: ['foregroundDeletion'] }));
    expect(heard()).toEqual(['delete p', 'delete q', 'delete rs']);
    expect(made.blockingDependents(made.get('rs')!).map(node => node.uid)).toEqual(['p']);
    made.remove('p');
    expect(heard()).toEqual(['delete rs']);
    expect(made.blockingDependents(made.get('rs')!)).toEqual([]);
  });

  test('orphaning is told once', () => {
    const { made, heard } = graph();
    const orphaning = object('rs', { ...gone, finalizers: ['orphan'] });
    made.observe(ReplicaSets, orphaning);
    made.observe(ReplicaSets, orphaning);
    expect(heard()).toEqual(['orphan rs']);
  });

  test('a changed owner reference moves the edge', () => {
    const { made, heard } = graph();
    made.observe(ReplicaSets, object('a'));
    made.observe(ReplicaSets, object('b'));
    made.observe(Pods, object('p', ownedBy('a')));
    made.observe(Pods, object('p', ownedBy('b')));
    made.remove('a');
    expect(heard()).toEqual([]);
    made.remove('b');
    expect(heard()).toEqual(['delete p']);
  });
});

describe('planCollect', () => {
  const reference = (uid: string) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: uid, uid });
  const states = (...list: [string, 'solid' | 'waiting' | 'absent'][]) =>
    list.map(([uid, state]) => ({ reference: reference(uid), state }));
  test.each([
    ['no owners', {}, [], false, { do: 'nothing' }],
    ['a solid owner keeps it', {}, states(['a', 'solid']), false, { do: 'nothing' }],
    [
      'with a solid owner the others are dropped',
      {},
      states(['a', 'solid'], ['b', 'absent'], ['c', 'waiting']),
      false,
      { do: 'release', uids: ['b', 'c'] },
    ],
    [
      'without one it is deleted',
      {},
      states(['a', 'absent']),
      true,
      { do: 'delete', policy: 'Background', unblock: false },
    ],
    [
      'in the foreground while its owner waits',
      {},
      states(['a', 'waiting']),
      true,
      { do: 'delete', policy: 'Foreground', unblock: false },
    ],
    [
      'at once if it has no dependents',
      {},
      states(['a', 'waiting']),
      false,
      { do: 'delete', policy: 'Background', unblock: false },
    ],
    [
      'as its finalizers ask',
      { finalizers: ['orphan'] },
      states(['a', 'absent']),
      false,
      { do: 'delete', policy: 'Orphan', unblock: false },
    ],
  ] as const)('%s', (_name, metadata, owners, dependents, expected) => {
    expect(
      planCollect(
        { metadata: { ...metadata, finalizers: [...('finalizers' in metadata ? metadata.finalizers : [])] } },
        owners,
        dependents,
        false,
      ),
    ).toEqual(expected);
  });
  test('an owner of the same name with another uid is absent', () => {
    expect(ownerState(reference('a'), object('b'))).toBe('absent');
    expect(ownerState(reference('a'), object('a'))).toBe('solid');
    expect(ownerState(reference('a'), object('a', { ...gone, finalizers: ['foregroundDeletion'] }))).toBe('waiting');
    expect(ownerState(reference('a'), object('a', gone))).toBe('solid');
  });
});
