import { Endpoints, EndpointSlices, Pods, ResourceQuotas, Services } from '@navarch/api';
import {
  createApiServer,
  dumpRoutes,
  listenHttps,
  loopbackTransport,
  type ApiServer,
  type AdmissionPlugin,
} from '@navarch/apiserver-runtime';
import { StopStack, type Stoppable } from '@navarch/base';
import { createInformerFactory, createKubeClient } from '@navarch/client';
import { allKinds, type KindDefinition } from '@navarch/kinds';
import type { Host } from '@navarch/nest-host';
import { setMaxListeners } from 'node:events';
import { openAggregation } from './aggregation/open';
import { AdmissionChain } from './admission/admission-chain';
import { readPluginConfigurations } from './admission/configuration';
import { makePlugins } from './admission/plugins';
import { openAudit } from './audit/audit';
import { makeAuthenticators, makeTokenAuthenticator } from './authn/authenticators';
import { isOpenToAnonymous, openAuthenticationSettings } from './authn/authentication-settings';
import { ClientCertificates } from './authn/client-certificates';
import { TokenIssuer } from './authn/tokens/token-issuer';
import { openAuthorizationSettings } from './authz/authorization-settings';
import { Authorizers } from './authz/authorizers';
import { EscalationCheck } from './authz/rbac/escalation-check';
import { encryption, openBackend } from './backend';
import { bootstrap, claimBootstrapHooks } from './bootstrap/bootstrap';
import { PostStartHooks } from './bootstrap/hooks';
import { KubernetesService, LEASE_SECONDS } from './bootstrap/kubernetes-service';
import { serveBus } from './bus-front';
import { openCaches } from './caches';
import { compileConfig } from './config';
import { openCredentials } from './credentials/credentials';
import { LiveFiles } from './credentials/live';
import { CustomResources } from './custom-resources/custom-resources';
import { webhookConverter } from './custom-resources/webhook-converter';
import type { FLAGS } from './flags';
import { openFlowControl, runFlowControl } from './flow-control/flow-control';
import { KubeletConnection } from './kubelet/kubelet-connection';
import { LateTransport } from './late-transport';
import { serviceResolver } from './proxy/service-resolver';
import { healthzProbe } from './reviews/component-statuses';
import { Health } from './routes/health';
import { notFoundPaths } from './routes/not-found-paths';
import { makeRoutes } from './routes/routes';
import { numberToIpv4 } from './services/address-range';
import { ServiceDryRun } from './services/dry-run';
import { repairOnce, runRepairLoop } from './services/repair-loop';
import { attributesOf, openServiceAllocation } from './services/open';
import { withServiceAllocation } from './services/service-storage';
import { Shutdown } from './shutdown';
import { subresourceHandlers, upgradeHandlers, virtualHandlers } from './subresources/registry';

const LOOPBACK_USER = { name: 'system:apiserver', groups: ['system:masters'] };

