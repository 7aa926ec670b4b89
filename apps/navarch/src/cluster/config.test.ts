import { describe, expect, test } from '@jest/globals';
import { InvalidOptions, planCluster, type ClusterOptions } from './config';

const options: ClusterOptions = {
  name: 'navarch',
  index: 0,
  workers: 1,
  onHost: false,
  hollow: false,
  transport: 'nats',
  emulatedVersion: '1.33',
  nat: false,
  hostname: 'Desk',
  mainAddress: '192.0.2.2',
};

describe('planCluster', () => {
  test('workers are hosts of their own on the first subnets', () => {
    expect(planCluster({ ...options, workers: 2 })).toMatchObject({
      placement: 'hosts',
      runtime: 'containerd',
      machineAddress: '10.77.0.254',
      advertiseAddress: '10.77.0.254',
      podCidr: '10.244.0.0/16',
      serviceCidr: '10.96.0.0/16',
      apiServiceAddress: '10.96.0.1',
      dnsServiceAddress: '10.96.0.10',
      nodes: [
        { name: 'worker-1', number: 1, address: '10.77.0.11', podCidr: '10.244.1.0/24' },
        { name: 'worker-2', number: 2, address: '10.77.0.12', podCidr: '10.244.2.0/24' },
      ],
    });
  });

  test('another index shares no address with the first', () => {
    expect(planCluster({ ...options, index: 3 })).toMatchObject({
      machineAddress: '10.77.3.254',
      localAddress: '127.77.3.1',
      podCidr: '10.247.0.0/16',
      serviceCidr: '10.99.0.0/16',
    });
  });

  test.each([
    ['no workers', { workers: 0 }, 'loopback', '127.0.0.1', '192.0.2.2', []],
    ['hollow workers', { hollow: true }, 'loopback', '127.0.0.1', '192.0.2.2', ['worker-1']],
    ['the machine as node', { onHost: true }, 'on-host', '192.0.2.2', '192.0.2.2', ['desk']],
  ])('%s', (_, change, placement, machineAddress, advertiseAddress, nodes) => {
    const config = planCluster({ ...options, ...change });
    expect(config).toMatchObject({ placement, machineAddress, advertiseAddress });
    expect(config.nodes.map(node => node.name)).toEqual(nodes);
  });

  test.each([
    ['a name with a space', { name: 'a b' }, /--name/],
    ['a name too long for what follows from it', { name: 'a'.repeat(21) }, /--name/],
    ['too many workers', { workers: 41 }, /--workers/],
    ['an index without a subnet', { index: 10 }, /--network-index/],
    ['two kinds of node at once', { onHost: true, hollow: true }, /--hollow/],
    ['no release', { emulatedVersion: 'latest' }, /--emulated-version/],
  ])('refuses %s', (_, change, message) => {
    expect(() => planCluster({ ...options, ...change })).toThrow(InvalidOptions);
    expect(() => planCluster({ ...options, ...change })).toThrow(message);
  });
});
