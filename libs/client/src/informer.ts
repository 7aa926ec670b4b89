import { setMaxListeners } from 'node:events';
import type { ResourceToken } from '@navarch/api';
import { keyString, objectKey, type KubeObject, type WatchEvent } from '@navarch/apimachinery';
import { silentLogger, systemClock, type Clock, type Logger } from '@navarch/base';
import type { EventHandler, IndexFunction, Informer, InformerFactory, InformerOptions, KubeClient } from './interfaces';
import { Reflector } from './reflector';
import { Store } from './store';

export interface InformerFactoryOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** freeze deeply freezes cached objects; on under Jest and NODE_ENV=test unless given. */
  readonly freeze?: boolean;
}

/** createInformerFactory shares informers over one client. */
export function createInformerFactory(client: KubeClient, options: InformerFactoryOptions = {}): InformerFactory {
  return new SharedInformerFactory(client, options);
}

class SharedInformerFactory implements InformerFactory {
  private readonly informers = new Map<string, SharedInformer<KubeObject>>();
  private signal: AbortSignal | undefined;

  constructor(
    private readonly client: KubeClient,
    private readonly options: InformerFactoryOptions,
  ) {}

  informer<T extends KubeObject>(token: ResourceToken<T>, selection: InformerOptions = {}): Informer<T> {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
    const id = JSON.stringify([
      token.group,
      token.version,
      token.resource,
      namespace,
      labelSelector,
      fieldSelector,
      metadataOnly,
    ]);
    let informer = this.informers.get(id);
    if (!informer) {
      informer = new SharedInformer<KubeObject>(this.client, token as ResourceToken, selection, this.options);
      this.informers.set(id, informer);
      if (this.signal) informer.start(this.signal);
    }
    return informer as unknown as Informer<T>;
  }

  start(signal: AbortSignal): void {
    this.signal = signal;
    setMaxListeners(0, signal);
    for (const informer of this.informers.values()) informer.start(signal);
  }

  async synced(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.informers.values()].map(informer => informer.synced(signal)));
  }
}

/**
 * SharedInformer is a Store kept up by a Reflector. Handlers are called one after the other, in the order of the changes and of
 * their registration, right when a change is known; one that throws is logged and does not keep the others from hearing.
 * `running` is settled by its signal only. Exported for who needs an informer that ends before the process (the garbage collector).
 */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  private readonly store = new Store<T>();
  private readonly handlers = new Set<EventHandler<T>>();
  private readonly waiters = new Set<() => void>();
  private readonly freeze: boolean;
  private readonly log: Logger;
  private started = false;
  hasSynced = false;
  /** running resolves when the informer has stopped. */
  running: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: KubeClient,
    readonly token: ResourceToken<T>,
    private readonly selection: InformerOptions,
    private readonly options: InformerFactoryOptions,
  ) {
    this.freeze = options.freeze ?? (process.env.NODE_ENV === 'test' || process.env.JEST_WORKER_ID !== undefined);
    this.log = options.log ?? silentLogger;
  }

  /** start begins list and watch, until signal aborts. Once. */
  start(signal: AbortSignal): void {
    if (this.started) return;
    this.started = true;
    this.running = new Reflector<T>({
      resource: this.client.resource(this.token),
      selection: this.selection,
      target: { replace: items => this.replace(items), apply: event => this.apply(event) },
      clock: this.options.clock ?? systemClock,
      log: this.log,
      name: this.token.resource,
    }).run(signal);
  }

  get(namespace: string, name: string): T | undefined {
    return this.store.get(namespace, name);
  }
  list(namespace?: string): readonly T[] {
    return this.store.list(namespace);
  }
  byIndex(index: string, value: string): readonly T[] {
    return this.store.byIndex(index, value);
  }
  addIndex(name: string, fn: IndexFunction<T>): void {
    this.store.addIndex(name, fn);
  }

  addHandler(handler: EventHandler<T>): Disposable {
    this.handlers.add(handler);
    for (const object of this.store.list()) this.call(() => handler.added?.(object));
    return { [Symbol.dispose]: () => void this.handlers.delete(handler) };
  }

  synced(signal?: AbortSignal): Promise<void> {
    if (this.hasSynced) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        this.waiters.delete(done);
        reject(signal!.reason as Error);
      };
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.waiters.add(done);
    });
  }

  private replace(items: readonly T[]): void {
    const gone = new Set(this.store.keys());
    for (const item of items) {
      gone.delete(keyString(objectKey(item)));
      this.put(item);
    }
    for (const key of gone) this.drop(key);
    this.hasSynced = true;
    for (const done of this.waiters) done();
    this.waiters.clear();
  }

  private apply({ type, object }: WatchEvent<T>): void {
    if (type !== 'DELETED') return this.put(object);
    // The event carries the last state, which may be newer than the cached one.
    if (this.store.get(object.metadata?.namespace ?? '', object.metadata?.name ?? ''))
      this.store.set(this.kept(object));
    this.drop(keyString(objectKey(object)));
  }

  private put(incoming: T): void {
    const object = this.kept(incoming);
    const known = this.store.get(object.metadata?.namespace ?? '', object.metadata?.name ?? '');
    if (known && known.metadata?.uid !== object.metadata?.uid) this.drop(keyString(objectKey(known)));
    const old = this.store.set(object);
    if (!old) this.tell(handler => handler.added?.(object));
    else if (old.metadata?.resourceVersion !== object.metadata?.resourceVersion)
      this.tell(handler => handler.updated?.(old, object));
  }

  private drop(key: string): void {
    const old = this.store.remove(key);
    if (old) this.tell(handler => handler.deleted?.(old));
  }

  private kept(object: T): T {
    return this.freeze ? deepFreeze(object) : object;
  }

  private tell(message: (handler: EventHandler<T>) => void): void {
    for (const handler of [...this.handlers]) this.call(() => message(handler));
  }

  private call(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.log.error('an informer handler threw', error, { resource: this.token.resource });
    }
  }
}

/** deepFreeze freezes an object and all it holds. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
