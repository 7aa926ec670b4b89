import { Manager } from '@navarch/controller-runtime';
import { flag, leaderElectionFlags, leaderElector, runComponent } from '@navarch/nest-host';
import fs from 'node:fs';
import type { ManagerSettings } from './context';
import { CONTROLLERS, selectControllers } from './registry';
import { startControllers } from './start';

const readable = (file: string) => (file ? fs.readFileSync(file, 'utf8') : '');

void runComponent({
  name: 'kube-controller-manager',
  description: 'kube-controller-manager runs the control loops that bring the cluster to what its objects say.',
  flags: {
    controllers: flag.strings(
      ['*'],
      `controllers to run: * for all, NAME, -NAME. Known: ${CONTROLLERS.map(c => c.name).join(', ')}`,
    ),
    'use-service-account-credentials': flag.bool(
      true,
      'let each controller act as its own service account in kube-system',
    ),
    'cluster-cidr': flag.string('', 'range of the pod network'),
    'allocate-node-cidrs': flag.bool(false, 'give each node a range out of --cluster-cidr'),
    'node-cidr-mask-size': flag.int(24, "prefix length of a node's range"),
    'root-ca-file': flag.string('', 'CA bundle that is published to pods as config map kube-root-ca.crt'),
    'service-account-private-key-file': flag.string('', 'key that signs the tokens of service account secrets'),
    'cluster-signing-cert-file': flag.string('', 'CA certificate that signs certificate requests'),
    'cluster-signing-key-file': flag.string('', 'its key'),
    'cluster-signing-duration': flag.duration('8760h', 'how long signed certificates are valid at most'),
    'node-monitor-grace-period': flag.duration('40s', 'silence after which a node is marked unhealthy'),
    'node-monitor-period': flag.duration('5s', 'how often an unhealthy node is looked at'),
    'terminated-pod-gc-threshold': flag.int(
      12500,
      'finished pods that may exist before the oldest are removed; 0 keeps all',
    ),
    'concurrent-syncs': flag.int(5, 'objects that one controller works on at once'),
    ...leaderElectionFlags('kube-controller-manager'),
  },
  serving: { port: 10257, secure: true },
  client: true,
  async start(host) {
    const { flags, log, clock, metrics, informers, client } = host;
    const settings: ManagerSettings = {
      clusterCidr: flags['cluster-cidr'],
      allocateNodeCidrs: flags['allocate-node-cidrs'],
      nodeCidrMaskSize: flags['node-cidr-mask-size'],
      rootCa: readable(flags['root-ca-file']),
      signingCert: readable(flags['cluster-signing-cert-file']),
      signingKey: readable(flags['cluster-signing-key-file']),
      signingDurationMs: flags['cluster-signing-duration'],
      serviceAccountKey: readable(flags['service-account-private-key-file']),
      nodeMonitorGracePeriodMs: flags['node-monitor-grace-period'],
      nodeMonitorPeriodMs: flags['node-monitor-period'],
      terminatedPodGcThreshold: flags['terminated-pod-gc-threshold'],
      concurrentSyncs: flags['concurrent-syncs'],
    };
    const elector = leaderElector(host, flags, 'kube-controller-manager');
    const manager = new Manager({ informers, elector, log });
    const controllers = startControllers(selectControllers(flags.controllers), {
      base: { informers, clock, log, metrics, settings },
      client,
      // A controller is one wherever it runs: its events name no host.
      events: (source, release) =>
        host.events(source, { host: '', namesReporter: async () => (await release()).has('namedReporters') }),
      ownIdentities: flags['use-service-account-credentials'],
    });
    manager.add(...controllers);
    // Failing makes the process end: whoever lost its lease begins anew, under the supervisor that restarts it.
    manager.run().catch((error: unknown) => {
      log.error('controllers have ended', error);
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    });
    return manager;
  },
});
