import { apiVersionOf, groupResourceName } from '@navarch/apimachinery';
import { isServed, type KindDefinition, type Minor, type ServedVersion } from '@navarch/kinds';
import type { Storage, StorageBackend } from '@navarch/storage';
import type { CustomVersion, KindOptions, KindRegistry, ServedGroupVersion, VirtualHandler } from '../options';
import { Endpoint, Resource } from './resource';
import { hubVersion } from './served';

/** RegistryOptions are what a registry is made with. */
export interface RegistryOptions {
  readonly backend: StorageBackend;
  readonly emulated: Minor;
  readonly offered?: (version: ServedVersion, kind: KindDefinition) => boolean;
  readonly virtual: ReadonlyMap<string, VirtualHandler>;
}

/** Registry finds what a path leads to. Its generation grows with each change, so that what was derived from it can be kept. */
export class Registry implements KindRegistry {
  generation = 0;
  private readonly resources = new Map<string, Resource>();
  private readonly endpoints = new Map<string, Endpoint>();
  /** hidden are hub versions that the emulated release does not have yet: served to who asks for hub versions, shown to nobody. */
  private readonly hidden = new Map<string, Endpoint>();
  private readonly listeners = new Set<() => void>();
  private served: readonly ServedGroupVersion[] | undefined;
  /** storages by key prefix outlive their kind: one that comes back, changed, goes on with the same cache. */
  private readonly storages = new Map<string, { storage: Storage; resource: Resource }>();

  constructor(private readonly options: RegistryOptions) {}

  get kinds(): readonly KindDefinition[] {
    return [...new Set(this.resources.values())].map(r => r.kind);
  }

  /** all are the served endpoints, in the order in which their kinds were added. */
  get all(): readonly Endpoint[] {
    return [...this.endpoints.values()];
  }

  get groupVersions(): readonly ServedGroupVersion[] {
    return (this.served ??= this.servedVersions());
  }

  /** knownVersions are the apiVersions in which the release reads built-in kinds, served or not. */
  get knownVersions(): ReadonlySet<string> {
    const builtIn = [...new Set(this.resources.values())].filter(resource => !resource.custom);
    return new Set(builtIn.flatMap(resource => resource.known.map(apiVersionOf)));
  }

  private servedVersions(): readonly ServedGroupVersion[] {
    const served = new Map<string, ServedGroupVersion>();
    for (const { apiVersion, version, custom } of this.all) {
      const known = served.get(apiVersion);
      if (known && (!known.custom || custom)) continue;
      served.set(apiVersion, { group: version.group, version: version.version, custom });
    }
    return [...served.values()];
  }

  endpoint(group: string, version: string, resource: string, hubVersions = false): Endpoint | undefined {
    const id = `${group}/${version}/${resource}`;
    return this.endpoints.get(id) ?? (hubVersions ? this.hidden.get(id) : undefined);
  }

  /** resource finds a kind by group and plural of any of its versions. */
  resource(group: string, plural: string): Resource | undefined {
    return this.resources.get(groupResourceName({ group, resource: plural }));
  }

  kind(group: string, plural: string): KindDefinition | undefined {
    return this.resource(group, plural)?.kind;
  }

