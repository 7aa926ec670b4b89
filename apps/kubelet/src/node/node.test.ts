import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { silentLogger } from '@navarch/base';
import { parseThresholds, type Pressure } from '../eviction/thresholds';
import { cniConf } from '../network/cni-conf';
import { NodeRoutes, routesTo } from '../network/node-routes';
import { parseMeminfo, parseProcStat } from '../server/node-usage';
import { goArchitecture, primaryAddress } from './machine';
import { nodeConditions, runtimeProblems, timed, transitions } from './node-conditions';
import { nodeLabels, parseLabels, parseTaints } from './node-object';
import { nodeImages, nodeResources, sameButHeartbeat, statusPatch } from './node-status';

const NONE: ReadonlySet<Pressure> = new Set();

describe('nodeConditions', () => {
  test('all is well', () => {
    expect(nodeConditions({ pressures: NONE, notReady: [] }).map(c => [c.type, c.status, c.reason])).toEqual([
      ['MemoryPressure', 'False', 'KubeletHasSufficientMemory'],
      ['DiskPressure', 'False', 'KubeletHasNoDiskPressure'],
      ['PIDPressure', 'False', 'KubeletHasSufficientPID'],
      ['Ready', 'True', 'KubeletReady'],
    ]);
  });
  test.each(['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const)('%s', pressure => {
    const pressed = nodeConditions({ pressures: new Set([pressure]), notReady: [] }).filter(
      c => c.type !== 'Ready' && c.status === 'True',
    );
    expect(pressed.map(c => c.type)).toEqual([pressure]);
  });
  test('says why it is not ready', () => {
    expect(nodeConditions({ pressures: NONE, notReady: ['a', 'b'] }).at(-1)).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: '[a, b]',
    });
  });
  test('keeps the time of the last change', () => {
    const [condition] = timed(
      [{ type: 'Ready', status: 'True', reason: 'r', message: 'm' }],
      [{ type: 'Ready', status: 'True', lastTransitionTime: 'then' }],
      'now',
    );
    expect(condition).toMatchObject({ lastTransitionTime: 'then', lastHeartbeatTime: 'now' });
  });
});

describe('transitions', () => {
  test('are told once each', () => {
    const of = (ready: string, memory: string) => [
      { type: 'MemoryPressure', status: memory },
      { type: 'Ready', status: ready },
    ];
    expect(transitions([], of('False', 'False'))).toEqual(['NodeHasSufficientMemory', 'NodeNotReady']);
    expect(transitions(of('False', 'False'), of('True', 'True'))).toEqual(['NodeHasInsufficientMemory', 'NodeReady']);
    expect(transitions(of('True', 'True'), of('True', 'True'))).toEqual([]);
  });
});

describe('runtimeProblems', () => {
  test('reads the runtime’s conditions', () => {
    const condition = (type: string, status: boolean) => ({
      type,
      status,
      reason: status ? '' : 'NetworkPluginNotReady',
      message: status ? '' : 'cni plugin not initialized',
    });
    expect(runtimeProblems([condition('RuntimeReady', true), condition('NetworkReady', true)])).toEqual({});
    expect(runtimeProblems([condition('RuntimeReady', true), condition('NetworkReady', false)])).toEqual({
      network:
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized',
    });
    expect(runtimeProblems(undefined)).toEqual({ runtime: 'container runtime is down' });
  });
});

describe('node resources', () => {
  test('allocatable leaves out what is reserved', () => {
    const options = {
      maxPods: 110,
      systemReserved: { cpu: '200m', memory: '100Mi' },
      kubeReserved: { cpu: '100m' },
      evictionHard: parseThresholds(['memory.available<100Mi', 'nodefs.available<10%']),
    };
    const { capacity, allocatable } = nodeResources({ cpus: 2, memoryBytes: 2 ** 30, storageBytes: 2 ** 40 }, options, {
      capacity: { 'example.com/gpu': '1', pods: '5' },
      allocatable: { 'example.com/gone': '1' },
    });
    expect(capacity).toMatchObject({ cpu: '2', memory: '1048576Ki', pods: '110', 'example.com/gpu': '1' });
    expect(allocatable).toMatchObject({ cpu: '1700m', memory: '843776Ki', pods: '110', 'example.com/gpu': '1' });
    expect(allocatable).not.toHaveProperty(['example.com/gone']);
  });
  test('what is no longer allocatable is taken off', () => {
    const after = { capacity: { cpu: '2' }, allocatable: { cpu: '2' } };
    expect(statusPatch({ allocatable: { cpu: '1', 'example.com/gone': '1' } }, after)).toEqual({
      capacity: { cpu: '2' },
      allocatable: { cpu: '2', 'example.com/gone': null },
    });
  });
  test('images are the largest, with few names', () => {
    const image = (id: string, size: number) => ({
      id,
      size,
      repoTags: ['t1', 't2', 't3'],
      repoDigests: ['d1', 'd2', 'd3'],
      uid: null,
      username: '',
      pinned: false,
    });
    const nameless = { ...image('c', 3), repoTags: [], repoDigests: [] };
    expect(nodeImages([image('a', 1), nameless, image('b', 2)])).toEqual([
      { names: ['d1', 'd2', 'd3', 't1', 't2'], sizeBytes: 2 },
      { names: ['d1', 'd2', 'd3', 't1', 't2'], sizeBytes: 1 },
    ]);
  });
  test('a heartbeat alone is no change', () => {
    const status = (lastHeartbeatTime: string, more = {}): corev1.NodeStatus => ({
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime, ...more }],
    });
    expect([
      sameButHeartbeat(status('a'), status('b')),
      sameButHeartbeat(status('a'), status('a', { status: 'False' })),
    ]).toEqual([true, false]);
  });
  test('nor is the order in which the API writes keys', () => {
    const [cpu, pods] = [{ cpu: '2' }, { pods: '110' }];
    expect([
      sameButHeartbeat({ capacity: { ...cpu, ...pods } }, { capacity: { ...pods, ...cpu } }),
      sameButHeartbeat({ capacity: { ...cpu, ...pods } }, { capacity: cpu }),
    ]).toEqual([true, false]);
  });
});

