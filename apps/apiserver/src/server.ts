import { createApiServer, dumpRoutes, type ApiServer } from '@navarch/apiserver-runtime';
import { StopStack, type Stoppable } from '@navarch/base';
import type { Host } from '@navarch/nest-host';
import { openAggregation } from './aggregation/open';
import { openAudit } from './audit/audit';
import { makeAuthenticators } from './authn/authenticators';
import { encryption } from './backend';
import { bootstrap, claimBootstrapHooks } from './bootstrap/bootstrap';
import { serveBus } from './bus-front';
import { CustomResources } from './custom-resources/custom-resources';
import { webhookConverter } from './custom-resources/webhook-converter';
import { warnOfDeprecated } from './deprecated-flags';
import type { FLAGS } from './flags';
import { openFlowControl, runFlowControl } from './flow-control/flow-control';
import { readRuntimeConfig } from './runtime-config';
import { notFoundPaths } from './routes/not-found-paths';
import { makeRoutes } from './routes/routes';
import { repairOnce, runRepairLoop } from './services/repair-loop';
import { withServiceAllocation } from './services/service-storage';
import { Shutdown } from './shutdown';
import { openAccess } from './wiring/access';
import { openAdmission, webhookCaller } from './wiring/admission';
import { layFoundation, type Foundation } from './wiring/foundation';
import { openFront } from './wiring/front';
import { openHandlers } from './wiring/handlers';
import { addHealthChecks, claimInformerHooks } from './wiring/health';
import { openDefaultServiceCidr, openKubernetesService } from './wiring/kubernetes-service';

/** RunningApiServer is a started one. stop lets what is under way finish. */
export interface RunningApiServer extends Stoppable {
  readonly port: number;
  readonly server: ApiServer;
  /** bootstrapped resolves when all post-start hooks are done. */
  readonly bootstrapped: Promise<void>;
}

/**
 * startApiServer makes the whole API server, and returns when it listens. /readyz turns well once the first objects are there. A start that
 * fails leaves nothing open.
 */
export async function startApiServer(host: Host<typeof FLAGS>): Promise<RunningApiServer> {
  const lifetime = { stack: new StopStack(), stopping: new AbortController() };
  try {
    return await start(layFoundation(host, lifetime));
  } catch (error) {
    lifetime.stopping.abort(error);
    await lifetime.stack.stop();
    throw error;
  }
}

async function start(foundation: Foundation): Promise<RunningApiServer> {
  const { host, flags, config, emulated, log, clock, metrics, stack, stopping } = foundation;
  const { credentials, files, health, hooks, etcd, services, client, informers } = foundation;
  warnOfDeprecated(flags, log);

  // What a request meets on its way.
  const access = openAccess(foundation);
  const flow = openFlowControl(flags, emulated, clock, metrics, foundation.population);
  const audit = openAudit(flags, config, files, clock, log, metrics);
  if (audit) stack.push(audit);
  const aggregation = openAggregation({ ...foundation, proxyClient: credentials.proxyClient });

  // Each of these checks fails until its part has begun.
  const shutdown = new Shutdown();
  addHealthChecks(foundation, shutdown);
  const bootstrapHooks = claimBootstrapHooks(hooks);
  const informersSynced = claimInformerHooks(foundation, flow !== undefined);
  const extensionsStarted = hooks.claim(
    'start-apiextensions-informers',
    'start-apiextensions-controllers',
    'crd-informer-synced',
  );
  const servicesRepaired = hooks.claim('start-service-ip-repair-controllers');

  const server = createApiServer({
    kinds: foundation.kinds,
    offered: readRuntimeConfig(flags['runtime-config'], foundation.kinds),
    backend: withServiceAllocation(etcd, () => services.allocator),
    authenticators: makeAuthenticators(access.tokens, config.audiences, log),
    authorizers: [access.authorizer],
    admission: openAdmission(foundation, access),
    ...openHandlers(foundation, access),
    routes: [
      ...makeRoutes({
        ...{ health, metrics, config },
        keys: () => credentials.tokenKeys.current.verification,
        jwksUri: flags['service-account-jwks-uri'],
        port: flags['secure-port'],
        ...(flags['enable-logs-handler'] && { logs: '/var/log' }),
      }),
      ...(flow ? dumpRoutes(flow) : []),
    ],
    aggregated: aggregation.apis,
    notFoundPaths: all => notFoundPaths(emulated, all),
    ...{ emulated, clock, log, metrics },
    allowPrivileged: flags['allow-privileged'],
    limits: {
      maxRequestsInflight: flags['max-requests-inflight'],
      maxMutatingRequestsInflight: flags['max-mutating-requests-inflight'],
      minRequestTimeoutSeconds: flags['min-request-timeout'],
      requestTimeoutMs: flags['request-timeout'],
      deleteCollectionWorkers: flags['delete-collection-workers'],
    },
    ...(audit && { audit }),
    ...(flow && { flow }),
    advertiseAddress: `${config.externalHost}:${flags['secure-port']}`,
  });
  foundation.bind(server);
  const encrypt = encryption(etcd, config);
  const customResources = new CustomResources({
    ...{ emulated, client, informers, clock, log, metrics },
    server: () => server,
    registry: () => server.registry,
    encrypt: (group, resource) => encrypt(group, resource, `${group}/${resource}`),
    convert: webhookConverter(webhookCaller(foundation)),
  });

  await server.ready(host.signal);
  await repairOnce(services.repair);
  servicesRepaired();
  const flowControl = runFlowControl(
    { flow, informers, client, emulated, server: () => server, clock, log },
    stopping.signal,
  );
  informers.start(stopping.signal);
  await informers.synced(host.signal);
  // The caches of custom resources were opened by what the informers told.
  await server.ready(host.signal);
  informersSynced();

  const front = await openFront(foundation, server);
  stack.push(front);
  const kubernetesService = openKubernetesService(foundation, front.port);
  const serviceCidr = openDefaultServiceCidr(foundation);
  const running = [
    runRepairLoop(services.repair, stopping.signal),
    kubernetesService.run(stopping.signal),
    ...(serviceCidr ? [serviceCidr.run(stopping.signal)] : []),
    flowControl,
    customResources.run(stopping.signal),
    aggregation.run(stopping.signal),
  ];
  extensionsStarted();
  stack.push({ stop: () => Promise.all(running).then(() => undefined) });
  const bus = serveBus(flags, server.handler, log, clock);
  stack.push(bus);
  const authentication = { credentials, requestHeader: config.requestHeader };
  const bootstrapped = bootstrap(
    { server, emulated, kubernetesService, serviceCidr, authentication, hooks: bootstrapHooks, clock, log },
    stopping.signal,
  );
  stack.push({ stop: () => bootstrapped });

  return {
    port: front.port,
    server,
    bootstrapped,
    stop: () =>
      shutdown.run({
        ...{ front, bus, kubernetesService, clock, log },
        delayMs: flags['shutdown-delay-duration'],
        async stop() {
          stopping.abort(new Error('the apiserver is stopping'));
          await server.drain();
          await stack.stop();
        },
      }),
  };
}
