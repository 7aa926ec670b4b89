import { flag, runComponent } from '@navarch/nest-host';
import fs from 'node:fs';
import { chainOf, type Plugin } from './plugin';
import { forward, upstreamsOf } from './plugins/forward/forward';
import { kubernetes } from './plugins/kubernetes/kubernetes';
import { InformerZone } from './plugins/kubernetes/zone';
import { metrics } from './plugins/metrics/metrics';
import { DnsServer } from './server';

void runComponent({
  name: 'dns',
  description: 'dns answers for Services and Pods under the cluster domain, and asks upstream resolvers for the rest.',
  flags: {
    'cluster-domain': flag.string('cluster.local', 'the domain of the cluster'),
    'dns-address': flag.string('0.0.0.0', 'address to answer on'),
    'dns-port': flag.int(53, 'port to answer on, UDP and TCP; 0 picks a free one'),
    ttl: flag.int(5, 'time to live of the records, in seconds'),
    upstreams: flag.strings(
      [],
      'host[:port] of the resolvers for everything else; those of --resolv-conf unless given',
    ),
    'resolv-conf': flag.string('/etc/resolv.conf', 'file that names the upstream resolvers'),
  },
  serving: { port: 9153, secure: false },
  client: true,
  async start(host) {
    const { flags, log, clock, informers, signal } = host;
    const zone = new InformerZone(informers);
    const upstreams = flags.upstreams.length
      ? flags.upstreams.map(text => ({ host: text.split(':')[0]!, port: Number(text.split(':')[1] ?? 53) }))
      : upstreamsOf(fs.readFileSync(flags['resolv-conf'], 'utf8'), flags['dns-address']);
    // The order of the plugins is the order in which a query meets them.
    const plugins: Plugin[] = [
      metrics(host.metrics),
      kubernetes({ domain: flags['cluster-domain'], ttl: flags.ttl, zone, clock }),
      forward(upstreams),
    ];
    for (const plugin of plugins) {
      if (plugin.ready) host.health.add(plugin.name, () => plugin.ready!(), ['readyz']);
    }
    informers.start(signal);
    // No answer is better than a wrong one: a client that hears nothing asks again, one that hears NXDOMAIN gives up.
    await informers.synced(signal);
    const server = new DnsServer({
      address: flags['dns-address'],
      port: flags['dns-port'],
      answer: chainOf(plugins),
      log,
    });
    await server.listen();
    log.info('Answering', { address: flags['dns-address'], port: server.port, upstreams: upstreams.length });
    return server;
  },
});
