import { flag, runComponent, text } from '@navarch/nest-host';
import os from 'node:os';
import { Iptables } from './iptables/iptables';
import { Proxier } from './proxier';
import { kernelSettings, prepareKernel } from './sysctl';

void runComponent({
  name: 'kube-proxy',
  description: 'kube-proxy makes the addresses of Services lead to their endpoints, on every node, by iptables rules.',
  flags: {
    'hostname-override': flag.string('', "this node's name; the host's name unless given"),
    'cluster-cidr': flag.string('', "the pods' address range; what comes from elsewhere is masqueraded"),
    'masquerade-all': flag.bool(false, 'masquerade all traffic to service addresses'),
    'iptables-masquerade-bit': flag.int(14, 'the bit of the packet mark that asks for masquerading'),
    'iptables-min-sync-period': flag.duration('100ms', 'shortest time between two syncs'),
    'iptables-sync-period': flag.duration('30s', 'how often all rules are written anew'),
    'conntrack-tcp-timeout-established': flag.duration('24h', 'how long a silent TCP connection is known; 0 leaves it'),
    'conntrack-tcp-timeout-close-wait': flag.duration('1h', 'how long one that is closed on one side is; 0 leaves it'),
    cleanup: flag.bool(false, 'remove all rules and exit'),
  },
  serving: { port: 10249, secure: false },
  client: true,
  async start(host) {
    const { flags, log, clock, metrics, informers, signal } = host;
    const iptables = new Iptables();
    if (flags.cleanup) {
      await iptables.cleanup();
      process.exit(0);
    }
    const established = flags['conntrack-tcp-timeout-established'];
    prepareKernel(kernelSettings({ established, closeWait: flags['conntrack-tcp-timeout-close-wait'] }), log);
    const proxier = new Proxier({
      nodeName: flags['hostname-override'] || os.hostname(),
      informers,
      iptables,
      rules: {
        clusterCIDR: flags['cluster-cidr'],
        masqueradeAll: flags['masquerade-all'],
        masqueradeBit: flags['iptables-masquerade-bit'],
      },
      minSyncPeriodMs: flags['iptables-min-sync-period'],
      syncPeriodMs: flags['iptables-sync-period'],
      clock,
      log,
      metrics,
    });
    host.health.add(
      'rules',
      () => {
        if (!proxier.healthy) throw new Error('the rules are not in sync');
      },
      ['readyz'],
    );
    host.serving.handle('/proxyMode', () => Promise.resolve(text(200, 'iptables')));
    informers.start(signal);
    const running = proxier.run(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return { stop: () => running };
  },
});
