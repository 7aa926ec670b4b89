import { createKubeClient, createLeaderElector, type LeaderElector } from '@navarch/client';
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { flag } from './flags';
import type { FlagSet, FlagValues, Host } from './interfaces';

/** leaderElectionFlags are those of a component of which one at a time acts; `name` is its lease. */
export function leaderElectionFlags(name: string) {
  return {
    'leader-elect': flag.bool(true, 'of several, act only while holding the lease'),
    'leader-elect-lease-duration': flag.duration('15s', 'how long others wait after the last renewal they saw'),
    'leader-elect-renew-deadline': flag.duration('10s', 'how long a leader tries to renew before it gives up'),
    'leader-elect-retry-period': flag.duration('2s', 'pause between tries'),
    'leader-elect-resource-name': flag.string(name, 'name of the lease'),
    'leader-elect-resource-namespace': flag.string('kube-system', 'namespace of the lease'),
    'leader-elect-identity': flag.string(
      '',
      'who holds the lease, if a supervisor keeps no two processes of this name running: a restarted one then leads at once',
    ),
  } satisfies FlagSet;
}

type LeaderElectionValues = FlagValues<ReturnType<typeof leaderElectionFlags>>;

/** leaderElector makes the elector that the flags describe; undefined with --leader-elect=false. */
export function leaderElector(host: Host, flags: LeaderElectionValues, component: string): LeaderElector | undefined {
  if (!flags['leader-elect']) return undefined;
  return createLeaderElector({
    client: createKubeClient(host.client.transport, { userAgent: `${component}/navarch/leader-election` }),
    leaseNamespace: flags['leader-elect-resource-namespace'],
    leaseName: flags['leader-elect-resource-name'],
    identity: flags['leader-elect-identity'] || `${os.hostname()}_${randomUUID()}`,
    leaseDurationMs: flags['leader-elect-lease-duration'],
    renewDeadlineMs: flags['leader-elect-renew-deadline'],
    retryPeriodMs: flags['leader-elect-retry-period'],
    clock: host.clock,
    log: host.log,
    events: host.events(component),
  });
}
