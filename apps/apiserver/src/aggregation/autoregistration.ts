import type { apiregistrationv1 } from '@navarch/api';
import type { KindRegistry, ServedGroupVersion, Store } from '@navarch/apiserver-runtime';
import { deepEqual, isAlreadyExists } from '@navarch/apimachinery';
import type { Clock, Logger } from '@navarch/base';
import { createWorkQueue, type Informer, type WorkQueue } from '@navarch/client';
import { ALWAYS, AUTOMANAGED, AT_START, OWN_GROUP, apiServiceName, localApiService } from './api-service';
import { runWorkers } from './work';

type APIService = apiregistrationv1.APIService;

/** Registration is what has to be done about one APIService. */
export type Registration = 'create' | 'update' | 'delete' | 'leave';

/**
 * planRegistration compares an APIService that should be with the one that is. One that lost the label, or never had it, is its
 * owner's. Those of built-in groups are corrected once, when the server starts; a missing one is made at any time. Pure.
 */
export function planRegistration(
  wanted: APIService | undefined,
  present: APIService | undefined,
  isStart: boolean,
): Registration {
  if (!present) return wanted ? 'create' : 'leave';
  const label = present.metadata?.labels?.[AUTOMANAGED];
  if (label !== ALWAYS && !(label === AT_START && isStart)) return 'leave';
  if (!wanted) return 'delete';
  return deepEqual(wanted.spec, present.spec) && wanted.metadata?.labels?.[AUTOMANAGED] === label ? 'leave' : 'update';
}

export interface AutoregistrationParts {
  readonly registry: KindRegistry;
  readonly apiServices: Informer<APIService>;
  readonly store: () => Store<APIService>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Autoregistration keeps an APIService for each group version that the server itself serves: built-in ones and custom ones. */
export class Autoregistration {
  private readonly queue: WorkQueue;
  /** old are the APIServices that were there when the server started and have not been looked at since. */
  private readonly old = new Set<string>();

  constructor(private readonly parts: AutoregistrationParts) {
    this.queue = createWorkQueue({ clock: parts.clock, maxMs: 30_000 });
  }

  /** run works until signal aborts. The APIServices must have synced. */
  async run(signal: AbortSignal): Promise<void> {
    const { registry, apiServices, log } = this.parts;
    const look = (service: APIService) => this.queue.add(service.metadata?.name ?? '');
    for (const { metadata } of apiServices.list()) this.old.add(metadata?.name ?? '');
    using _services = apiServices.addHandler({ added: look, updated: (_old, service) => look(service), deleted: look });
    let known: string[] = [];
    const lookAtKinds = () => {
      const names = [...this.wanted().keys()];
      for (const name of new Set([...known, ...names])) this.queue.add(name);
      known = names;
    };
    using _kinds = registry.changed(lookAtKinds);
    lookAtKinds();
    await runWorkers(this.queue, 4, name => this.sync(name), log, signal);
  }

  /** missing are the APIServices that should be there and are not yet. */
  missing(): string[] {
    return [...this.wanted().keys()].filter(name => !this.parts.apiServices.get('', name));
  }

  private wanted(): Map<string, ServedGroupVersion> {
    const own = this.parts.registry.groupVersions.filter(({ group }) => group !== OWN_GROUP);
    return new Map(own.map(version => [apiServiceName(version.group, version.version), version]));
  }

  private async sync(name: string): Promise<void> {
    const { apiServices } = this.parts;
    const served = this.wanted().get(name);
    const wanted = served && localApiService(served);
    const isStart = this.old.has(name);
    const store = this.parts.store();
    switch (planRegistration(wanted, apiServices.get('', name), isStart)) {
      case 'create':
        // Another server may be doing the same.
        await store.create(wanted!).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
        break;
      case 'update':
        await store.update('', name, service => {
          if (planRegistration(wanted, service, isStart) !== 'update') return;
          service.spec = wanted!.spec!;
          service.metadata = {
            ...service.metadata,
            labels: { ...service.metadata?.labels, ...wanted!.metadata?.labels },
          };
        });
        break;
      case 'delete':
        await store.delete('', name, { uid: apiServices.get('', name)?.metadata?.uid ?? '' });
        break;
      case 'leave':
    }
    this.old.delete(name);
  }
}
