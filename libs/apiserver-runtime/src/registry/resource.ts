import { setMaxListeners } from 'node:events';
import { completeForOutput } from '@navarch/api';
import { apiVersionOf, type AnyObject, type KubeObject } from '@navarch/apimachinery';
import { isServed, type KindDefinition, type Minor, type ServedVersion } from '@navarch/kinds';
import type { Attributes, Entry, Storage, StoredObject } from '@navarch/storage';
import type { CustomKind, KindOptions } from '../options';
import { ConversionError, fromHub, needsConversion, toHub, versionOf } from './conversion';
import { ordered } from './field-order';
import { deprecationWarning, hubVersion, storedVersion } from './served';

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/** Resource is one kind as the server keeps it: its storage, and the way between stored, hub and served versions. */
export class Resource {
  readonly hub: string;
  readonly hubVersion: ServedVersion;
  readonly stored: ServedVersion;
  readonly storedApiVersion: string;
  /** known are the versions in which the release reads objects from clients: those that it serves, and retired ones. */
  readonly known: readonly ServedVersion[];
  readonly verbs: ReadonlySet<string>;
  /** virtual: nothing is stored, a handler of the app answers. */
  readonly isVirtual: boolean;
  /** stop aborts when the kind is no longer served; its watches end. */
  readonly stop = new AbortController();
  private opened: Storage | undefined;

  constructor(
    readonly kind: KindDefinition,
    readonly emulated: Minor,
    readonly options: KindOptions,
    isVirtual: boolean,
    private readonly open: (resource: Resource) => Storage,
  ) {
    this.hubVersion = hubVersion(kind);
    this.hub = apiVersionOf(this.hubVersion);
    this.stored = storedVersion(kind, emulated);
    this.storedApiVersion = apiVersionOf(this.stored);
    this.known = [...kind.versions.filter(v => isServed(v, emulated)), ...(kind.retired ?? [])];
    this.verbs = new Set(kind.verbs ?? allVerbs);
    this.isVirtual = isVirtual;
    // Each watch listens.
    setMaxListeners(0, this.stop.signal);
  }

  /** storage is opened when first asked for. */
  get storage(): Storage {
    return (this.opened ??= this.open(this));
  }

  get namespaced(): boolean {
    return this.kind.resource.namespaced;
  }

  get custom(): CustomKind | undefined {
    return this.options.custom;
  }

  /** attributesOf is what selectors see of a stored object. */
  readonly attributesOf = (object: StoredObject): Attributes => {
    const { metadata } = object;
    const namespace = metadata.namespace ?? '';
    const base: Record<string, string> = { 'metadata.name': metadata.name };
    if (this.namespaced) base['metadata.namespace'] = namespace;
    const { selectableFields } = this.kind;
    return {
      namespace,
      name: metadata.name,
      labels: (metadata.labels as Record<string, string> | undefined) ?? noLabels,
      fields: selectableFields
        ? Object.assign(base, selectableFields(this.custom ? object : this.readable(object)))
        : base,
    };
  };

  /** hubOf is a private copy of a stored object in the hub version, with what is defaulted by now: an earlier release may have stored it. */
  hubOf(entry: Entry): AnyObject {
    if (this.custom) return JSON.parse(this.form(this.custom, entry).toString()) as AnyObject;
    const object = this.convert(JSON.parse(entry.json.toString()) as AnyObject);
    this.kind.defaults?.(object, this.emulated);
    return object;
  }

  /**
   * load makes the forms of entries that a custom resource has in this version, so that they can be used from now on. There is
   * something to wait for only where a webhook converts.
   */
  load(entries: readonly Entry[]): Promise<void> | undefined {
    return this.custom && this.makeForms(this.custom, entries);
  }

  /** form is an entry's JSON in the version of a custom resource: the stored bytes where they are right as they are. */
  form(custom: CustomKind, entry: Entry): Buffer {
    void (entry.memo.has(custom.id) || this.makeForms(custom, [entry]));
    const form = entry.memo.get(custom.id) as Buffer | undefined;
    if (!form) throw new ConversionError(`${this.kind.resource.kind} was not converted to ${this.hub} yet`);
    return form;
  }

  private makeForms(custom: CustomKind, entries: readonly Entry[]): Promise<void> | undefined {
    const missing = entries.filter(entry => !entry.memo.has(custom.id));
    if (!missing.length) return undefined;
    const keep = (forms: readonly (AnyObject | undefined)[]) => {
      missing.forEach((entry, i) => {
        const form = forms[i];
        entry.memo.set(custom.id, form ? Buffer.from(JSON.stringify(ordered(form))) : entry.json);
      });
    };
    const forms = custom.fromStored(missing.map(entry => JSON.parse(entry.json.toString()) as AnyObject));
    if (forms instanceof Promise) return forms.then(keep);
    keep(forms);
    return undefined;
  }

  /** readHub is a stored object in the hub version for reading only: it may be shared. */
  readHub(entry: Entry): AnyObject {
    const { custom } = this;
    if (custom && this.form(custom, entry) !== entry.json) return this.hubOf(entry);
    return this.readable(entry.object()) as AnyObject;
  }

