import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { endpoint, hasProgram, servicePort } from '../testkit';
import { Iptables } from './iptables';
import { restoreInput } from './restore';
import { rulesFor } from './rules';

const able = process.getuid?.() === 0 && hasProgram('iptables-restore') && hasProgram('ip');
if (!able) console.warn('skipped: iptables rules in the kernel (needs root, iptables and iproute2)');

(able ? describe : describe.skip)('Iptables in a network namespace of its own', () => {
  const namespace = `nv-proxy-test-${process.pid}`;
  const iptables = new Iptables(['nsenter', `--net=/run/netns/${namespace}`]);
  const options = { clusterCIDR: '10.244.0.0/16', masqueradeAll: false, masqueradeBit: 14 };
  beforeAll(() => void execFileSync('ip', ['netns', 'add', namespace]));
  afterAll(() => void execFileSync('ip', ['netns', 'del', namespace]));

  test('the kernel takes every kind of rule, changes, and the clean-up leaves nothing', async () => {
    const full = rulesFor(
      [
        servicePort({
          nodePort: 31000,
          externalIPs: ['192.0.2.1'],
          endpoints: [endpoint('10.244.0.2', { local: true }), endpoint('10.244.1.2')],
        }),
        servicePort({
          name: 'default/sticky:',
          clusterIP: '10.96.0.8',
          affinitySeconds: 60,
          endpoints: [endpoint('10.244.0.3')],
        }),
        servicePort({
          name: 'default/local:',
          clusterIP: '10.96.0.9',
          nodePort: 31001,
          externalLocal: true,
          endpoints: [endpoint('10.244.0.4', { local: true })],
        }),
        servicePort({
          name: 'default/lb:',
          clusterIP: '10.96.0.10',
          loadBalancerIPs: ['192.0.2.9'],
          loadBalancerSourceRanges: ['192.0.2.0/28'],
          endpoints: [endpoint('10.244.0.5')],
        }),
        servicePort({
          name: 'default/dns:',
          clusterIP: '10.96.0.11',
          protocol: 'UDP',
          port: 53,
          endpoints: [endpoint('10.244.0.6')],
        }),
        servicePort({ name: 'default/none:', clusterIP: '10.96.0.12' }),
      ],
      options,
    );
    await iptables.ensureFrame();
    await iptables.restore(restoreInput(undefined, full, { nat: await iptables.chains('nat') }));
    expect((await iptables.chains('nat')).sort()).toEqual([...full.nat.keys()].sort());

    const less = rulesFor([servicePort({ endpoints: [endpoint('10.244.1.2')] })], options);
    await iptables.restore(restoreInput(full, less));
    expect((await iptables.chains('nat')).sort()).toEqual([...less.nat.keys()].sort());

    await iptables.ensureFrame();
    await iptables.cleanup();
    expect(await iptables.chains('nat')).toEqual([]);
    expect(await iptables.chains('filter')).toEqual([]);
  });

  test('a wrong restore changes nothing and says why', async () => {
    await expect(iptables.restore('*nat\n:GOOD - [0:0]\n-A GOOD -j NOWHERE\nCOMMIT\n')).rejects.toThrow(
      /iptables-restore/,
    );
    expect(await iptables.chains('nat')).toEqual([]);
  });
});
