import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { allowedSysctls, dottedSysctl, forbiddenSysctl } from './sysctls';

const pod = (name: string, more: Partial<corev1.PodSpec> = {}): corev1.PodSpec => ({
  containers: [],
  securityContext: { sysctls: [{ name, value: '1' }] },
  ...more,
});
const allowed = allowedSysctls(['kernel.msg*', 'net.core.somaxconn'], 33);

describe('forbiddenSysctl', () => {
  test.each<[string, corev1.PodSpec, string | undefined]>([
    ['no parameter', { containers: [] }, undefined],
    ['a safe one', pod('kernel.shm_rmid_forced'), undefined],
    ['a safe one with slashes', pod('net/ipv4/tcp_syncookies'), undefined],
    ['one that the node allows', pod('net.core.somaxconn'), undefined],
    ['one of a kind that the node allows', pod('kernel.msgmax'), undefined],
    ['an unsafe one', pod('kernel.shmmax'), 'forbidden sysctl: "kernel.shmmax" not allowlisted'],
    ['one of the machine', pod('vm.swappiness'), 'forbidden sysctl: "vm.swappiness" not allowlisted'],
    [
      'one of the machine’s network',
      pod('net.ipv4.tcp_syncookies', { hostNetwork: true }),
      'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
    ],
    [
      'one of the machine’s memory',
      pod('kernel.msgmax', { hostIPC: true }),
      'forbidden sysctl: "kernel.msgmax" not allowed with host ipc enabled',
    ],
    ['one of its own beside the machine’s memory', pod('net.core.somaxconn', { hostIPC: true }), undefined],
  ])('%s', (_, spec, want) => expect(forbiddenSysctl(spec, allowed)).toBe(want));
});

describe('allowedSysctls', () => {
  test('what is safe depends on the release', () => {
    const isSafe = (minor: number) =>
      forbiddenSysctl(pod('net.ipv4.tcp_rmem'), allowedSysctls([], minor)) === undefined;
    expect([31, 32].map(isSafe)).toEqual([false, true]);
  });
  test.each(['vm.*', 'kernel.panic', 'kernel.*'])('%s is the machine’s', pattern =>
    expect(() => allowedSysctls([pattern], 33)).toThrow('is not known to be namespaced'),
  );
  test.each(['', 'net.*.x', 'Net.x'])('%j is no parameter', pattern =>
    expect(() => allowedSysctls([pattern], 33)).toThrow('not a kernel parameter'),
  );
});

test.each([
  ['net.ipv4.conf.eth0/1.forwarding', 'net.ipv4.conf.eth0/1.forwarding'],
  ['net/ipv4/conf/eth0.1/forwarding', 'net.ipv4.conf.eth0/1.forwarding'],
  ['plain', 'plain'],
])('dottedSysctl(%s)', (name, want) => expect(dottedSysctl(name)).toBe(want));