  /** byKind finds the endpoint of an apiVersion and kind. */
  byKind(apiVersion: string, kind: string): Endpoint | undefined {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.apiVersion === apiVersion && endpoint.kindName === kind) return endpoint;
    }
    return undefined;
  }

  add(kind: KindDefinition, options: KindOptions = {}): void {
    const { emulated, offered } = this.options;
    const plural = kind.resource.resource;
    const served = kind.versions.filter(v => isServed(v, emulated) && (offered?.(v, kind) ?? true));
    const name = groupResourceName(kind.resource);
    if (this.resources.has(name)) this.remove(kind.resource.group, plural);
    const resource = new Resource(kind, emulated, options, isVirtual(kind) || this.options.virtual.has(name), r =>
      this.open(r),
    );
    this.resources.set(name, resource);
    for (const version of served) {
      this.endpoints.set(`${version.group}/${version.version}/${plural}`, new Endpoint(resource, version));
      this.resources.set(groupResourceName({ group: version.group, resource: plural }), resource);
    }
    const hub = hubVersion(kind);
    if (!served.includes(hub))
      this.hidden.set(`${hub.group}/${hub.version}/${plural}`, new Endpoint(resource, hub, resource.stored));
    this.change();
  }

  replace(group: string, plural: string, versions: readonly CustomVersion[]): void {
    const present = this.resource(group, plural);
    // A custom resource never takes the place of a built-in one.
    if (present && !present.custom) return;
    this.drop(group, plural);
    const name = groupResourceName({ group, resource: plural });
    for (const { kind, custom, served } of versions) {
      const resource = new Resource(kind, this.options.emulated, { custom }, false, r => this.open(r));
      // What selectors see is read from stored objects, which are of the storage version.
      const isStored = resource.stored === resource.hubVersion;
      if (isStored || !this.resources.has(name)) this.resources.set(name, resource);
      if (served)
        this.endpoints.set(`${group}/${kind.resource.version}/${plural}`, new Endpoint(resource, resource.hubVersion));
    }
    const resource = this.resources.get(name);
    if (resource) this.open(resource);
    this.change();
  }

  remove(group: string, plural: string): void {
    const resource = this.resource(group, plural);
    if (!resource) return;
    this.drop(group, plural);
    if (resource.custom) {
      const prefix = prefixOf(resource.kind);
      this.storages.delete(prefix);
      this.options.backend.release(prefix);
    }
    this.change();
  }

  /** drop takes out a kind with all its versions. */
  private drop(group: string, plural: string): void {
    const resource = this.resource(group, plural);
    if (!resource) return;
    const isOf = (other: Resource) =>
      other === resource || (other.custom !== undefined && other.kind.storagePath === resource.kind.storagePath);
    for (const [key, value] of this.resources) if (isOf(value)) this.resources.delete(key);
    for (const endpoints of [this.endpoints, this.hidden]) {
      for (const [key, value] of endpoints) {
        if (!isOf(value.resource)) continue;
        endpoints.delete(key);
        value.resource.stop.abort();
      }
    }
    resource.stop.abort();
  }

  changed(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => this.listeners.delete(listener) };
  }

  /** endAll ends the watches of all kinds, for a shutdown. */
  endAll(): void {
    for (const resource of this.resources.values()) resource.stop.abort();
  }

  private change(): void {
    this.generation++;
    this.served = undefined;
    for (const listener of this.listeners) listener();
  }

  private open(resource: Resource): Storage {
    const { kind } = resource;
    const prefix = prefixOf(kind);
    const present = this.storages.get(prefix);
    if (present) {
      present.resource = resource;
      return present.storage;
    }
    const { ttlSeconds } = kind;
    const storage = this.options.backend.storage({
      prefix,
      namespaced: resource.namespaced,
      attributesOf: object => (this.storages.get(prefix)?.resource ?? resource).attributesOf(object),
      ...(kind.indexes && { indexes: kind.indexes }),
      ...(ttlSeconds && { ttlSeconds: object => ttlSeconds(resource.readable(object)) }),
    });
    this.storages.set(prefix, { storage, resource });
    return storage;
  }
}

/** isVirtual: objects that cannot be both written and read are not stored. */
function isVirtual({ verbs }: KindDefinition): boolean {
  return verbs !== undefined && !(verbs.includes('create') && verbs.includes('get'));
}

/** prefixOf is what the etcd keys of a kind begin with. */
function prefixOf(kind: KindDefinition): string {
  return `/registry/${storagePathOf(kind)}/`;
}

/** storagePathOf is what stands between `/registry/` and the namespace: the plural of core kinds, with the group for custom ones. */
export function storagePathOf(kind: KindDefinition): string {
  return kind.storagePath ?? kind.resource.resource;
}

/** describeVersion is how an apiVersion and kind are named together. */
export function describeVersion(endpoint: Endpoint): string {
  return `${apiVersionOf(endpoint.version)} ${endpoint.kindName}`;
}