  /** toStored is a hub object as it is stored. The argument may be used up. */
  toStored(object: AnyObject): AnyObject {
    return this.stored === this.hubVersion ? object : fromHub(object, this.stored);
  }

  /** readable is a stored object in the hub version, for reading only. */
  readable(object: StoredObject): KubeObject {
    if (object.apiVersion === this.hub) return object as KubeObject;
    const from = this.declared(object.apiVersion);
    if (!needsConversion(from)) return { ...object, apiVersion: this.hub } as KubeObject;
    return this.convert(JSON.parse(JSON.stringify(object)) as AnyObject);
  }

  private convert(object: AnyObject): AnyObject {
    return object.apiVersion === this.hub ? object : toHub(object, this.declared(object.apiVersion ?? ''), this.hub);
  }

  private declared(apiVersion: string): ServedVersion {
    const version = versionOf(this.kind.versions, apiVersion);
    if (!version)
      throw new ConversionError(`${this.kind.resource.kind} is stored in the unknown version ${apiVersion}`);
    return version;
  }
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Endpoint is one served version of a resource: what a path leads to. */
export class Endpoint {
  readonly apiVersion: string;
  /** head begins the JSON of an object in this version: `{"kind":"Pod","apiVersion":"v1",`. */
  readonly head: Buffer;
  readonly listHead: Buffer;
  readonly warning: string | undefined;
  /** isHub: objects of this version are the hub's, no conversion is needed. */
  readonly isHub: boolean;

  /** tracked is the version that managedFields name: of a version that the release does not have, the stored one. */
  constructor(
    readonly resource: Resource,
    readonly version: ServedVersion,
    readonly tracked: ServedVersion = version,
  ) {
    this.apiVersion = apiVersionOf(version);
    const { kind, listKind = `${kind}List` } = { kind: resource.kind.resource.kind, listKind: resource.kind.listKind };
    const [k, v] = [JSON.stringify(kind), JSON.stringify(this.apiVersion)];
    this.head = Buffer.from(`{"kind":${k},"apiVersion":${v},`);
    this.listHead = Buffer.from(`{"kind":${JSON.stringify(listKind)},"apiVersion":${v},"metadata":`);
    this.warning = deprecationWarning(version, kind);
    this.isHub = version === resource.hubVersion;
  }

  /** form names what an entry's bytes in this version are kept under. */
  get form(): string {
    return this.resource.custom?.id ?? this.apiVersion;
  }
  get kind(): KindDefinition {
    return this.resource.kind;
  }
  get kindName(): string {
    return this.resource.kind.resource.kind;
  }
  get custom(): boolean {
    return this.resource.custom !== undefined;
  }
  /** target is group and plural as messages and Status details name them. */
  get target(): { group: string; resource: string } {
    return { group: this.version.group, resource: this.kind.resource.resource };
  }

  /** jsonOf is an entry's JSON in this version: the stored bytes themselves wherever that is its version. */
  jsonOf(entry: Entry): Buffer {
    const { custom } = this.resource;
    if (custom) return this.resource.form(custom, entry);
    if (startsWith(entry.json, this.head)) return entry.json;
    const key = `json:${this.apiVersion}`;
    let json = entry.memo.get(key) as Buffer | undefined;
    if (!json) entry.memo.set(key, (json = Buffer.from(JSON.stringify(this.objectOf(entry)))));
    return json;
  }

  /** objectOf is a private copy of an entry in this version. */
  objectOf(entry: Entry): AnyObject {
    if (this.custom) return this.resource.hubOf(entry);
    if (startsWith(entry.json, this.head)) return JSON.parse(entry.json.toString()) as AnyObject;
    const object = this.fromHub(this.resource.hubOf(entry));
    return completeForOutput(this.version.schema, object, this.resource.emulated);
  }

  /** readObject is an entry in this version for reading only: it may be shared. */
  readObject(entry: Entry): AnyObject {
    const isOwn = !this.custom && startsWith(entry.json, this.head);
    return isOwn ? (entry.object() as AnyObject) : this.objectOf(entry);
  }

  /** fromHub turns a private hub object into this version. */
  fromHub(object: AnyObject): AnyObject {
    return this.isHub ? object : fromHub(object, this.version);
  }

  /** toHub turns a private object of this version, or of another known one, into the hub's, with what its version defaults. */
  toHub(object: AnyObject): AnyObject {
    const { known, hub, hubVersion } = this.resource;
    const { apiVersion = '' } = object;
    const from = apiVersion === this.apiVersion ? this.version : versionOf(known, apiVersion);
    if (!from) throw new ConversionError(`${this.kindName} is not known in ${apiVersion}`);
    from.defaults?.(object);
    return from === hubVersion ? object : toHub(object, from, hub);
  }
}

function startsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.length > head.length && bytes.compare(head, 0, head.length, 0, head.length) === 0;
}
