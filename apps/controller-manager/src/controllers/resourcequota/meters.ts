import { setMaxListeners } from 'node:events';
import { PersistentVolumeClaims, Pods, Services, type ResourceToken } from '@navarch/api';
import { groupResourceName, type KubeObject } from '@navarch/apimachinery';
import { describe } from '@navarch/base';
import { SharedInformer, type EventHandler, type Informer } from '@navarch/client';
import type { ControllerContext } from '../../context';
import { discover } from '../../shared/discovery';

/** IN_FULL are the resources of which more than their number matters. */
const IN_FULL: readonly ResourceToken[] = [Pods, Services, PersistentVolumeClaims];
/** SYNC_MS bounds the wait for a resource that is counted for the first time. */
const SYNC_MS = 15_000;

/** Meters keeps informers over the resources that some quota counts: begun when the first quota asks, of metadata where the number is all. */
export class Meters {
  private readonly informers = new Map<string, Informer<KubeObject>>();
  private readonly abort = new AbortController();
  private readonly running: SharedInformer<KubeObject>[] = [];
  /** known are the server's resources; forgotten when they may have changed. */
  private known: Promise<ReadonlyMap<string, ResourceToken<KubeObject>>> | undefined;

  constructor(
    private readonly context: ControllerContext,
    private readonly handler: (resource: string) => EventHandler<KubeObject>,
  ) {
    // Each informer listens.
    setMaxListeners(0, this.abort.signal);
    for (const token of IN_FULL) {
      const informer = context.informers.informer(token);
      informer.addHandler(handler(token.resource));
      this.informers.set(token.resource, informer);
    }
  }

  /** ensure makes ready to count these resources; it answers those that the server does not have, or did not list in time. */
  async ensure(resources: Iterable<string>, signal: AbortSignal): Promise<string[]> {
    const missing: string[] = [];
    for (const resource of resources) {
      const informer = this.informers.get(resource) ?? (await this.begin(resource));
      const limit = AbortSignal.any([signal, this.abort.signal, AbortSignal.timeout(SYNC_MS)]);
      const ready = await informer?.synced(limit).then(
        () => true,
        () => false,
      );
      if (!ready) missing.push(resource);
    }
    return missing;
  }

  /** objects are a namespace's objects of a resource; undefined if that is not counted (yet). */
  objects(resource: string, namespace: string): readonly KubeObject[] | undefined {
    const informer = this.informers.get(resource);
    return informer?.hasSynced ? informer.list(namespace) : undefined;
  }

  /** forgetResources makes the next unknown resource ask the server anew. */
  forgetResources(): void {
    this.known = undefined;
  }

  /** stop ends the informers of its own. */
  async stop(): Promise<void> {
    this.abort.abort(new Error('stopped'));
    await Promise.all(this.running.map(({ running }) => running));
  }

  private async begin(resource: string): Promise<Informer<KubeObject> | undefined> {
    const token = (await this.resources()).get(resource);
    const there = this.informers.get(resource);
    if (there || !token || this.abort.signal.aborted) return there;
    const { client, clock, log } = this.context;
    const informer = new SharedInformer<KubeObject>(client, token, { metadataOnly: true }, { clock, log });
    informer.addHandler(this.handler(resource));
    this.informers.set(resource, informer);
    this.running.push(informer);
    informer.start(this.abort.signal);
    return informer;
  }

  private resources(): Promise<ReadonlyMap<string, ResourceToken<KubeObject>>> {
    return (this.known ??= this.ask());
  }

  private async ask(): Promise<ReadonlyMap<string, ResourceToken<KubeObject>>> {
    const { resources, failures } = await discover(this.context.client).catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    if (failures.length) this.known = undefined;
    for (const { groupVersion, error } of failures)
      this.context.log.warn('discovery failed', { groupVersion, err: describe(error) });
    const countable = resources.filter(
      ({ token, verbs }) => token.namespaced && ['create', 'list', 'watch'].every(verb => verbs.has(verb)),
    );
    return new Map(countable.map(({ token }) => [groupResourceName(token), token]));
  }
}
