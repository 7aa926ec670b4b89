import { describe, expect, test } from '@jest/globals';
import { planCluster } from '../cluster/config';
import { containerdConfig } from './containerd';
import { masqueradeRules } from './host';
import { uplinkOf } from './names';
import { planNetwork } from './network';

const config = planCluster({
  name: 'lab',
  index: 0,
  workers: 2,
  onHost: false,
  hollow: false,
  transport: 'nats',
  emulatedVersion: '1.33',
  nat: false,
  hostname: 'desk',
  mainAddress: '192.0.2.2',
});

describe('planNetwork', () => {
  const plan = planNetwork(config);

  test('the machine reaches every pod network through its worker and the services through the first', () => {
    expect(plan.machine.filter(line => line.startsWith('route'))).toEqual([
      'route add 10.244.1.0/24 via 10.77.0.11',
      'route add 10.244.2.0/24 via 10.77.0.12',
      'route add 10.96.0.0/16 via 10.77.0.11',
    ]);
  });

  test('a worker reaches the pods of the others directly, the rest through the machine', () => {
    expect(plan.inside.get('lab-worker-2')).toEqual([
      'link set lo up',
      'address add 10.77.0.12/24 dev eth0',
      'link set eth0 up',
      'route add default via 10.77.0.254',
      'route add 10.244.1.0/24 via 10.77.0.11',
    ]);
  });

  test('every namespace carries the name of the cluster, every link on the machine fits into an interface name', () => {
    expect(plan.namespaces).toEqual(['lab-switch', 'lab-worker-1', 'lab-worker-2']);
    expect(uplinkOf(config).length).toBeLessThanOrEqual(15);
  });
});

test('masqueradeRules spare what stays inside the cluster', () => {
  expect(masqueradeRules(config, config.nodes[0]!).split('\n').slice(2, 6)).toEqual([
    '-A POSTROUTING -s 10.244.1.0/24 -j NAVARCH-MASQ-CNI0',
    '-A NAVARCH-MASQ-CNI0 -d 10.244.0.0/16 -j RETURN',
    '-A NAVARCH-MASQ-CNI0 -d 10.77.0.0/24 -j RETURN',
    '-A NAVARCH-MASQ-CNI0 -j MASQUERADE',
  ]);
});

test.each([
  [true, 'restrict_oom_score_adj = false'],
  [false, 'restrict_oom_score_adj = true'],
])('containerd on a machine that may raise priorities: %s', (mayRaisePriority, line) => {
  expect(containerdConfig({ mayRaisePriority, snapshotter: 'overlayfs' })).toContain(line);
});
