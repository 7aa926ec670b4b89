import { connectBus } from '@navarch/bus';
import {
  createEventRecorder,
  createInformerFactory,
  createKubeClient,
  HttpsTransport,
  loadKubeconfig,
  MeasuredTransport,
  NatsTransport,
  type EventRecorder,
  type HttpsOptions,
  type InformerFactory,
  type KubeClient,
  type Transport,
} from '@navarch/client';
import { StopStack, type Clock, type Logger, type Registry, type Stoppable } from '@navarch/base';
import os from 'node:os';
import type { ClientFlagValues } from './common-flags';
import { FlagError } from './flags';
import type { EventOptions } from './interfaces';

/** ApiConnection is a component's one way to the API: the client, the informers that share it, and event recorders. */
export interface ApiConnection extends Stoppable {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  events(source: string, options?: EventOptions): EventRecorder;
}

export interface ApiConnectionOptions {
  readonly component: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** metrics get what is asked of the API. */
  readonly metrics: Registry;
  /** signal gives up a connection that is still being made. */
  readonly signal: AbortSignal;
}

/** connectApi opens the transport that the flags name. Over NATS it resolves when a server has taken the connection. */
export async function connectApi(flags: ClientFlagValues, options: ApiConnectionOptions): Promise<ApiConnection> {
  const { component, log, clock, metrics } = options;
  const stack = new StopStack();
  const { transport: open, host } = await openTransport(flags, options, stack);
  const transport = new MeasuredTransport(open, { metrics, host });
  stack.push({ stop: () => transport.close() });
  const client = createKubeClient(transport, { userAgent: `${component}/navarch` });
  return {
    client,
    informers: createInformerFactory(client, { log, clock }),
    events: (source, options) =>
      stack.push(createEventRecorder(client, source, { clock, log, host: os.hostname(), ...options })),
    stop: () => stack.stop(),
  };
}

async function openTransport(
  flags: ClientFlagValues,
  { log, clock, signal }: ApiConnectionOptions,
  stack: StopStack,
): Promise<{ readonly transport: Transport; readonly host: string }> {
  switch (flags.transport) {
    case 'https':
      if (!flags.kubeconfig) throw new FlagError('--transport=https needs --kubeconfig');
      return https({ ...loadKubeconfig(flags.kubeconfig), clock, log });
    case 'nats': {
      const bus = stack.push(
        await connectBus({
          servers: flags['nats-servers'],
          ca: flags['nats-ca-file'] || undefined,
          cert: flags['nats-cert-file'] || undefined,
          key: flags['nats-key-file'] || undefined,
          log,
          signal,
        }),
      );
      return { transport: new NatsTransport(bus), host: 'nats' };
    }
    default:
      throw new FlagError(`--transport is nats or https, not ${JSON.stringify(flags.transport)}`);
  }
}

const https = (options: HttpsOptions) => ({
  transport: new HttpsTransport(options),
  host: new URL(options.server).host,
});
