import {
  MODIFIED,
  conflict,
  forbidden,
  notFound,
  type AnyObject,
  type ApiResponse,
  type Status,
} from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Exchange } from '../chain/exchange';
import { LooseEntry } from '../encoding/loose-entry';
import { respondStatus } from '../encoding/status';
import { offers, shapeOf } from '../encoding/shape';
import { respondEntry } from '../encoding/respond';
import { contentMedia } from '../negotiate';
import { garbagePolicyOf, marksFirst, showsDeleted } from '../registry/deletion-rules';
import { messageKind } from '../registry/message-names';
import type { Endpoint } from '../registry/resource';
import {
  checkPreconditions,
  checkStored,
  finalizersFor,
  planDeletion,
  sameMetadata,
  type DeletionPlan,
} from './before-delete';
import { isNamespace } from './before-update';
import { ofCollection, ofObject } from './delete-kind';
import { deleteOptionsOfBody, deleteOptionsOfQuery, describeOptions, type DeleteOptions } from './delete-options';
import type { Services } from './services';
import { storedForm } from './stored-form';
import { attributesFor } from './write-context';

/** Deleted is what a deletion came to: the object's last state, and whether it is gone. */
export interface Deleted {
  readonly entry: Entry;
  readonly removed: boolean;
  /** pending: a deletion was under way, nothing has changed. */
  readonly pending: boolean;
}

/** remove serves DELETE of one object. */
export async function remove(services: Services, endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> {
  const offer = endpoint.custom ? offers.custom : offers.builtin;
  const shape = shapeOf(exchange, offer);
  const options = await readDeleteOptions(services, endpoint, exchange);
  const { namespace, name } = exchange.info;
  const deleted = await deleteObject(services, endpoint, exchange, options, namespace, name);
  await endpoint.resource.load([deleted.entry]);
  const status = options.orphanDependents === false && !deleted.removed ? 202 : 200;
  if (showsDeleted(endpoint, deleted, services.emulated)) {
    return respondEntry(shape, endpoint, deleted.entry, status, {
      now: services.clock.now(),
      emulated: services.emulated,
    });
  }
  return respondStatus(shape, success(endpoint, deleted.entry), status);
}

function success({ target }: Endpoint, entry: Entry): Status {
  const { name, uid } = entry.object().metadata;
  const details = { name, ...(target.group && { group: target.group }), kind: target.resource, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } as unknown as Status;
}

/** readDeleteOptions reads them from the body, or from the query if there is none. */
export async function readDeleteOptions(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
): Promise<DeleteOptions> {
  const body = await exchange.body(services.limits.maxBodyBytes);
  if (!body.length) return deleteOptionsOfQuery(exchange.query);
  const media = contentMedia(exchange.request.headers['content-type']);
  const { group, version } = endpoint.version;
  const scope =
    exchange.info.verb === 'deletecollection'
      ? ofCollection({ group, version, custom: endpoint.custom }, services.registry)
      : ofObject;
  return deleteOptionsOfBody(body, media, scope, services.emulated);
}

/** Planned carries a plan out of the storage's check. */
class Planned extends Error {
  constructor(readonly plan: Exclude<DeletionPlan, { kind: 'remove' }>) {
    super('the object is not to be removed yet');
  }
}

const MAX_TRIES = 16;
/** REMOVED_AT_SINCE is the first release that shows a removed object under the resourceVersion of its removal. */
const REMOVED_AT_SINCE: Minor = 26;

/** deleteObject deletes gracefully: removes the object, or marks it where finalizers or a grace period keep it. */
export async function deleteObject(
  services: Services,
  endpoint: Endpoint,
  exchange: Exchange,
  options: DeleteOptions,
  namespace: string,
  name: string,
): Promise<Deleted> {
  const deletion = new Deletion(services, endpoint, exchange, options, namespace, name);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const deleted = await deletion.attempt();
    if (deleted) return deleted;
  }
  throw conflict(endpoint.target, name, MODIFIED);
}

