import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { podCgroupPath, podCgroupWrites } from '../cgroups/cgroup-files';
import { cgroupV2Weight, containerResources, cpuQuota, cpuShares, oomScoreAdj, podCgroup } from './linux-resources';
import { podAmounts, qosClass } from './pod-resources';
import { milliValue, quantityValue, wholeValue } from './quantity';

const c = (
  requests: Record<string, string> = {},
  limits: Record<string, string> = {},
  restartPolicy?: string,
): corev1.Container => ({ name: 'x', resources: { requests, limits }, ...(restartPolicy && { restartPolicy }) });

describe('quantities', () => {
  test.each([
    ['1', 1],
    ['500m', 0.5],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2k', 2000],
    ['1e3', 1000],
    ['-1', -1],
    ['abc', NaN],
  ])('%s is %d', (text, value) => expect(quantityValue(text)).toBe(value));
  test('round up', () => expect([milliValue('0.1'), milliValue('100u'), wholeValue('1500m')]).toEqual([100, 1, 2]));
});

describe('qosClass', () => {
  test.each<[string, corev1.Container[], string]>([
    ['nothing asked', [c()], 'BestEffort'],
    ['only other resources', [c({ 'ephemeral-storage': '1Gi' })], 'BestEffort'],
    ['requests', [c({ cpu: '1' })], 'Burstable'],
    ['limits of both, requests follow', [c({}, { cpu: '1', memory: '1Gi' })], 'Guaranteed'],
    ['equal however written', [c({ cpu: '1000m', memory: '1024Mi' }, { cpu: '1', memory: '1Gi' })], 'Guaranteed'],
    ['requests below limits', [c({ cpu: '500m' }, { cpu: '1', memory: '1Gi' })], 'Burstable'],
    ['one container without', [c({}, { cpu: '1', memory: '1Gi' }), c()], 'Burstable'],
  ])('%s', (_, containers, want) => expect(qosClass({ containers })).toBe(want));
});

describe('podAmounts', () => {
  test('takes the larger of main containers and the largest init step, sidecars in both, plus overhead', () => {
    const spec = {
      containers: [c({ cpu: '100m' }), c({ cpu: '200m', memory: '1Ki' })],
      initContainers: [c({ cpu: '50m' }, {}, 'Always'), c({ cpu: '400m' }), c({ memory: '2Ki' })],
      overhead: { cpu: '10m' },
    };
    expect(Object.fromEntries(podAmounts(spec, 'requests'))).toEqual({ cpu: 460, memory: 2048 });
  });
});

describe('cgroup numbers', () => {
  test.each([
    [0, 2],
    [1, 2],
    [100, 102],
    [1000, 1024],
    [2500, 2560],
    [1_000_000, 262_144],
  ])('cpuShares(%d) is %d', (milli, want) => expect(cpuShares(milli)).toBe(want));
  test.each([
    [0, 0],
    [5, 1000],
    [100, 10_000],
    [1500, 150_000],
  ])('cpuQuota(%d) is %d', (milli, want) => expect(cpuQuota(milli)).toBe(want));
  test.each([
    [2, 1],
    [1024, 39],
    [262_144, 10_000],
  ])('cgroupV2Weight(%d) is %d', (shares, want) => expect(cgroupV2Weight(shares)).toBe(want));
  test.each([
    ['Guaranteed', 0, -997],
    ['BestEffort', 0, 1000],
    ['Burstable', 0, 999],
    ['Burstable', 500, 500],
    ['Burstable', 1000, 3],
  ] as const)('oomScoreAdj(%s, %d of 1000) is %d', (qos, request, want) =>
    expect(oomScoreAdj(qos, request, 1000)).toBe(want),
  );

  test('containerResources', () => {
    const spec = { containers: [c({ cpu: '250m', memory: '64Mi' }, { cpu: '500m', memory: '128Mi' })] };
    expect(containerResources(spec, spec.containers[0]!, 2 ** 30)).toEqual({
      cpuShares: 256,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimitInBytes: 128 * 2 ** 20,
      oomScoreAdj: 938,
    });
  });
  test('a pod is limited only if each of its containers is', () => {
    expect(podCgroup({ containers: [c({}, { cpu: '1', memory: '1Mi' }), c({}, { cpu: '1' })] })).toEqual({
      cpuShares: 2048,
      cpuQuotaUs: 200_000,
      cpuPeriodUs: 100_000,
    });
    expect(podCgroup({ containers: [c()] })).toEqual({ cpuShares: 2 });
  });
  test('podCgroupPath and podCgroupWrites', () => {
    expect(podCgroupPath('', 'Guaranteed', 'u')).toBe('/kubepods/podu');
    expect(podCgroupPath('/a/', 'BestEffort', 'u')).toBe('/a/kubepods/besteffort/podu');
    const full = { cpuShares: 1024, cpuQuotaUs: 50_000, cpuPeriodUs: 100_000, memoryLimitBytes: 7 };
    expect(podCgroupWrites('v1', full).map(w => [w.controller, w.file, w.value])).toEqual([
      ['cpu', 'cpu.shares', '1024'],
      ['cpu', 'cpu.cfs_period_us', '100000'],
      ['cpu', 'cpu.cfs_quota_us', '50000'],
      ['memory', 'memory.limit_in_bytes', '7'],
    ]);
    expect(podCgroupWrites('v2', { cpuShares: 2 }).map(w => [w.file, w.value])).toEqual([
      ['cpu.weight', '1'],
      ['cpu.max', 'max'],
      ['memory.max', 'max'],
    ]);
  });
});