describe('flags', () => {
  test('labels and taints', () => {
    expect(parseLabels(['a=b', 'c='])).toEqual({ a: 'b', c: '' });
    expect(() => parseLabels(['x'])).toThrow('invalid label "x"');
    expect(parseTaints(['k=v:NoSchedule', 'k:NoExecute'])).toEqual([
      { key: 'k', value: 'v', effect: 'NoSchedule' },
      { key: 'k', value: '', effect: 'NoExecute' },
    ]);
    expect(() => parseTaints(['k=v:Never'])).toThrow('invalid taint spec');
    expect(nodeLabels({ nodeName: 'n', nodeLabels: { x: 'y' } }, goArchitecture('x64'))).toMatchObject({
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': 'n',
      x: 'y',
    });
  });
  test('the address is the first that is not the machine’s own', () => {
    const address = (ip: string, internal = false, family: 'IPv4' | 'IPv6' = 'IPv4') =>
      ({ address: ip, internal, family }) as never;
    expect(
      primaryAddress({
        lo: [address('127.0.0.1', true)],
        cni0: [address('10.244.0.1')],
        eth0: [address('fd00::1', false, 'IPv6'), address('10.0.0.5')],
      }),
    ).toBe('10.0.0.5');
    expect(primaryAddress({})).toBe('127.0.0.1');
  });
});

describe('routes to other nodes', () => {
  const node = (name: string, cidr: string | undefined, ip: string): corev1.Node => ({
    metadata: { name },
    spec: { podCIDR: cidr },
    status: { addresses: [{ type: 'InternalIP', address: ip }] },
  });
  test('routesTo needs a range and an address', () => {
    expect(routesTo(node('b', '10.244.1.0/24', '10.77.0.12'))).toEqual([{ cidr: '10.244.1.0/24', via: '10.77.0.12' }]);
    expect([
      ...routesTo(node('b', undefined, '10.77.0.12')),
      ...routesTo(node('b', 'x; rm', '1.1.1.1')),
      ...routesTo(node('b', '10.1.0.0/24', 'fd00::1')),
    ]).toEqual([]);
  });
  test('come, change and go with the nodes, its own left out', async () => {
    const commands: string[] = [];
    const routes = new NodeRoutes('a', silentLogger, args => Promise.resolve(commands.push(args.join(' '))));
    routes.added(node('a', '10.244.0.0/24', '1.1.1.1'));
    routes.added(node('b', undefined, '2.2.2.2'));
    routes.updated(node('b', undefined, '2.2.2.2'), node('b', '10.244.1.0/24', '2.2.2.2'));
    routes.updated(node('b', '10.244.1.0/24', '2.2.2.2'), node('b', '10.244.1.0/24', '2.2.2.2'));
    routes.updated(node('b', '10.244.1.0/24', '2.2.2.2'), node('b', '10.244.1.0/24', '3.3.3.3'));
    routes.deleted(node('b', '10.244.1.0/24', '3.3.3.3'));
    await routes.settled();
    expect(commands).toEqual([
      'route replace 10.244.1.0/24 via 2.2.2.2',
      'route replace 10.244.1.0/24 via 3.3.3.3',
      'route del 10.244.1.0/24 via 3.3.3.3',
    ]);
  });
  test('the bridge has the node’s range', () => {
    expect(JSON.stringify(cniConf('10.244.3.0/24'))).toContain('"ranges":[[{"subnet":"10.244.3.0/24"}]]');
  });
});

describe('node usage', () => {
  test('reads /proc', () => {
    expect(parseProcStat('cpu  100 20 30 4000 5 6 7 8 0 0\ncpu0 1\nbtime 1700000000\n')).toEqual({
      cpuSeconds: 1.71,
      bootedAt: 1_700_000_000_000,
    });
    expect(
      parseMeminfo('MemTotal:       1000 kB\nMemFree: 100 kB\nMemAvailable:    400 kB\nAnonPages: 50 kB\n'),
    ).toEqual({
      memoryBytes: 1_024_000,
      workingSetBytes: 614_400,
      usedBytes: 921_600,
      rssBytes: 51_200,
    });
  });
});
