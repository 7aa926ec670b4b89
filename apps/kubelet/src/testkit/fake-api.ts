import type { ResourceToken } from '@navarch/api';
import { StatusError, conflict, notFound, type KubeObject, type WatchEvent } from '@navarch/apimachinery';
import { Channel } from '@navarch/base';
import type {
  DeleteOptions,
  EventRecorder,
  KubeClient,
  ListOptions,
  Patch,
  ResourceClient,
  Transport,
  WatchOptions,
} from '@navarch/client';

interface Watcher {
  readonly resource: string;
  readonly matches: (object: KubeObject) => boolean;
  readonly channel: Channel<WatchEvent<KubeObject>>;
}

/** FakeApi is an API in memory, as far as a kubelet needs one: objects with versions, watches, status patches, graceful deletion of pods. */
export class FakeApi implements KubeClient, EventRecorder {
  private readonly objects = new Map<string, KubeObject>();
  private readonly watchers = new Set<Watcher>();
  private version = 100;
  /** events are those recorded: `reason: message`. */
  readonly events: string[] = [];
  /** statuses are all pod statuses written, in order. */
  readonly statuses: { readonly name: string; readonly status: unknown; readonly at: number }[] = [];
  /** tokenLifetimeMs is how long the tokens live that it issues. */
  tokenLifetimeMs = 3600_000;
  tokens = 0;

  get transport(): Transport {
    throw new Error('the fake API has no transport');
  }
  as(): KubeClient {
    return this;
  }

  event(_: KubeObject, __: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.push(`${reason}: ${message}`);
  }

  resource<T extends KubeObject>(token: ResourceToken<T>): ResourceClient<T> {
    const at = (namespace: string, name: string) => `${token.resource}/${namespace}/${name}`;
    const get = (namespace: string, name: string): T => {
      const found = this.objects.get(at(namespace, name));
      if (!found) throw notFound(token, name);
      return found as T;
    };
    const client: ResourceClient<T> = {
      get: (namespace, name) => Promise.resolve().then(() => get(namespace, name)),
      list: (namespace, options = {}) => {
        const items = this.select<T>(token, namespace, options);
        return Promise.resolve({ metadata: { resourceVersion: String(this.version) }, items });
      },
      watch: (namespace, options = {}) => this.watch<T>(token, namespace, options),
      create: object => {
        const { namespace = '', name = '' } = object.metadata ?? {};
        if (this.objects.has(at(namespace, name))) throw new StatusError(409, 'AlreadyExists', `${name} exists`);
        const metadata = {
          uid: `uid-${name}-${this.version}`,
          creationTimestamp: new Date().toISOString(),
          ...object.metadata,
        };
        return Promise.resolve(this.put(token, 'ADDED', { ...object, metadata }));
      },
      update: object =>
        Promise.resolve().then(() => {
          const old = get(object.metadata?.namespace ?? '', object.metadata?.name ?? '');
          return this.put(token, 'MODIFIED', { ...object, metadata: { ...old.metadata, ...object.metadata } });
        }),
      updateStatus: object => client.update(object),
      updateSubresource: () => Promise.reject(new Error('not in the fake API')),
      patch: (namespace, name, patch) => Promise.resolve().then(() => this.patch(token, get(namespace, name), patch)),
      delete: (namespace, name, options = {}) =>
        Promise.resolve().then(() => this.remove(token, get(namespace, name), options)),
      deleteCollection: () => Promise.reject(new Error('not in the fake API')),
      createSubresource: (_, __, ___, body) => {
        const expirationTimestamp = new Date(Date.now() + this.tokenLifetimeMs).toISOString();
        return Promise.resolve({ ...body, status: { token: `token-${++this.tokens}`, expirationTimestamp } });
      },
    };
    return client;
  }

  private select<T extends KubeObject>(token: ResourceToken, namespace: string, options: ListOptions): T[] {
    const matches = selector(namespace, options);
    return [...this.objects]
      .filter(([key, object]) => key.startsWith(`${token.resource}/`) && matches(object))
      .map(([, object]) => object as T);
  }

