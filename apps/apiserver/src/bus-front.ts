import type { ApiHandler } from '@navarch/apimachinery';
import type { Clock, Logger } from '@navarch/base';
import { connectBus, serveApi, type Bus, type ServedApi } from '@navarch/bus';
import type { ApiServerFlags } from './flags';
import { natsUser } from './nats-identity';

/**
 * serveBus answers requests that come over NATS, from the moment a server takes us. It returns at once: HTTPS must not wait
 * for the bus. Without servers in the flags there is nothing to do.
 */
export function serveBus(flags: ApiServerFlags, handler: ApiHandler, log: Logger, clock: Clock): ServedApi {
  const { 'nats-servers': servers, 'nats-ca-file': ca, 'nats-cert-file': cert, 'nats-key-file': key } = flags;
  const stopping = new AbortController();
  let bus: Bus | undefined;
  let serving: ServedApi | undefined;
  const started = servers.length
    ? connectBus({ servers, ...(ca && { ca }), cert, key, log, signal: stopping.signal }).then(
        connected => {
          bus = connected;
          serving = serveApi(connected, handler, { userFor: natsUser, log, clock });
          log.info('Serving over the bus', { identity: connected.identity });
        },
        (error: unknown) => {
          if (!stopping.signal.aborted) log.error('Serving over the bus failed', error);
        },
      )
    : Promise.resolve();
  const leave = async () => {
    stopping.abort(new Error('the apiserver is stopping'));
    await started;
    await serving?.leave();
  };
  return {
    leave,
    async stop() {
      await leave();
      await serving?.stop();
      await bus?.stop();
    },
  };
}
