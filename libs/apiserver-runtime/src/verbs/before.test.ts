import { describe, expect, test } from '@jest/globals';
import type { AnyObject } from '@navarch/apimachinery';
import { prepareMetadata } from './before-create';
import { carryMetadata, finishesDeletion } from './before-update';
import { checkPreconditions, checkStored, finalizersFor, planDeletion } from './before-delete';

const now = Date.parse('2024-05-01T10:00:00Z');
const system = { uid: 'u', creationTimestamp: '2024-05-01T10:00:00Z' };
const options = (o: object = {}) => ({ dryRun: false, ...o });

describe('prepareMetadata', () => {
  test('what only the server may set is the server’s', () => {
    const object: AnyObject = {
      metadata: {
        name: 'a',
        uid: 'mine',
        creationTimestamp: 'x',
        deletionTimestamp: 'y',
        deletionGracePeriodSeconds: 3,
        labels: {},
      },
    };
    expect(prepareMetadata(object, true, 'n', system)).toEqual({ name: 'a', namespace: 'n', ...system });
  });
  test('cluster-scoped objects lose their namespace', () => {
    expect(prepareMetadata({ metadata: { name: 'a', namespace: 'x' } }, false, '', system)).toEqual({
      name: 'a',
      ...system,
    });
  });
  test('another namespace than the request’s is refused', () => {
    expect(() => prepareMetadata({ metadata: { namespace: 'x' } }, true, 'n', system)).toThrow(
      'does not match the namespace sent',
    );
  });
});

describe('carryMetadata', () => {
  test('generation, creation and deletion are the present object’s', () => {
    const old: AnyObject = {
      metadata: {
        name: 'a',
        uid: 'u',
        generation: 4,
        creationTimestamp: 'c',
        deletionTimestamp: 'd',
        deletionGracePeriodSeconds: 0,
      },
    };
    const object: AnyObject = { metadata: { name: 'a', generation: 9, creationTimestamp: 'x' } };
    expect(carryMetadata(object, old, true, 'n')).toEqual({ ...old.metadata, namespace: 'n' });
  });
  test('a wrong uid is left for validation to find', () => {
    expect(carryMetadata({ metadata: { uid: 'x' } }, { metadata: { uid: 'u' } }, false, '')).toMatchObject({
      uid: 'x',
    });
  });
});

describe('finishesDeletion', () => {
  test.each<[string, AnyObject, AnyObject, boolean]>([
    [
      'the last finalizer goes',
      { metadata: { deletionTimestamp: 'd' } },
      { metadata: { deletionGracePeriodSeconds: 0, finalizers: ['f'] } },
      true,
    ],
    ['one stays', { metadata: { deletionTimestamp: 'd', finalizers: ['f'] } }, { metadata: {} }, false],
    [
      'a grace period runs',
      { metadata: { deletionTimestamp: 'd' } },
      { metadata: { deletionGracePeriodSeconds: 30 } },
      false,
    ],
    ['it is not being deleted', { metadata: {} }, { metadata: {} }, false],
    [
      'a namespace waits for its own finalizers',
      {
        kind: 'Namespace',
        apiVersion: 'v1',
        metadata: { deletionTimestamp: 'd' },
        spec: { finalizers: ['kubernetes'] },
      },
      { metadata: {} },
      false,
    ],
  ])('%s', (_, object, old, expected) => {
    expect(finishesDeletion(object, old)).toBe(expected);
  });
});

