import { describe, expect, test } from '@jest/globals';
import { selectorFromSet, type KubeObject } from '@navarch/apimachinery';
import { planClaim } from './ownership';
import { slowStart } from './retry';

const owner = (more: object = {}): KubeObject => ({ metadata: { name: 'o', namespace: 'n', uid: 'o1', ...more } });
const object = (controller: string | undefined, labels: Record<string, string>, more: object = {}): KubeObject => ({
  metadata: {
    name: 'x',
    namespace: 'n',
    labels,
    ...(controller && {
      ownerReferences: [{ apiVersion: 'v1', kind: 'O', name: 'o', uid: controller, controller: true }],
    }),
    ...more,
  },
});
const deleting = { deletionTimestamp: '2024-01-01T00:00:00Z' };

describe('planClaim', () => {
  test.each([
    ['ours and matching is kept', owner(), object('o1', { a: 'b' }), 'keep'],
    ['ours and no longer matching is released', owner(), object('o1', {}), 'release'],
    ['of another is ignored', owner(), object('o2', { a: 'b' }), 'ignore'],
    ['a matching orphan is adopted', owner(), object(undefined, { a: 'b' }), 'adopt'],
    ['an orphan that does not match is ignored', owner(), object(undefined, {}), 'ignore'],
    ['a deleted owner adopts nothing', owner(deleting), object(undefined, { a: 'b' }), 'ignore'],
    ['a deleted owner releases nothing', owner(deleting), object('o1', {}), 'ignore'],
    ['what is being deleted is not adopted', owner(), object(undefined, { a: 'b' }, deleting), 'ignore'],
    ['other namespaces are ignored', owner(), object(undefined, { a: 'b' }, { namespace: 'm' }), 'ignore'],
  ])('%s', (_name, by, what, expected) => {
    expect(planClaim(by, selectorFromSet({ a: 'b' }), what)).toBe(expected);
  });
});

describe('slowStart', () => {
  test('doubles its batches and stops after the first that fails', async () => {
    const tried: number[] = [];
    const outcome = await slowStart(20, index => {
      tried.push(index);
      return index === 4 ? Promise.reject(new Error('quota')) : Promise.resolve();
    });
    expect(tried).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(outcome).toEqual({ done: 6, failure: new Error('quota') });
    expect(await slowStart(0, () => Promise.reject(new Error('never')))).toEqual({ done: 0 });
  });
});
