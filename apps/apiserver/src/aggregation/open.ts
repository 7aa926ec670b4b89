import { APIServices } from '@navarch/api';
import type { AggregatedApis, ApiServer } from '@navarch/apiserver-runtime';
import type { Clock, Logger, Registry } from '@navarch/base';
import type { InformerFactory } from '@navarch/client';
import type { PostStartHooks } from '../bootstrap/hooks';
import type { Credentials } from '../credentials/credentials';
import { SERVER, SERVER_STATUS } from '../field-managers';
import type { Health } from '../routes/health';
import { Aggregator } from './aggregator';
import { Autoregistration } from './autoregistration';

export interface AggregationParts {
  readonly server: () => ApiServer;
  readonly informers: InformerFactory;
  readonly proxyClient: Credentials['proxyClient'];
  readonly hooks: PostStartHooks;
  readonly health: Health;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Aggregation is the aggregation layer: our own group versions are announced, those of other servers passed on. */
export interface Aggregation {
  readonly apis: AggregatedApis;
  /** run works until signal aborts. The informers must have synced. */
  run(signal: AbortSignal): Promise<void>;
}

/** openAggregation puts it together: its informer starts with the factory, its work with run. */
export function openAggregation(parts: AggregationParts): Aggregation {
  const { server, informers, hooks, health, clock, log } = parts;
  const apiServices = informers.informer(APIServices);
  const apis = new Aggregator({ ...parts, apiServices, store: () => server().store(APIServices, SERVER_STATUS) });
  const finish = hooks.claim(
    'aggregator-reload-proxy-client-cert',
    'start-kube-aggregator-informers',
    'apiservice-registration-controller',
    'apiservice-status-available-controller',
    'apiservice-status-local-available-controller',
    'apiservice-status-remote-available-controller',
    'apiservice-discovery-controller',
    'apiservice-openapi-controller',
    'apiservice-openapiv3-controller',
    'kube-apiserver-autoregistration',
  );
  let missing = () => ['all'];
  health.add('autoregister-completion', () => {
    const names = missing();
    if (names.length) throw new Error(`missing APIService: [${names.join(' ')}]`);
  });
  return {
    apis,
    async run(signal) {
      const registration = new Autoregistration({
        registry: server().registry,
        store: () => server().store(APIServices, SERVER),
        ...{ apiServices, clock, log },
      });
      missing = () => registration.missing();
      using _services = apis.follow();
      const running = [registration.run(signal), apis.run(signal)];
      finish();
      await Promise.all(running);
    },
  };
}
