import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { releaseOf } from '../../shared/release';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  bestMatch,
  boundClaim,
  boundVolume,
  planVolume,
  whyPending,
  withProvisioner,
} from './plan';

const claim = (spec: Partial<corev1.PersistentVolumeClaimSpec> = {}): corev1.PersistentVolumeClaim => ({
  metadata: { namespace: 'n', name: 'c', uid: 'u' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
});
const volume = (
  name: string,
  storage: string,
  spec: Partial<corev1.PersistentVolumeSpec> = {},
  phase = 'Available',
): corev1.PersistentVolume => ({
  metadata: { name, labels: { name } },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], ...spec },
  status: { phase },
});
const own = { claimRef: { namespace: 'n', name: 'c', uid: 'u' } };
const kept = { claimRef: { namespace: 'n', name: 'c' } };
const foreign = { claimRef: { namespace: 'n', name: 'c', uid: 'an earlier one' } };

describe('bestMatch', () => {
  test.each([
    ['the smallest that fits', {}, false, [volume('a', '9Gi'), volume('b', '3Gi'), volume('s', '1Gi')], 'b'],
    ['what is kept for it, however large', {}, false, [volume('a', '2Gi'), volume('k', '9Gi', kept)], 'k'],
    ['while waiting too', {}, true, [volume('a', '2Gi'), volume('k', '9Gi', kept)], 'k'],
    ['and nothing else then', {}, true, [volume('a', '2Gi')], undefined],
    ['a bind that was begun goes on', {}, false, [volume('o', '2Gi', own, 'Bound')], 'o'],
    ['not another’s', {}, false, [volume('f', '2Gi', foreign)], undefined],
    ['not a released one', {}, false, [volume('r', '2Gi', {}, 'Released')], undefined],
    ['not of another class', {}, false, [volume('a', '2Gi', { storageClassName: 'x' })], undefined],
    ['of its class', { storageClassName: 'x' }, false, [volume('a', '2Gi', { storageClassName: 'x' })], 'a'],
    ['not of another mode', { volumeMode: 'Block' }, false, [volume('a', '2Gi')], undefined],
    ['not without its access', { accessModes: ['ReadWriteMany'] }, false, [volume('a', '2Gi')], undefined],
    [
      'what it selects',
      { selector: { matchLabels: { name: 'b' } } },
      false,
      [volume('a', '2Gi'), volume('b', '9Gi')],
      'b',
    ],
  ] as [string, Partial<corev1.PersistentVolumeClaimSpec>, boolean, corev1.PersistentVolume[], string | undefined][])(
    '%s',
    (_name, spec, waits, volumes, expected) =>
      expect(bestMatch(volumes, claim(spec), waits)?.metadata?.name).toBe(expected),
  );
});

test('binding names each in the other, and says who chose', () => {
  const free = boundVolume(volume('v', '2Gi'), claim());
  expect(free.spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c', uid: 'u' });
  expect(free.metadata?.annotations).toEqual({ [BOUND_BY_CONTROLLER]: 'yes' });
  expect(boundVolume(volume('v', '2Gi', kept), claim()).metadata?.annotations).toEqual({});
  expect(boundVolume(free, claim())).toBe(free);
  const chosen = boundClaim(claim(), free);
  expect(chosen.spec?.volumeName).toBe('v');
  expect(chosen.metadata?.annotations).toEqual({ [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' });
  expect(boundClaim(claim({ volumeName: 'v' }), free).metadata?.annotations).toEqual({ [BIND_COMPLETED]: 'yes' });
  expect(boundClaim(chosen, free)).toBe(chosen);
});

test.each([
  ['nobody’s', volume('v', '1'), undefined, 'Available'],
  ['kept for one to come', volume('v', '1', kept), undefined, 'Available'],
  ['kept for one that is there', volume('v', '1', kept), claim(), 'ask claim'],
  ['its claim is gone', volume('v', '1', own), undefined, 'Released'],
  ['half bound', volume('v', '1', own), claim(), 'ask claim'],
  ['bound', volume('v', '1', own), claim({ volumeName: 'v' }), 'Bound'],
  ['its claim chose another', boundVolume(volume('v', '1'), claim()), claim({ volumeName: 'w' }), 'unbind'],
])('a volume: %s', (_name, given, of, expected) => expect(planVolume(given, of)).toBe(expected));

const storageClass = (provisioner: string, volumeBindingMode = 'Immediate') => ({ provisioner, volumeBindingMode });
test.each([
  [claim(), undefined, 'FailedBinding'],
  [claim({ storageClassName: 'x' }), undefined, 'ProvisioningFailed'],
  [claim({ storageClassName: 'x' }), storageClass('kubernetes.io/no-provisioner'), undefined],
  [claim({ storageClassName: 'x' }), storageClass('example.com/disk'), 'ExternalProvisioning'],
  [claim({ storageClassName: 'x' }), storageClass('example.com/disk', 'WaitForFirstConsumer'), 'WaitForFirstConsumer'],
])('whyPending %#', (given, of, reason) => expect(whyPending(given, of, releaseOf(33))?.reason).toBe(reason));

test.each([
  [20, ['volume.beta.kubernetes.io/storage-provisioner']],
  [33, ['volume.beta.kubernetes.io/storage-provisioner', 'volume.kubernetes.io/storage-provisioner']],
])('1.%i: a claim names who is to make its volume', (minor, names) => {
  const claim = { metadata: { name: 'c' }, spec: { storageClassName: 'ext' } };
  const external = { metadata: { name: 'ext' }, provisioner: 'x.io/y' };
  const named = withProvisioner(claim, external, releaseOf(minor));
  expect(named.metadata?.annotations).toEqual(Object.fromEntries(names.map(name => [name, 'x.io/y'])));
  expect(withProvisioner(named, external, releaseOf(minor))).toBe(named);
  for (const other of [
    undefined,
    { ...external, provisioner: 'kubernetes.io/no-provisioner' },
    { ...external, volumeBindingMode: 'WaitForFirstConsumer' },
  ])
    expect(withProvisioner(claim, other, releaseOf(minor))).toBe(claim);
});
