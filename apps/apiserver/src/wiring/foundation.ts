import { Pods } from '@navarch/api';
import { loopbackTransport, type ApiServer, type Population } from '@navarch/apiserver-runtime';
import type { StopStack } from '@navarch/base';
import { MeasuredTransport, createInformerFactory, createKubeClient } from '@navarch/client';
import { allKinds, type KindDefinition } from '@navarch/kinds';
import type { Host } from '@navarch/nest-host';
import { setMaxListeners } from 'node:events';
import { openBackend } from '../backend';
import { PostStartHooks } from '../bootstrap/hooks';
import { openCaches } from '../caches';
import { compileConfig } from '../config';
import { openCredentials } from '../credentials/credentials';
import { LiveFiles } from '../credentials/live';
import type { FLAGS } from '../flags';
import { LateTransport } from '../late-transport';
import { Health } from '../routes/health';
import { openServiceAllocation } from '../services/open';

const LOOPBACK_USER = { name: 'system:apiserver', groups: ['system:masters'] };

/** Foundation is what all parts of the API server stand on. */
export type Foundation = ReturnType<typeof layFoundation>;

/** Lifetime is what a start hands to its parts: stack ends what was started, last first; stopping tells what runs to end. */
export interface Lifetime {
  readonly stack: StopStack;
  readonly stopping: AbortController;
}

/**
 * layFoundation opens etcd, the files that are followed, and a client to the server itself with informers over it. The
 * server is made of parts that ask it: `server()` and the client work from `bind` on.
 */
export function layFoundation(host: Host<typeof FLAGS>, { stack, stopping }: Lifetime) {
  const { flags, log, clock, metrics } = host;
  const config = compileConfig(flags);
  const { emulated } = config;
  // Every informer listens to these two.
  setMaxListeners(64, stopping.signal, host.signal);
  const files = stack.push(new LiveFiles(log));
  const credentials = openCredentials(flags, files);
  const health = new Health(log, emulated);
  const hooks = new PostStartHooks(health, emulated);

  let made: ApiServer | undefined;
  const server = (): ApiServer => {
    if (!made) throw new Error('the server is asked before it is made');
    return made;
  };
  const population: Population = {
    objects: info => server().population.objects(info),
    watchers: info => server().population.watchers(info),
  };
  const kinds = allKinds(emulated).map(kind => withEventTtl(kind, flags['event-ttl']));
  const etcd = openBackend(flags, config, kinds, log, clock, metrics);
  stack.push({ stop: () => etcd.close() });

  const transport = new LateTransport();
  const measured = new MeasuredTransport(transport, { metrics, host: `[::1]:${flags['secure-port']}` });
  const client = createKubeClient(measured, { userAgent: 'kube-apiserver/navarch' });
  const informers = createInformerFactory(client, { log, clock });
  const services = openServiceAllocation(etcd, config, server, informers, clock, log);
  const caches = openCaches(informers, client, () => server().store(Pods).storage, clock);
  return {
    ...{ host, flags, config, emulated, log, clock, metrics },
    ...{ stack, stopping },
    ...{ files, credentials, health, hooks, kinds, etcd, services, client, informers, caches, server, population },
    bind(present: ApiServer): void {
      made = present;
      transport.bind(loopbackTransport(present.handler, LOOPBACK_USER));
    },
  };
}

/** withEventTtl lets Events go after a while. */
function withEventTtl(kind: KindDefinition, ttlMs: number): KindDefinition {
  return kind.resource.kind === 'Event' ? { ...kind, ttlSeconds: () => Math.ceil(ttlMs / 1000) } : kind;
}