  private async *watch<T extends KubeObject>(
    token: ResourceToken,
    namespace: string,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    const channel = new Channel<WatchEvent<KubeObject>>(10_000);
    const watcher = { resource: token.resource, matches: selector(namespace, options), channel };
    const end = () => channel.close();
    options.signal?.addEventListener('abort', end, { once: true });
    this.watchers.add(watcher);
    const since = Number(options.resourceVersion ?? 0);
    for (const object of this.select(token, namespace, options)) {
      if (Number(object.metadata?.resourceVersion) > since) channel.push({ type: 'ADDED', object });
    }
    try {
      yield* channel as AsyncIterable<WatchEvent<T>>;
    } finally {
      this.watchers.delete(watcher);
    }
  }

  private put<T extends KubeObject>(token: ResourceToken, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): T {
    const { namespace = '', name = '' } = object.metadata ?? {};
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.version) } };
    if (type === 'DELETED') this.objects.delete(`${token.resource}/${namespace}/${name}`);
    else this.objects.set(`${token.resource}/${namespace}/${name}`, stored);
    for (const { resource, matches, channel } of this.watchers) {
      if (resource === token.resource && matches(stored)) channel.push({ type, object: structuredClone(stored) });
    }
    return stored;
  }

  private patch<T extends KubeObject>(token: ResourceToken, old: T, { body }: Patch): T {
    const { metadata = {}, ...rest } = body as KubeObject & Record<string, unknown>;
    if (metadata.uid !== undefined && metadata.uid !== old.metadata?.uid)
      throw conflict(token, old.metadata?.name ?? '', 'uid mismatch');
    const merged = merge(old, { ...rest, ...(metadata.labels && { metadata: { labels: metadata.labels } }) }) as T;
    if (token.resource === 'pods')
      this.statuses.push({
        name: old.metadata?.name ?? '',
        status: (merged as { status?: unknown }).status,
        at: Date.now(),
      });
    return this.put(token, 'MODIFIED', merged);
  }

  private remove(token: ResourceToken, object: KubeObject, options: DeleteOptions): void {
    if (options.preconditions?.uid !== undefined && options.preconditions.uid !== object.metadata?.uid) {
      throw conflict(token, object.metadata?.name ?? '', 'uid mismatch');
    }
    const spec = (object as { spec?: { terminationGracePeriodSeconds?: number; nodeName?: string } }).spec;
    const grace = options.gracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
    if (token.resource !== 'pods' || grace === 0 || !spec?.nodeName) {
      this.put(token, 'DELETED', object);
      return;
    }
    const deletionTimestamp = object.metadata?.deletionTimestamp ?? new Date().toISOString();
    this.put(token, 'MODIFIED', {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace },
    });
  }
}

function selector(namespace: string, { fieldSelector = '' }: ListOptions): (object: KubeObject) => boolean {
  const [path = '', value] = fieldSelector.split('=');
  const field = (object: KubeObject) =>
    path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return object => (!namespace || object.metadata?.namespace === namespace) && (!path || field(object) === value);
}

const MERGE_KEYS: Readonly<Record<string, string>> = {
  conditions: 'type',
  podIPs: 'ip',
  hostIPs: 'ip',
  addresses: 'type',
};

/** merge is a strategic merge, for the lists a kubelet patches. */
function merge(old: unknown, patch: unknown, key = ''): unknown {
  if (Array.isArray(patch)) {
    const by = MERGE_KEYS[key];
    if (!by) return patch;
    const items = [...((old as Record<string, unknown>[] | undefined) ?? [])];
    for (const item of patch as Record<string, unknown>[]) {
      const i = items.findIndex(existing => existing[by] === item[by]);
      if (item.$patch === 'delete') i >= 0 && items.splice(i, 1);
      else if (i >= 0) items[i] = merge(items[i], item) as Record<string, unknown>;
      else items.push(item);
    }
    return items;
  }
  if (typeof patch !== 'object' || patch === null) return patch;
  const result: Record<string, unknown> = { ...(typeof old === 'object' ? (old as Record<string, unknown>) : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value, name);
  }
  return result;
}
