import {
  ClusterRoleBindings,
  ClusterRoles,
  ConfigMaps,
  FlowSchemas,
  Namespaces,
  PriorityClasses,
  PriorityLevelConfigurations,
  RoleBindings,
  Roles,
} from '@navarch/api';
import type { ApiServer } from '@navarch/apiserver-runtime';
import { Backoff, describe, type Clock, type Logger } from '@navarch/base';
import { bootstrapPolicy } from '../authz/rbac/bootstrap-policy';
import { FLOW_PRODUCER, SERVER } from '../field-managers';
import { ensureFlowControl } from '../flow-control/default-objects';
import { ensureAuthenticationConfig, type AuthenticationConfig } from './authentication-config';
import type { HookName } from '../routes/known-checks';
import type { DefaultServiceCidr } from './default-service-cidr';
import type { PostStartHooks } from './hooks';
import type { KubernetesService } from './kubernetes-service';
import { ensureNamespaces } from './namespaces';
import { ensurePriorityClasses } from './priority-classes';
import { ensurePolicy } from './rbac';

const NAMES = [
  'start-system-namespaces-controller',
  'rbac/bootstrap-roles',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-cluster-authentication-info-controller',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
] as const satisfies readonly HookName[];
type BootstrapHook = (typeof NAMES)[number];

/** claimBootstrapHooks claims the hooks that bootstrap does. */
export function claimBootstrapHooks(hooks: PostStartHooks): ReadonlyMap<BootstrapHook, () => void> {
  return new Map(NAMES.map(name => [name, hooks.claim(name)]));
}

export interface BootstrapParts {
  readonly server: ApiServer;
  readonly emulated: number;
  readonly kubernetesService: KubernetesService;
  /** serviceCidr: releases whose ranges of service addresses are objects have one of the flags' network. */
  readonly serviceCidr?: DefaultServiceCidr | undefined;
  readonly authentication: AuthenticationConfig;
  /** hooks are what claimBootstrapHooks answered. */
  readonly hooks: ReadonlyMap<BootstrapHook, () => void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** bootstrap makes the objects that every cluster begins with. Each hook is retried until it is done; /readyz waits for all. */
export async function bootstrap(parts: BootstrapParts, signal: AbortSignal): Promise<void> {
  const { server, emulated } = parts;
  const namespaces = hook(
    parts,
    'start-system-namespaces-controller',
    () => ensureNamespaces(server.store(Namespaces, SERVER)),
    signal,
  );
  const inNamespaces = async (name: BootstrapHook, run: () => Promise<void>) => {
    await namespaces;
    await hook(parts, name, run, signal);
  };
  const roles = {
    clusterRoles: server.store(ClusterRoles, SERVER),
    clusterRoleBindings: server.store(ClusterRoleBindings, SERVER),
    roles: server.store(Roles, SERVER),
    roleBindings: server.store(RoleBindings, SERVER),
  };
  const publish = () =>
    inNamespaces('start-cluster-authentication-info-controller', () =>
      ensureAuthenticationConfig(server.store(ConfigMaps, SERVER), parts.authentication),
    );
  const { clientCa, proxyCa } = parts.authentication.credentials;
  for (const authority of [clientCa, proxyCa]) authority.onChange(() => void publish());
  await Promise.all([
    namespaces,
    inNamespaces('rbac/bootstrap-roles', () => ensurePolicy(roles, bootstrapPolicy(emulated))),
    hook(parts, 'start-kubernetes-service-cidr-controller', async () => parts.serviceCidr?.ensure(), signal),
    inNamespaces('bootstrap-controller', () => parts.kubernetesService.ensure()),
    publish(),
    hook(
      parts,
      'scheduling/bootstrap-system-priority-classes',
      () => ensurePriorityClasses(server.store(PriorityClasses, SERVER)),
      signal,
    ),
    hook(
      parts,
      'priority-and-fairness-config-producer',
      () =>
        ensureFlowControl(
          server.store(FlowSchemas, FLOW_PRODUCER),
          server.store(PriorityLevelConfigurations, FLOW_PRODUCER),
          emulated,
        ),
      signal,
    ),
  ]);
}

async function hook(
  { hooks, clock, log }: BootstrapParts,
  name: BootstrapHook,
  run: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ initialMs: 100, maxMs: 5_000, jitter: 0.2 });
  while (!signal.aborted) {
    try {
      await run();
      hooks.get(name)!();
      return;
    } catch (error) {
      log.warn('A post-start hook failed and is tried again', { hook: name, err: describe(error) });
      await clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
  }
}
