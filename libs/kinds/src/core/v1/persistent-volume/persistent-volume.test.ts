import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

const VOLUMES = '/api/v1/persistentvolumes';
type Part = Readonly<Record<string, unknown>>;
const on = (key: string, ...values: string[]): Part => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] } },
});
const volume = (more: Part): Part => ({
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' }, ...more },
});

describe('the place of a volume', () => {
  const ODD = 'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]';
  test('v1.33 wants values that labels can have', () => {
    expect(ask(VOLUMES, 33).created(volume(on('k', '-1')))).toEqual([
      expect.stringMatching(`^${ODD.replace(/[[\].]/g, '\\$&')}: Invalid value: "-1": a valid label must be `),
    ]);
    expect(ask(VOLUMES).created(volume(on('k', '-1')))).toEqual([]);
  });
  const zone = (prefix: string) => volume(on(`${prefix}/zone`, 'z'));
  const [old, now] = [zone('failure-domain.beta.kubernetes.io'), zone('topology.kubernetes.io')];
  test('may follow a label to its new name', () => {
    expect(ask(VOLUMES, 33).changed(old, now)).toEqual([]);
    expect(ask(VOLUMES).changed(old, now)).toEqual([expect.stringMatching(/^nodeAffinity: .*field is immutable$/)]);
  });
  test.each([
    ['back', now, old],
    ['elsewhere', old, volume(on('topology.kubernetes.io/zone', 'y'))],
    ['to another label', old, volume(on('topology.kubernetes.io/region', 'z'))],
    ['away', old, volume({})],
  ])('does not move %s', (_title, before, after) => {
    expect(ask(VOLUMES, 33).changed(before, after)).toEqual([
      expect.stringMatching(/^nodeAffinity: .*field is immutable$/),
    ]);
  });
});

test('v1.33 warns of volumes of kinds that are gone, and of labels that have a new name', () => {
  const body = volume({
    hostPath: undefined,
    rbd: { monitors: ['m'], image: 'i' },
    ...on('beta.kubernetes.io/os', 'linux'),
  });
  expect(ask(VOLUMES, 33).warned(body)).toEqual([
    'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
  ]);
  expect(ask(VOLUMES).warned(body)).toEqual([]);
});

test('a secret to grow a volume by is named in full', () => {
  const csi = { driver: 'd', volumeHandle: 'h', nodeExpandSecretRef: { name: 's' } };
  expect(ask(VOLUMES, 33).created(volume({ hostPath: undefined, csi }))).toEqual([
    'spec.csi.nodeExpandSecretRef.namespace: Required value',
  ]);
});
