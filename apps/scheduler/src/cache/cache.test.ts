import { describe, expect, test } from '@jest/globals';
import { node, pod } from '../testkit';
import { Cache } from './cache';

const requested = (cache: Cache, name: string) => cache.snapshot().get(name)?.requested.milliCPU;

describe('Cache', () => {
  test('counts pods on their nodes, moves and removes them', () => {
    const cache = new Cache();
    cache.setNode(node('a').node!);
    cache.setNode(node('b').node!);
    cache.setPod(pod({ name: 'p', requests: { cpu: '1' }, on: 'a' }).pod);
    expect([requested(cache, 'a'), requested(cache, 'b')]).toEqual([1000, 0]);
    cache.setPod(pod({ name: 'p', requests: { cpu: '2' }, on: 'a' }).pod);
    expect(requested(cache, 'a')).toBe(2000);
    cache.removePod(pod({ name: 'p' }).pod);
    expect(requested(cache, 'a')).toBe(0);
  });

  test('an assumed pod counts at once, is confirmed or forgotten', () => {
    const cache = new Cache();
    cache.setNode(node('a').node!);
    const waiting = pod({ name: 'p', requests: { cpu: '1' } });
    cache.assume(waiting, 'a');
    expect(requested(cache, 'a')).toBe(1000);
    expect(() => cache.assume(waiting, 'a')).toThrow();
    cache.forget(waiting);
    expect(requested(cache, 'a')).toBe(0);
    cache.assume(waiting, 'a');
    cache.setPod(pod({ name: 'p', requests: { cpu: '1' }, on: 'a' }).pod);
    cache.forget(waiting);
    expect(requested(cache, 'a')).toBe(1000);
  });

  test('a pod may be known before its node, and outlive it', () => {
    const cache = new Cache();
    cache.setPod(pod({ name: 'p', requests: { cpu: '1' }, on: 'a' }).pod);
    expect(cache.snapshot().nodes).toEqual([]);
    cache.setNode(node('a').node!);
    expect(requested(cache, 'a')).toBe(1000);
    cache.removeNode('a');
    expect(cache.snapshot().get('a')).toBeUndefined();
    cache.setNode(node('a').node!);
    expect(requested(cache, 'a')).toBe(1000);
  });

  test('a snapshot does not change, and an unchanged cache hands out the same one', () => {
    const cache = new Cache();
    cache.setNode(node('a').node!);
    const before = cache.snapshot();
    expect(cache.snapshot()).toBe(before);
    cache.assume(pod({ requests: { cpu: '1' } }), 'a');
    expect(before.get('a')!.requested.milliCPU).toBe(0);
  });
});
