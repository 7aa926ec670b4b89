import { describe, expect, test } from '@jest/globals';
import { compareVersions, storageVersionHash } from './documents';

describe('discovery documents', () => {
  test('versions are ordered by preference', () => {
    const versions = ['v1alpha1', 'foo', 'v2', 'v1beta2', 'v10', 'v1', 'v1beta10', 'bar'];
    expect(versions.sort(compareVersions)).toEqual([
      'v10',
      'v2',
      'v1',
      'v1beta10',
      'v1beta2',
      'v1alpha1',
      'bar',
      'foo',
    ]);
  });
  test.each([
    ['', 'v1', 'Pod', 'xPOwRZ+Yhw8='],
    ['', 'v1', 'ConfigMap', 'qFsyl6wFWjQ='],
    ['apps', 'v1', 'Deployment', '8aSe+NMegvE='],
  ])('storage version hash of %s/%s %s', (group, version, kind, hash) => {
    expect(storageVersionHash(group, version, kind)).toBe(hash);
  });
});
