import type { EventRecorder, KubeClient } from '@navarch/client';
import type { Runnable } from '@navarch/controller-runtime';
import type { ControllerContext, ControllerDefinition } from './context';
import { serverRelease } from './shared/release';

export interface StartOptions {
  readonly base: Omit<ControllerContext, 'client' | 'events' | 'release'>;
  readonly client: KubeClient;
  events(source: string, release: ControllerContext['release']): EventRecorder;
  /** ownIdentities: each controller acts as its service account; else all as the process. */
  readonly ownIdentities: boolean;
}

/** startControllers makes the controllers, each with its own client and event source, and answers what is to be run. */
export function startControllers(definitions: readonly ControllerDefinition[], options: StartOptions): Runnable[] {
  const release = serverRelease(options.client);
  return definitions.flatMap(({ name, serviceAccount, eventSource, start }) => {
    const client =
      options.ownIdentities && serviceAccount
        ? options.client.as(`system:serviceaccount:kube-system:${serviceAccount}`)
        : options.client;
    return start({
      ...options.base,
      client,
      release,
      events: options.events(eventSource ?? name, release),
      log: options.base.log.with({ controller: name }),
    });
  });
}