/** startApiServer makes the whole API server, and returns when it listens. /readyz turns well once the first objects are there. */
export async function startApiServer(host: Host<typeof FLAGS>): Promise<RunningApiServer> {
  const { flags, log, clock, metrics } = host;
  const config = compileConfig(flags);
  const { emulated } = config;
  const stack = new StopStack();
  const files = stack.push(new LiveFiles(log));
  const credentials = openCredentials(flags, files);
  const settings = openAuthenticationSettings(flags, files);
  const stopping = new AbortController();
  // Every informer listens to these two.
  setMaxListeners(64, stopping.signal, host.signal);
  const health = new Health(log);

  const kinds = allKinds(emulated).map(kind => withEventTtl(kind, flags['event-ttl']));
  const etcd = openBackend(flags, config, kinds, log, clock);
  stack.push({ stop: () => etcd.close() });
  const services = openServiceAllocation(etcd, config, () => server.store(Services).list(), clock, log);

  const transport = new LateTransport();
  const client = createKubeClient(transport, { userAgent: 'kube-apiserver/navarch' });
  const informers = createInformerFactory(client, { log, clock });
  const caches = openCaches(informers, client, () => server.store(Pods).storage, clock);
  const tokens = makeTokenAuthenticator({ config, credentials, settings, files, flags, caches, client, clock, log });
  const authorizer = new Authorizers({
    settings: openAuthorizationSettings(flags, files),
    openToAnonymous: path => isOpenToAnonymous(settings.current, path),
    ...{ caches, files, emulated, clock, log },
  });
  const resourceOf = (group: string, version: string, kind: string) => {
    const found = server.registry.kinds.find(
      one => one.resource.kind === kind && one.versions.some(v => v.group === group && v.version === version),
    );
    return found && { resource: found.resource.resource, namespaced: found.resource.namespaced };
  };
  const plugins = {
    ...{ caches, client, authorizer, emulated, clock, log, resourceOf },
    tolerationSeconds: flags['default-not-ready-toleration-seconds'],
    quotaStore: () => server.store(ResourceQuotas),
    kindOf: (group: string, resource: string) => server.registry.kind(group, resource),
    webhookTls: () => credentials.proxyClient.current,
    podStore: () => server.store(Pods),
    configurations: readPluginConfigurations(flags['admission-control-config-file']),
    resolveService: serviceResolver(
      () => server.store(Services),
      () => server.store(Endpoints),
    ),
  };
  const admission: AdmissionPlugin[] = [
    ...makePlugins(plugins, flags['enable-admission-plugins'], flags['disable-admission-plugins']),
    new EscalationCheck(caches.ruleResolver, authorizer),
    new ServiceDryRun(services.allocator, emulated),
  ];
  const kubelets = new KubeletConnection(
    caches.nodes,
    () => credentials.kubelet.current,
    flags['kubelet-preferred-address-types'],
  );
  stack.push({ stop: () => Promise.resolve(kubelets.close()) });
  const parts = {
    server: () => server,
    client,
    caches,
    admission: new AdmissionChain(() => admission),
    kubelets,
    addressTypes: flags['kubelet-preferred-address-types'],
    issuer: new TokenIssuer({
      issuer: config.issuers[0]!,
      audiences: config.audiences,
      key: () => credentials.tokenKeys.current.signing,
      clock,
      detailed: emulated >= 30,
      extend: flags['service-account-extend-token-expiration'],
      maxSeconds: flags['service-account-max-token-expiration'] / 1000,
    }),
    tokens,
    audiences: config.audiences,
    authorizer,
    emulated,
    clock,
    probes: new Map([
      ['controller-manager', healthzProbe(flags['component-status-address'], 10257)],
      ['scheduler', healthzProbe(flags['component-status-address'], 10259)],
      ['etcd-0', () => etcd.healthy().then(() => '{"health":"true"}')],
    ]),
  };
  const flow = openFlowControl(flags, emulated, clock, metrics);
  const hooks = new PostStartHooks(health, emulated);
  const bootstrapHooks = claimBootstrapHooks(hooks);
  const finishInformers = [
    hooks.claim(
      'generic-apiserver-start-informers',
      'start-kube-apiserver-admission-initializer',
      'start-apiserver-admission-initializer',
    ),
    ...(flow ? [hooks.claim('priority-and-fairness-config-consumer', 'priority-and-fairness-filter')] : []),
    health.pending('informer-sync', ['readyz']),
  ];
  const finishExtensions = hooks.claim(
    'start-apiextensions-informers',
    'start-apiextensions-controllers',
    'crd-informer-synced',
  );
  const finishRepair = hooks.claim('start-service-ip-repair-controllers');
  const aggregation = openAggregation({
    server: () => server,
    proxyClient: credentials.proxyClient,
    ...{ informers, hooks, health, metrics, clock, log },
  });
  health.add('ping', () => undefined);
  health.add('log', () => undefined);
  health.add('etcd', () => etcd.healthy(AbortSignal.timeout(2_000)));
  if (emulated >= 26) health.add('etcd-readiness', () => etcd.healthy(AbortSignal.timeout(2_000)), ['readyz']);
  const shutdown = new Shutdown();
  health.add('shutdown', () => failIf(shutdown.begun, 'process is shutting down'), ['readyz']);
  const audit = openAudit(flags, config.auditPolicy, files, clock, log);
  if (audit) stack.push(audit);
  const server: ApiServer = createApiServer({
    kinds,
    backend: withServiceAllocation(etcd, () => services.allocator),
    authenticators: makeAuthenticators(tokens, config.audiences, log),
    authorizers: [authorizer],
    admission,
    routes: [
      ...makeRoutes({
        health,
        metrics,
        config,
        keys: () => credentials.tokenKeys.current.verification,
        jwksUri: flags['service-account-jwks-uri'],
        port: flags['secure-port'],
        ...(flags['enable-logs-handler'] && { logs: '/var/log' }),
      }),
      ...(flow ? dumpRoutes(flow) : []),
    ],
    subresources: subresourceHandlers(parts),
    upgrades: upgradeHandlers(parts),
    virtual: virtualHandlers(parts),
    emulated,
    aggregated: aggregation.apis,
    notFoundPaths: all => notFoundPaths(emulated, all),
    clock,
    log,
    metrics,
    limits: {
      maxRequestsInflight: flags['max-requests-inflight'],
      maxMutatingRequestsInflight: flags['max-mutating-requests-inflight'],
      minRequestTimeoutSeconds: flags['min-request-timeout'],
      requestTimeoutMs: flags['request-timeout'],
    },
    ...(audit && { audit }),
    ...(flow && { flow }),
    advertiseAddress: `${config.advertiseAddress}:${flags['secure-port']}`,
  });
  transport.bind(loopbackTransport(server.handler, LOOPBACK_USER));
  const encrypt = encryption(etcd, config);
  const customResources = new CustomResources({
    ...{ emulated, client, informers, clock, log, metrics },
    server: () => server,
    registry: () => server.registry,
    encrypt: (group, resource) => encrypt(group, resource, `${group}/${resource}`),
    convert: webhookConverter({ resolve: plugins.resolveService, tls: plugins.webhookTls }),
  });

  await server.ready(host.signal);
  await repairOnce(services.repair);
  finishRepair();
  const flowControl = runFlowControl({ flow, informers, client, server: () => server, clock, log }, stopping.signal);
  informers.start(stopping.signal);
  await informers.synced(host.signal);
  // The caches of custom resources were opened by what the informers told.
  await server.ready(host.signal);
  for (const finish of finishInformers) finish();

  const { handler } = server;
  const clients = new ClientCertificates(credentials, config.requestHeader, emulated);
  const keys = () => ({ ...credentials.serving.current, clientCa: clients.authorities });
  const front = await listenHttps({
    host: flags['bind-address'],
    port: flags['secure-port'],
    ...keys(),
    identify: clients.identify,
    handler,
    upgrade: (request, socket, head, user) => server.handleUpgrade(request, socket, head, user),
    log,
    goawayChance: config.goawayChance,
  });
  stack.push(front);
  credentials.serving.onChange(() => front.update(keys()));
  clients.onChange(() => front.update(keys()));
  const kubernetesService = new KubernetesService({
    services: server.store(Services),
    endpoints: server.store(Endpoints),
    slices: server.store(EndpointSlices),
    leases: etcd.storage({
      prefix: '/registry/masterleases/',
      namespaced: false,
      attributesOf,
      ttlSeconds: () => LEASE_SECONDS,
    }),
    clusterIp: numberToIpv4(config.clusterIps.base),
    address: config.advertiseAddress,
    port: front.port,
    clock,
    log,
  });
  const running = [
    runRepairLoop(services.repair, stopping.signal),
    kubernetesService.run(stopping.signal),
    flowControl,
    customResources.run(stopping.signal),
    aggregation.run(stopping.signal),
  ];
  finishExtensions();
  stack.push({ stop: () => Promise.all(running).then(() => undefined) });
  const bus = serveBus(flags, handler, log, clock);
  stack.push(bus);
  const started = bootstrap(
    {
      server,
      emulated,
      kubernetesService,
      authentication: { credentials, requestHeader: config.requestHeader },
      hooks: bootstrapHooks,
      clock,
      log,
    },
    stopping.signal,
  );
  stack.push({ stop: () => started });

  return {
    port: front.port,
    server,
    bootstrapped: started,
    stop: () =>
      shutdown.run({
        ...{ front, bus, kubernetesService, server, clock, log },
        delayMs: flags['shutdown-delay-duration'],
        async stop() {
          stopping.abort(new Error('the apiserver is stopping'));
          await server.drain();
          await stack.stop();
        },
      }),
  };
}

/** RunningApiServer is a started one. stop lets what is under way finish. */
export interface RunningApiServer extends Stoppable {
  readonly port: number;
  readonly server: ApiServer;
  /** bootstrapped resolves when all post-start hooks are done. */
  readonly bootstrapped: Promise<void>;
}

/** withEventTtl lets Events go after a while. */
function withEventTtl(kind: KindDefinition, ttlMs: number): KindDefinition {
  return kind.resource.kind === 'Event' ? { ...kind, ttlSeconds: () => Math.ceil(ttlMs / 1000) } : kind;
}

function failIf(condition: boolean, why: string): void {
  if (condition) throw new Error(why);
}