class Deletion {
  constructor(
    private readonly services: Services,
    private readonly endpoint: Endpoint,
    private readonly exchange: Exchange,
    private readonly options: DeleteOptions,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  private get path() {
    return { namespace: this.namespace, name: this.name };
  }

  /** attempt tries once; undefined when the object changed so that another way has to be taken. */
  async attempt(): Promise<Deleted | undefined> {
    const { storage } = this.endpoint.resource;
    try {
      if (this.options.dryRun) return await this.dry();
      let before = 0;
      const entry = await storage.delete(this.path, current => {
        before = current.revision;
        return this.mayRemove(current);
      });
      if (!entry) throw notFound(this.endpoint.target, this.name);
      return { entry: this.lastOf(entry, before), removed: true, pending: false };
    } catch (error) {
      if (!(error instanceof Planned)) throw error;
      return error.plan.kind === 'pending' ? this.present() : this.mark();
    }
  }

  /** mayRemove passes if the object may be removed at once; it throws what keeps it. */
  private async mayRemove(current: Entry): Promise<void> {
    const { plan } = await this.plan(current);
    if (plan.kind !== 'remove') throw new Planned(plan);
  }

  private async plan(current: Entry): Promise<{ plan: DeletionPlan; object: AnyObject }> {
    const { services, endpoint, exchange, options, name } = this;
    await endpoint.resource.load([current]);
    const object = endpoint.resource.hubOf(current);
    const refused = endpoint.kind.strategy.refuseDelete?.(object);
    if (refused !== undefined) throw forbidden(endpoint.target, name, refused);
    if (isNamespace(object) || (marksFirst(endpoint) && !object.metadata?.deletionTimestamp))
      checkStored(endpoint.target, object, options);
    checkPreconditions(messageKind(endpoint), object, options);
    await services.admission.both(
      attributesFor(endpoint, exchange, 'DELETE', {
        // Who deletes many names none of them.
        name: exchange.info.verb === 'deletecollection' ? '' : name,
        subresource: '',
        object: undefined,
        oldObject: object,
        dryRun: options.dryRun,
        options: describeOptions(options),
      }),
    );
    return { plan: this.planFor(object), object };
  }

  private planFor(object: AnyObject): DeletionPlan {
    const { services, endpoint, options } = this;
    const now = services.clock.now();
    if (isNamespace(object)) {
      const plan = planNamespace(object, options, now);
      if (plan) return plan;
    }
    const { gracefulDeletion, markDeleted } = endpoint.kind;
    if (markDeleted && !object.metadata?.deletionTimestamp)
      return { kind: 'update', metadata: { ...object.metadata, deletionTimestamp: rfc3339(now) }, remove: false };
    return planDeletion(
      object,
      options,
      { ...(gracefulDeletion && { graceful: gracefulDeletion }), garbage: garbagePolicyOf(endpoint) },
      now,
      services.emulated,
    );
  }

  private async present(): Promise<Deleted> {
    const entry = await this.endpoint.resource.storage.get(this.path);
    if (!entry) throw notFound(this.endpoint.target, this.name);
    await this.endpoint.resource.load([entry]);
    return { entry, removed: false, pending: true };
  }

  /** mark writes the deletion into the object, and removes it right after where nothing else keeps it. */
  private async mark(): Promise<Deleted | undefined> {
    const { endpoint, name } = this;
    const { storage } = endpoint.resource;
    let last: DeletionPlan = { kind: 'remove' };
    const changedMind = new Error('the object may be removed now');
    let entry: Entry;
    try {
      entry = await storage.guaranteedUpdate(this.path, async current => {
        if (!current) throw notFound(endpoint.target, name);
        const { plan, object } = await this.plan(current);
        last = plan;
        if (plan.kind === 'remove') throw changedMind;
        return plan.kind === 'pending' ? current.object() : this.marked(plan, object);
      });
    } catch (error) {
      if (error === changedMind) return undefined;
      throw error;
    }
    const plan = last as DeletionPlan;
    if (plan.kind !== 'update' || !plan.remove) return { entry, removed: false, pending: plan.kind === 'pending' };
    const gone = await storage.delete(this.path, current => {
      if (current.object().metadata.uid !== entry.object().metadata.uid) throw notFound(endpoint.target, name);
    });
    return { entry: gone ? this.lastOf(gone, entry.revision) : entry, removed: true, pending: false };
  }

  /** lastOf is how the answer shows an object that was removed: as of then or, in older releases, as of its last change. */
  private lastOf(removed: Entry, before: number): Entry {
    if (this.services.emulated >= REMOVED_AT_SINCE) return removed;
    const { metadata, ...rest } = removed.object();
    return new LooseEntry(this.endpoint.resource, {
      ...rest,
      metadata: { ...metadata, resourceVersion: String(before) },
    } as AnyObject);
  }

  private marked(plan: Extract<DeletionPlan, { kind: 'update' }>, object: AnyObject): AnyObject | Promise<AnyObject> {
    if (sameMetadata(plan.metadata, object.metadata ?? {}) && !isNamespace(object))
      return storedForm(this.endpoint, object);
    const isFirst = !object.metadata?.deletionTimestamp;
    object.metadata = plan.metadata;
    if (isFirst) this.endpoint.kind.markDeleted?.(object, this.services.clock.now());
    if (isNamespace(object)) object['status'] = { ...(object['status'] as object | undefined), phase: 'Terminating' };
    return storedForm(this.endpoint, object);
  }

  private async dry(): Promise<Deleted> {
    const { endpoint, name } = this;
    const current = await endpoint.resource.storage.get(this.path);
    if (!current) throw notFound(endpoint.target, name);
    const { plan, object } = await this.plan(current);
    if (plan.kind !== 'update')
      return { entry: current, removed: plan.kind === 'remove', pending: plan.kind === 'pending' };
    const entry = new LooseEntry(endpoint.resource, await this.marked(plan, object));
    return { entry, removed: plan.remove, pending: false };
  }
}

/** planNamespace: a namespace is marked first, and goes once its own finalizers are done. undefined: as any other object. */
export function planNamespace(object: AnyObject, options: DeleteOptions, now: number): DeletionPlan | undefined {
  const metadata = object.metadata ?? {};
  if (!metadata.deletionTimestamp) {
    const finalizers = finalizersFor(metadata.finalizers ?? [], options, 'background');
    const marked = { ...metadata, deletionTimestamp: rfc3339(now) };
    if (finalizers.length) marked.finalizers = finalizers;
    else delete marked.finalizers;
    return { kind: 'update', metadata: marked, remove: false };
  }
  const { finalizers } = (object['spec'] ?? {}) as { finalizers?: string[] };
  return finalizers?.length ? { kind: 'pending' } : undefined;
}
