import { ConfigMaps, Secrets, type ResourceToken, type corev1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import { Backoff, type Clock, type Logger } from '@navarch/base';
import type { KubeClient } from '@navarch/client';

/** ObjectStore answers the config maps and secrets that this node's pods refer to: each is watched by itself while a pod wants it. */
export class ObjectStore {
  private readonly configMaps: WatchedObjects<corev1.ConfigMap>;
  private readonly secrets: WatchedObjects<corev1.Secret>;

  /** onChange is called with the uids of the pods that refer to an object that changed. */
  constructor(client: KubeClient, clock: Clock, log: Logger, onChange: (podUids: readonly string[]) => void) {
    this.configMaps = new WatchedObjects(client, ConfigMaps, clock, log, onChange);
    this.secrets = new WatchedObjects(client, Secrets, clock, log, onChange);
  }

  /** register begins to follow what the pod refers to; again with a changed pod, it follows what that refers to. */
  register(pod: corev1.Pod): void {
    const { uid = '', namespace = '' } = pod.metadata ?? {};
    const { configMaps, secrets } = referencesOf(pod);
    this.configMaps.want(uid, namespace, configMaps);
    this.secrets.want(uid, namespace, secrets);
  }

  unregister(podUid: string): void {
    this.configMaps.want(podUid, '', new Set());
    this.secrets.want(podUid, '', new Set());
  }

  /** configMap answers the object, undefined if there is none; it rejects if the API cannot say. */
  configMap(namespace: string, name: string): Promise<corev1.ConfigMap | undefined> {
    return this.configMaps.get(namespace, name);
  }
  secret(namespace: string, name: string): Promise<corev1.Secret | undefined> {
    return this.secrets.get(namespace, name);
  }

  stop(): void {
    this.configMaps.stop();
    this.secrets.stop();
  }
}

/** referencesOf are the names of the config maps and secrets a pod's spec names. Pure. */
export function referencesOf(pod: corev1.Pod): { configMaps: Set<string>; secrets: Set<string> } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const spec = pod.spec;
  for (const { name } of spec?.imagePullSecrets ?? []) secrets.add(name ?? '');
  for (const container of [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      configMaps.add(configMapRef?.name ?? '');
      secrets.add(secretRef?.name ?? '');
    }
    for (const { valueFrom } of container.env ?? []) {
      configMaps.add(valueFrom?.configMapKeyRef?.name ?? '');
      secrets.add(valueFrom?.secretKeyRef?.name ?? '');
    }
  }
  for (const volume of spec?.volumes ?? []) {
    configMaps.add(volume.configMap?.name ?? '');
    secrets.add(volume.secret?.secretName ?? '');
    for (const { configMap, secret } of volume.projected?.sources ?? []) {
      configMaps.add(configMap?.name ?? '');
      secrets.add(secret?.name ?? '');
    }
  }
  configMaps.delete('');
  secrets.delete('');
  return { configMaps, secrets };
}

interface Entry<T> {
  readonly users: Set<string>;
  readonly ends: AbortController;
  /** current resolves with the object as last known, or rejects while the API refuses it. */
  current: Promise<T | undefined>;
}

class WatchedObjects<T extends KubeObject> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(
    private readonly client: KubeClient,
    private readonly token: ResourceToken<T>,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly onChange: (podUids: readonly string[]) => void,
  ) {}

  want(user: string, namespace: string, names: ReadonlySet<string>): void {
    const keys = new Set([...names].map(name => `${namespace}/${name}`));
    for (const [key, entry] of this.entries) {
      if (keys.has(key) || !entry.users.delete(user) || entry.users.size) continue;
      entry.ends.abort();
      this.entries.delete(key);
    }
    for (const name of names) {
      const known = this.entries.get(`${namespace}/${name}`);
      if (known) known.users.add(user);
      else this.entries.set(`${namespace}/${name}`, this.follow(namespace, name, user));
    }
  }

  async get(namespace: string, name: string): Promise<T | undefined> {
    const entry = this.entries.get(`${namespace}/${name}`);
    if (entry) return entry.current;
    const list = await this.client.resource(this.token).list(namespace, { fieldSelector: `metadata.name=${name}` });
    return list.items[0];
  }

  stop(): void {
    for (const entry of this.entries.values()) entry.ends.abort();
    this.entries.clear();
  }

  private follow(namespace: string, name: string, user: string): Entry<T> {
    let first!: { resolve(value: T | undefined): void; reject(error: unknown): void };
    const current = new Promise<T | undefined>((resolve, reject) => (first = { resolve, reject }));
    current.catch(() => undefined);
    const entry: Entry<T> = { users: new Set([user]), ends: new AbortController(), current };
    void this.watch(namespace, name, entry, first);
    return entry;
  }

  /** watch never rejects: it goes on until the entry ends. */
  private async watch(
    namespace: string,
    name: string,
    entry: Entry<T>,
    first: { resolve(value: T | undefined): void; reject(error: unknown): void },
  ): Promise<void> {
    const { signal } = entry.ends;
    const backoff = new Backoff({ initialMs: 100, maxMs: 10_000, jitter: 0.2 });
    const resource = this.client.resource(this.token);
    const selector = { fieldSelector: `metadata.name=${name}` };
    let told: string | undefined = 'never';
    let refused = false;
    const tell = (object: T | undefined) => {
      first.resolve(object);
      entry.current = Promise.resolve(object);
      const version = object?.metadata?.resourceVersion;
      if (told !== version && (told !== 'never' || refused)) this.onChange([...entry.users]);
      told = version;
    };
    while (!signal.aborted) {
      try {
        const list = await resource.list(namespace, selector);
        if (signal.aborted) return;
        tell(list.items[0]);
        backoff.reset();
        const options = {
          ...selector,
          resourceVersion: list.metadata.resourceVersion,
          allowWatchBookmarks: true,
          signal,
        };
        for await (const event of resource.watch(namespace, options)) {
          if (event.type === 'DELETED') tell(undefined);
          else if (event.type !== 'BOOKMARK') tell(event.object);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.log.v(2, 'Cannot watch an object that a pod refers to', {
          resource: this.token.resource,
          namespace,
          name,
          err: String(error),
        });
        first.reject(error);
        refused = true;
        if (told === 'never') {
          entry.current = Promise.reject(error as Error);
          entry.current.catch(() => undefined);
        }
      }
      await this.clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
  }
}
