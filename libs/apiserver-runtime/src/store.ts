import type { ResourceToken } from '@navarch/api';
import {
  alreadyExists,
  conflict,
  generateName,
  notFound,
  type AnyObject,
  type KubeObject,
} from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { StrategyContext } from '@navarch/kinds';
import type { Entry, Storage } from '@navarch/storage';
import { randomUUID } from 'node:crypto';
import type { FieldManager, Store } from './options';
import type { Endpoint, Resource } from './registry/resource';
import { prepareMetadata } from './verbs/before-create';
import { carryMetadata, finishesDeletion } from './verbs/before-update';
import { trackUpdate, type Tracked } from './verbs/managed-fields';
import type { Services } from './verbs/services';
import { storedForm } from './verbs/stored-form';

/** ResourceStore is the Store of one resource: writes go straight to storage, defaulted, with the metadata every object has, and an owner where it has one. */
export class ResourceStore<T extends KubeObject> implements Store<T> {
  constructor(
    private readonly services: Services,
    private readonly token: ResourceToken<T>,
    private readonly owner?: FieldManager,
  ) {}

  get storage(): Storage {
    return this.resource.storage;
  }

  private get resource(): Resource {
    const { group, resource } = this.token;
    const found = this.services.registry.resource(group, resource);
    if (!found) throw notFound({ group, resource }, '');
    return found;
  }

  private get endpoint(): Pick<Endpoint, 'resource'> {
    return { resource: this.resource };
  }

  /** trackedAt is a write as ownership looks at it; undefined: nobody owns what is written. */
  private trackedAt(now: number) {
    const { services, owner, resource } = this;
    const { group, version } = resource.hubVersion;
    const endpoint = owner && services.registry.endpoint(group, version, this.token.resource, true);
    if (!endpoint) return undefined;
    const { manager, subresource = '' } = owner;
    const { strategy, subresources } = resource.kind;
    return {
      ...{ endpoint, services, manager, subresource },
      strategy: (subresource === 'status' && subresources?.status) || strategy,
      strategyContext: { emulated: services.emulated, apiVersion: endpoint.apiVersion, now, dryRun: false },
    } satisfies Tracked & { strategyContext: StrategyContext };
  }

  private get target() {
    return { group: this.token.group, resource: this.token.resource };
  }

  async get(namespace: string, name: string): Promise<T | undefined> {
    const entry = await this.storage.get({ namespace, name });
    return entry && this.read(entry);
  }

  async list(namespace = ''): Promise<T[]> {
    const { entries } = await this.storage.list({ predicate: namespace ? { namespace } : {} });
    return entries.map(entry => this.read(entry));
  }

  async create(object: T): Promise<T> {
    const { resource, services } = this;
    const { kind } = resource;
    const fresh = structuredClone(object) as AnyObject;
    fresh.kind = kind.resource.kind;
    fresh.apiVersion = resource.hub;
    kind.defaults?.(fresh, services.emulated);
    const now = services.clock.now();
    const tracked = this.trackedAt(now);
    if (tracked) {
      await trackUpdate(tracked, undefined, fresh);
      kind.strategy.prepareForCreate?.(fresh, tracked.strategyContext);
    }
    const metadata = prepareMetadata(fresh, resource.namespaced, object.metadata?.namespace ?? '', {
      uid: randomUUID(),
      creationTimestamp: rfc3339(now),
    });
    if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName);
    const { name = '', namespace = '' } = metadata;
    kind.strategy.canonicalize?.(fresh);
    const entry = await this.storage.create({ namespace, name }, await storedForm(this.endpoint, fresh));
    if (!entry) throw alreadyExists(this.target, name);
    return this.read(entry);
  }

  async update(namespace: string, name: string, change: (object: T) => T | void | Promise<T | void>): Promise<T> {
    const { resource } = this;
    let finished: { revision: number; object: AnyObject } | undefined;
    const entry = await this.storage.guaranteedUpdate({ namespace, name }, async current => {
      finished = undefined;
      if (!current) throw notFound(this.target, name);
      const old = resource.hubOf(current);
      const copy = resource.hubOf(current);
      const object = ((await change(copy as T)) ?? copy) as AnyObject;
      const tracked = this.trackedAt(this.services.clock.now());
      if (tracked) await trackUpdate(tracked, current, object);
      const { generation } = object.metadata ?? {};
      const metadata = carryMetadata(object, old, resource.namespaced, namespace);
      if (generation !== undefined) metadata.generation = generation;
      metadata.resourceVersion = String(current.revision);
      resource.kind.strategy.canonicalize?.(object);
      if (finishesDeletion(object, old)) finished = { revision: current.revision, object };
      return finished ? current.object() : storedForm(this.endpoint, object);
    });
    return finished ? this.finish(namespace, name, finished.revision, finished.object) : this.read(entry);
  }

  private async finish(namespace: string, name: string, revision: number, object: AnyObject): Promise<T> {
    await this.storage.delete({ namespace, name }, current => {
      if (current.revision !== revision)
        throw conflict(this.target, name, 'the object has been modified while its deletion was finished');
    });
    return object as T;
  }

  async delete(namespace: string, name: string, preconditions: { readonly uid?: string } = {}): Promise<boolean> {
    const entry = await this.storage.delete({ namespace, name }, current => {
      const { uid } = current.object().metadata;
      if (preconditions.uid !== undefined && preconditions.uid !== uid)
        throw conflict(this.target, name, `the uid is ${uid}`);
    });
    return entry !== undefined;
  }

  private read(entry: Entry): T {
    return this.resource.hubOf(entry) as T;
  }
}
