import 'reflect-metadata';
import { Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  createLogger,
  createRegistry,
  describe,
  StopStack,
  systemClock,
  type Logger,
  type Registry,
} from '@navarch/base';
import type { EventRecorder, InformerFactory, KubeClient } from '@navarch/client';
import fs from 'node:fs';
import { parse } from 'yaml';
import { connectApi, type ApiConnection } from './api-connection';
import { CLIENT_FLAGS, COMMON_FLAGS, servingFlags, type ClientFlagValues, type CommonFlagValues } from './common-flags';
import { DelegatedAuth } from './delegated-auth';
import { gatesOf, warnOfGates } from './feature-gates';
import { FlagError, parseFlags, usage } from './flags';
import { Health } from './health';
import type { ComponentDefinition, EventOptions, FlagSet, FlagValues, Host, Serving } from './interfaces';
import { ComponentServer, text } from './server';
import { startTracing } from './tracing';

/**
 * runComponent is a component's whole main: flags, log, metrics, tracing, health, the API connection and the server, wired as
 * a Nest application whose lifecycle starts the component and stops it on SIGTERM or SIGINT. The process exits with 0 after
 * an orderly stop, 1 after a failure, 2 for a wrong command line.
 */
export async function runComponent<F extends FlagSet>(definition: ComponentDefinition<F>): Promise<void> {
  const flags = readFlags(definition);
  const common = flags as unknown as CommonFlagValues;
  const log = createLogger({
    component: definition.name,
    verbosity: common.v,
    format: common['logging-format'] === 'json' ? 'json' : 'text',
  });
  warnOfGates(common['feature-gates'], log);
  process.on('unhandledRejection', error => fail(log, 'unhandled rejection', error));
  process.on('uncaughtException', error => fail(log, 'uncaught exception', error));
  try {
    const app = await NestFactory.createApplicationContext(ComponentModule.of(definition, flags, log), {
      logger: false,
      abortOnError: false,
    });
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        // Nest's own hooks would end the process by the signal; an orderly stop is a success.
        app.close().then(
          () => process.exit(0),
          (error: unknown) => fail(log, 'could not stop', error),
        );
      });
    }
  } catch (error) {
    fail(log, 'could not start', error);
  }
}

/** ComponentModule is the root module: one provider, whose lifecycle hooks are the component's. */
@Module({})
class ComponentModule {
  static of<F extends FlagSet>(definition: ComponentDefinition<F>, flags: FlagValues<F>, log: Logger): DynamicModule {
    return {
      module: ComponentModule,
      providers: [{ provide: ComponentLifecycle, useFactory: () => new ComponentLifecycle(definition, flags, log) }],
    };
  }
}

/** ComponentLifecycle starts a component's parts in order, and stops them in the opposite one. */
class ComponentLifecycle<F extends FlagSet> implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stack = new StopStack();
  private readonly stopping = new AbortController();

  constructor(
    private readonly definition: ComponentDefinition<F>,
    private readonly flags: FlagValues<F>,
    private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { definition, flags, log, stack } = this;
    stack.push(await startTracing(definition.name));
    const metrics = createRegistry();
    const health = new Health();
    const api = definition.client
      ? await connectApi(flags as unknown as ClientFlagValues, {
          component: definition.name,
          log,
          clock: systemClock,
          metrics,
          signal: this.stopping.signal,
        })
      : undefined;
    if (api) stack.push(api);
    const server = definition.serving && this.server(api, health);
    const host: Host<F> = {
      flags,
      log,
      clock: systemClock,
      metrics,
      health,
      serving: server ?? NO_SERVING,
      signal: this.stopping.signal,
      get client(): KubeClient {
        return connected(api).client;
      },
      get informers(): InformerFactory {
        return connected(api).informers;
      },
      events: (source: string, options?: EventOptions): EventRecorder => connected(api).events(source, options),
    };
    if (server) {
      const shows = (registry: Registry) => async () => text(200, await registry.metrics(), registry.contentType);
      server.handle('/metrics', shows(metrics));
      server.handle('/metrics/slis', shows(health.outcomes.registry));
      // Health answers from the first moment on: who waits for the component sees it come up, not connection errors.
      await server.listen();
      stack.push(server);
    }
    log.info('Starting', { pid: process.pid });
    stack.push(await definition.start(host));
    log.info('Started', server ? { port: server.port } : {});
  }

  async onApplicationShutdown(): Promise<void> {
    this.log.info('Stopping');
    this.stopping.abort(new Error('the process was asked to stop'));
    await this.stack.stop();
  }

  private server(api: ApiConnection | undefined, health: Health): ComponentServer {
    const serving = this.definition.serving!;
    const flags = this.flags as unknown as FlagValues<ReturnType<typeof servingFlags>> &
      Record<string, string | number>;
    return new ComponentServer({
      definition: serving,
      address: flags['bind-address'] as string,
      port: Number(flags[serving.secure ? 'secure-port' : 'metrics-port']),
      certFile: flags['tls-cert-file'] as string,
      keyFile: flags['tls-private-key-file'] as string,
      clientCaFile: flags['client-ca-file'] as string,
      auth: api && new DelegatedAuth(api.client, systemClock),
      health,
      log: this.log,
    });
  }
}

const NO_SERVING: Serving = {
  handle: () => undefined,
  upgrade: () => undefined,
  port: 0,
};

function connected(api: ApiConnection | undefined): ApiConnection {
  if (!api) throw new Error('this component is no client of the API');
  return api;
}

function readFlags<F extends FlagSet>(definition: ComponentDefinition<F>): FlagValues<F> {
  const all = {
    ...COMMON_FLAGS,
    ...(definition.client && CLIENT_FLAGS),
    ...(definition.serving && servingFlags(definition.serving)),
    ...definition.flags,
  } as FlagSet;
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(usage(definition.name, definition.description, all));
    process.exit(0);
  }
  try {
    const first = parseFlags(all, argv) as unknown as CommonFlagValues;
    const config = first.config ? (parse(fs.readFileSync(first.config, 'utf8')) as Record<string, unknown>) : {};
    const values = parseFlags(all, argv, config ?? {});
    gatesOf((values as unknown as CommonFlagValues)['feature-gates']);
    return values as unknown as FlagValues<F>;
  } catch (error) {
    if (!(error instanceof FlagError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    process.stderr.write(`${definition.name}: ${describe(error)}\nSee '${definition.name} --help'.\n`);
    process.exit(2);
  }
}

function fail(log: Logger, message: string, error: unknown): never {
  log.error(message, error, { stack: error instanceof Error ? error.stack : undefined });
  process.exit(1);
}
