import { CustomResourceDefinitions } from '@navarch/api';
import { nameOf, planStatus, type Condition, type Definition } from '@navarch/apiextensions';
import { isDeleting, isNotFound, type ObjectKey } from '@navarch/apimachinery';
import type { ApiServer } from '@navarch/apiserver-runtime';
import { describe, rfc3339, type Clock, type Registry } from '@navarch/base';
import type { InformerFactory, KubeClient } from '@navarch/client';
import { Controller } from '@navarch/controller-runtime';
import { CLEANUP_FINALIZER } from '@navarch/kinds';
import { Cleanup } from './cleanup';
import { Serving, type ServingParts } from './serving';

/** CustomResourcesParts are what custom resources need of the API server. */
export interface CustomResourcesParts extends ServingParts {
  readonly server: () => ApiServer;
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/**
 * CustomResources serves what CustomResourceDefinitions define, and keeps their status. An informer tells of each change: the
 * registry follows at once, the status and the deletion of objects are a controller's work. Every API server does the same; what
 * one has written the others find done.
 */
export class CustomResources {
  private readonly definitions;
  private readonly serving: Serving;
  private readonly cleanup: Cleanup;
  private readonly controller: Controller;
  /** written are definitions as they were last written here, until the informer has heard of it. */
  private readonly written = new Map<string, Definition>();

  /** heard are the resourceVersions that the informer told of since the last write began. */
  private readonly heard = new Set<string | undefined>();

  constructor(private readonly parts: CustomResourcesParts) {
    const { informers, clock, log, metrics, server } = parts;
    this.definitions = informers.informer(CustomResourceDefinitions);
    this.serving = new Serving(parts);
    this.controller = new Controller({
      ...{ clock, log, metrics },
      name: 'crd',
      // One after the other: what names one definition got, the next may not have.
      concurrency: 1,
      waitFor: [this.definitions],
      reconcile: key => this.reconcile(key),
    });
    this.cleanup = new Cleanup({ server, clock, changed: name => this.controller.queue.add(name) });
    this.definitions.addHandler({
      added: definition => this.observe(definition),
      updated: (_old, definition) => this.observe(definition),
      deleted: definition => this.forget(definition),
    });
  }

  /** run keeps the status of definitions until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.controller.run(signal);
  }

  private observe(definition: Definition): void {
    this.written.delete(nameOf(definition));
    this.heard.add(definition.metadata?.resourceVersion);
    this.serving.observe(definition);
    this.controller.queue.add(nameOf(definition));
  }

  private forget(definition: Definition): void {
    this.written.delete(nameOf(definition));
    this.cleanup.forget(definition);
    this.serving.remove(definition);
    // Names are free again: whoever wanted them has to be looked at.
    for (const other of this.definitions.list())
      if (other.spec.group === definition.spec.group) this.controller.queue.add(nameOf(other));
  }

  private async reconcile({ name }: ObjectKey): Promise<void> {
    const definition = this.definitions.get('', name);
    if (!definition || this.written.has(name)) return;
    try {
      if (isDeleting(definition)) await this.finish(definition);
      else await this.update(definition);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private async update(definition: Definition): Promise<void> {
    const all = this.definitions.list().map(one => this.written.get(nameOf(one)) ?? one);
    const { clock, emulated } = this.parts;
    const served = this.serving.isServing(definition);
    const status = planStatus(definition, all, { served, emulated, now: clock.now() });
    if (status) await this.write({ ...definition, status });
  }

  private async write(definition: Definition): Promise<Definition> {
    this.heard.clear();
    const written = await this.parts.client.resource(CustomResourceDefinitions).updateStatus(definition);
    const { resourceVersion } = written.metadata ?? {};
    // A write that changed nothing is heard of by nobody.
    const isNews = resourceVersion !== definition.metadata?.resourceVersion && !this.heard.has(resourceVersion);
    if (isNews) this.written.set(nameOf(definition), written);
    return written;
  }

  /** finish deletes the objects of a definition that is being deleted, and lets it go when they are gone. */
  private async finish(definition: Definition): Promise<void> {
    const { finalizers = [] } = definition.metadata ?? {};
    if (!finalizers.includes(CLEANUP_FINALIZER)) return;
    const mark = (reason: string, message: string, status = 'True') =>
      this.terminating(definition, { type: 'Terminating', status, reason, message });
    if (!definition.status?.conditions?.some(c => c.type === 'Terminating' && c.reason === IN_PROGRESS))
      return mark(IN_PROGRESS, 'CustomResource deletion is in progress');
    let kept = 0;
    try {
      if (this.serving.isServing(definition)) kept = await this.cleanup.clean(definition);
    } catch (error) {
      await mark('InstanceDeletionFailed', `could not issue all deletes: ${describe(error)}`);
      throw error;
    }
    if (kept) return;
    await this.parts.client.resource(CustomResourceDefinitions).patch('', nameOf(definition), {
      type: 'merge',
      body: {
        metadata: {
          resourceVersion: definition.metadata?.resourceVersion,
          finalizers: finalizers.filter(finalizer => finalizer !== CLEANUP_FINALIZER),
        },
      },
    });
  }

  private async terminating(definition: Definition, condition: Omit<Condition, 'lastTransitionTime'>): Promise<void> {
    const { clock } = this.parts;
    const others = (definition.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
    const conditions = [...others, { ...condition, lastTransitionTime: rfc3339(clock.now()) }];
    await this.write({ ...definition, status: { ...definition.status!, conditions } });
  }
}

const IN_PROGRESS = 'InstanceDeletionInProgress';
