import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { claimsOfPod, planFinalizer, usesClaim, withFinalizers } from './plan';

const pod = (nodeName?: string): corev1.Pod => ({
  metadata: { name: 'p' },
  spec: {
    nodeName,
    containers: [],
    volumes: [
      { name: 'a', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'scratch', ephemeral: {} },
      { name: 'x', emptyDir: {} },
    ],
  },
});

test('a pod uses its claims once it has a node', () => {
  expect(claimsOfPod(pod())).toEqual(['data', 'p-scratch']);
  expect(usesClaim(pod('n'), 'data')).toBe(true);
  expect(usesClaim(pod('n'), 'other')).toBe(false);
  expect(usesClaim(pod(), 'data')).toBe(false);
});

test.each([
  [[], undefined, false, 'add'],
  [['f'], undefined, false, 'keep'],
  [['f'], 'now', true, 'keep'],
  [['f'], 'now', false, 'remove'],
  [[], 'now', false, 'keep'],
])('finalizers %j, deleted %s, in use %s', (finalizers, deletionTimestamp, inUse, expected) => {
  expect(planFinalizer({ metadata: { finalizers, deletionTimestamp } }, 'f', inUse)).toBe(expected);
});

test('others keep their finalizers', () => {
  const given = { metadata: { finalizers: ['x', 'f'] } };
  expect(withFinalizers(given, 'f', 'remove').metadata.finalizers).toEqual(['x']);
  expect(withFinalizers({ metadata: {} } as typeof given, 'f', 'add').metadata.finalizers).toEqual(['f']);
});
