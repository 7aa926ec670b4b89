import { describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import { silentLogger } from '@navarch/base';
import { FakeClock } from '@navarch/testing';
import { podWith } from '../testkit/pods';
import { EvictionManager } from './eviction-manager';
import { rankForEviction } from './rank';
import { parseThresholds, thresholdsMet, type Observation, type Signal } from './thresholds';

const GIB = 2 ** 30;
const DEFAULTS = ['memory.available<100Mi', 'nodefs.available<10%', 'nodefs.inodesFree<5%'];
const plenty: [Signal, Observation][] = [
  ['memory.available', { available: GIB, capacity: 4 * GIB }],
  ['nodefs.available', { available: 50, capacity: 100 }],
  ['nodefs.inodesFree', { available: 50, capacity: 100 }],
];
const pod = (name: string, more: Partial<corev1.PodSpec> = {}, annotations: Record<string, string> = {}) =>
  podWith(more, { name, uid: name, annotations });
const requests = (memory: string): Partial<corev1.PodSpec> => ({
  containers: [{ name: 'x', resources: { requests: { memory } } }],
});

describe('thresholds', () => {
  test.each<[string, [Signal, Observation][], Signal[]]>([
    ['plenty of all', plenty, []],
    ['little memory', [['memory.available', { available: 99 * 2 ** 20, capacity: GIB }]], ['memory.available']],
    [
      'little disk and memory',
      [
        ['nodefs.available', { available: 9, capacity: 100 }],
        ['memory.available', { available: 1, capacity: GIB }],
      ],
      ['memory.available', 'nodefs.available'],
    ],
    ['exactly at it', [['nodefs.available', { available: 10, capacity: 100 }]], []],
    ['nothing seen', [], []],
  ])('%s', (_, observations, want) => {
    expect(thresholdsMet(parseThresholds(DEFAULTS), new Map(observations)).map(({ signal }) => signal)).toEqual(want);
  });
  test.each(['x', 'memory.available>1', 'other<1', 'memory.available<lots', 'nodefs.available<x%'])(
    '%s is none',
    spec => {
      expect(() => parseThresholds([spec])).toThrow('invalid eviction threshold');
    },
  );
});

describe('rankForEviction', () => {
  test('above its requests first, then the lower priority, then the larger excess; never the critical', () => {
    const uses = [
      { pod: pod('within', requests('10Mi')), used: 2 ** 20 },
      { pod: pod('important', { priority: 1000 }), used: GIB },
      { pod: pod('small'), used: 1 },
      { pod: pod('large'), used: 100 },
      { pod: pod('static', {}, { 'kubernetes.io/config.source': 'file' }), used: GIB },
      { pod: pod('system', { priority: 2_000_001_000 }), used: GIB },
    ];
    expect(rankForEviction(uses, 'memory').map(({ metadata }) => metadata?.name)).toEqual([
      'large',
      'small',
      'important',
      'within',
    ]);
  });
});

describe('EvictionManager', () => {
  const setup = (pods: corev1.Pod[], podDir = '/nonexistent') => {
    const clock = new FakeClock();
    const observations = new Map(plenty);
    const evicted: string[] = [];
    let told = 0;
    const manager = new EvictionManager({
      clock,
      log: silentLogger,
      thresholds: parseThresholds(DEFAULTS),
      observe: () => Promise.resolve(observations),
      activePods: () => pods,
      memoryUse: () =>
        Promise.resolve(
          new Map([
            ['a', 5],
            ['b', 9],
          ]),
        ),
      podDir: uid => path.join(podDir, uid),
      evict: (uid, message) => evicted.push(`${uid}: ${message}`),
      onPressure: () => told++,
    });
    return { clock, observations, evicted, manager, told: () => told };
  };

  test('evicts one pod at a time while memory is short, and tells of the pressure', async () => {
    const { manager, observations, evicted, clock, told } = setup([pod('a'), pod('b')]);
    await manager.look();
    expect([evicted, [...manager.pressures], told()]).toEqual([[], [], 0]);
    observations.set('memory.available', { available: 50 * 2 ** 20, capacity: GIB });
    await manager.look();
    await manager.look();
    expect(evicted).toEqual([
      'b: The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. ',
    ]);
    expect([[...manager.pressures], told()]).toEqual([['MemoryPressure'], 1]);
    await clock.advance(30_000);
    await manager.look();
    expect(evicted).toHaveLength(2);
    observations.set('memory.available', { available: GIB, capacity: GIB });
    await manager.look();
    expect([[...manager.pressures], told()]).toEqual([[], 2]);
  });

  test('evicts a pod whose emptyDir has outgrown its limit', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'eviction-'));
    try {
      const volume = path.join(dir, 'a/volumes/kubernetes.io~empty-dir/scratch');
      await mkdir(volume, { recursive: true });
      const { manager, evicted } = setup(
        [pod('a', { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '100Ki' } }] })],
        dir,
      );
      await manager.look();
      expect(evicted).toEqual([]);
      await writeFile(path.join(volume, 'big'), Buffer.alloc(200 * 1024, 1));
      await manager.look();
      expect(evicted).toEqual(['a: Usage of EmptyDir volume "scratch" exceeds the limit "100Ki". ']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
