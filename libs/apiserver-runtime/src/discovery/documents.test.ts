import { describe, expect, test } from '@jest/globals';
import { storageVersionHash } from './documents';

describe('discovery documents', () => {
  test.each([
    ['', 'v1', 'Pod', 'xPOwRZ+Yhw8='],
    ['', 'v1', 'ConfigMap', 'qFsyl6wFWjQ='],
    ['apps', 'v1', 'Deployment', '8aSe+NMegvE='],
  ])('storage version hash of %s/%s %s', (group, version, kind, hash) => {
    expect(storageVersionHash(group, version, kind)).toBe(hash);
  });
});