describe('planDeletion', () => {
  const graceful = { gracePeriodSeconds: (_: AnyObject, requested: number | undefined) => requested ?? 30 };
  const plain = { garbage: 'background' as const };
  test('an object that nothing keeps goes at once', () => {
    expect(planDeletion({ metadata: {} }, options(), plain, now, 33)).toEqual({ kind: 'remove' });
  });
  test('a finalizer keeps it, marked', () => {
    const metadata = { finalizers: ['a/b'], generation: 2 };
    expect(planDeletion({ metadata }, options(), plain, now, 33)).toEqual({
      kind: 'update',
      remove: false,
      metadata: {
        finalizers: ['a/b'],
        generation: 3,
        deletionTimestamp: '2024-05-01T10:00:00Z',
        deletionGracePeriodSeconds: 0,
      },
    });
  });
  test.each<[string, object, object, object]>([
    ['its own grace period', {}, {}, { deletionTimestamp: '2024-05-01T10:00:30Z', deletionGracePeriodSeconds: 30 }],
    [
      'the asked one',
      {},
      { gracePeriodSeconds: 5 },
      { deletionTimestamp: '2024-05-01T10:00:05Z', deletionGracePeriodSeconds: 5 },
    ],
    [
      'a negative one is a second',
      {},
      { gracePeriodSeconds: -1 },
      { deletionTimestamp: '2024-05-01T10:00:01Z', deletionGracePeriodSeconds: 1 },
    ],
    [
      'a shorter one than the present counts from the beginning',
      { deletionTimestamp: '2024-05-01T10:00:50Z', deletionGracePeriodSeconds: 50 },
      { gracePeriodSeconds: 20 },
      { deletionTimestamp: '2024-05-01T10:00:20Z', deletionGracePeriodSeconds: 20 },
    ],
  ])('graceful: %s', (_, metadata, asked, expected) => {
    expect(planDeletion({ metadata }, options(asked), { ...plain, graceful }, now, 33)).toEqual({
      kind: 'update',
      remove: false,
      metadata: expected,
    });
  });
  test('graceful: before 1.22 a negative period is as given', () => {
    expect(
      planDeletion({ metadata: {} }, options({ gracePeriodSeconds: -5 }), { ...plain, graceful }, now, 20),
    ).toMatchObject({
      metadata: { deletionTimestamp: '2024-05-01T09:59:55Z', deletionGracePeriodSeconds: -5 },
      remove: true,
    });
  });
  test('graceful: a longer period changes nothing', () => {
    const metadata = { deletionTimestamp: '2024-05-01T10:00:50Z', deletionGracePeriodSeconds: 50 };
    expect(planDeletion({ metadata }, options({ gracePeriodSeconds: 90 }), { ...plain, graceful }, now, 33)).toEqual({
      kind: 'pending',
    });
  });
  test('graceful: zero marks it and removes it', () => {
    expect(
      planDeletion({ metadata: {} }, options({ gracePeriodSeconds: 0 }), { ...plain, graceful }, now, 33),
    ).toMatchObject({ kind: 'update', remove: true });
  });
});

describe('finalizersFor', () => {
  test.each<[string[], object, 'background' | 'orphan' | 'unsupported', string[]]>([
    [[], {}, 'background', []],
    [[], {}, 'orphan', ['orphan']],
    [[], { propagationPolicy: 'Background' }, 'orphan', []],
    [['x'], { propagationPolicy: 'Foreground' }, 'background', ['x', 'foregroundDeletion']],
    [['orphan'], { propagationPolicy: 'Background' }, 'background', []],
    [['foregroundDeletion'], {}, 'background', ['foregroundDeletion']],
    [[], { orphanDependents: true }, 'background', ['orphan']],
    [[], { propagationPolicy: 'Orphan' }, 'unsupported', []],
  ])('%j %j %s', (present, asked, garbage, expected) => {
    expect(finalizersFor(present, options(asked), garbage)).toEqual(expected);
  });
});

test('preconditions name what differs', () => {
  const check = (preconditions: object) => () =>
    checkPreconditions(
      { group: '', kind: 'ConfigMap' },
      { metadata: { name: 'a', uid: 'u', resourceVersion: '7' } },
      { preconditions },
    );
  expect(check({ uid: 'x' })).toThrow(
    'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (u)',
  );
  expect(check({ resourceVersion: '6' })).toThrow(
    'the ResourceVersion in the precondition (6) does not match the ResourceVersion in record (7)',
  );
  expect(check({ uid: 'u', resourceVersion: '7' })).not.toThrow();
});

describe('checkStored', () => {
  const object = { metadata: { name: 'a', uid: 'u', resourceVersion: '7' } };
  const target = { group: '', resource: 'namespaces' };
  test.each<[object, string | undefined]>([
    [{}, undefined],
    [{ uid: 'u', resourceVersion: '7' }, undefined],
    [{ uid: 'v' }, 'UID in precondition: v, UID in object meta: u'],
    [{ resourceVersion: '8' }, 'ResourceVersion in precondition: 8, ResourceVersion in object meta: 7'],
  ])('%j', (preconditions, why) => {
    const check = () => checkStored(target, object, { dryRun: false, preconditions });
    if (why === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(`Operation cannot be fulfilled on namespaces "a": Precondition failed: ${why}`);
  });
});
