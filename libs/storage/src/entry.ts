import type { Attributes, Entry, ResourceStorageConfig, Revision, StoredObject } from './interface';
import { respliceRevision, sameStored, spliceRevision, type Spliced } from './splice';

/** StoredEntry is the Entry of both stores. Attributes are parsed when first asked for; the parsed object may be collected and made again. */
export class StoredEntry implements Entry, Spliced {
  readonly json: Buffer;
  readonly at: number;
  readonly length: number;
  private parsed: WeakRef<StoredObject> | undefined;
  private attributes: Attributes | undefined;
  private memos: Map<string, unknown> | undefined;

  constructor(
    private readonly attributesOf: ResourceStorageConfig['attributesOf'],
    readonly key: string,
    readonly revision: Revision,
    spliced: Spliced,
    /** stale asks for a rewrite with the present encryption key. */
    readonly stale = false,
  ) {
    this.json = spliced.json;
    this.at = spliced.at;
    this.length = spliced.length;
  }

  get namespace(): string {
    return this.attrs().namespace;
  }

  get name(): string {
    return this.attrs().name;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.attrs().labels;
  }

  get fields(): Readonly<Record<string, string>> {
    return this.attrs().fields;
  }

  get memo(): Map<string, unknown> {
    return (this.memos ??= new Map());
  }

  object(): StoredObject {
    let object = this.parsed?.deref();
    if (!object) {
      object = freezeInTests(JSON.parse(this.json.toString()) as StoredObject);
      this.parsed = new WeakRef(object);
    }
    return object;
  }

  /** attrs parses once what selectors look at. Entries of a cache have it done when they come in. */
  attrs(): Attributes {
    return (this.attributes ??= this.attributesOf(this.object()));
  }

  /** loadAttrs is attrs without keeping the parsed form at all; for bulk loads that nobody is about to read. */
  loadAttrs(): void {
    this.attributes ??= this.attributesOf(JSON.parse(this.json.toString()) as StoredObject);
  }

  /** withRevision is the same object under another revision: what a watcher gets of one that was deleted or left its selector. */
  withRevision(revision: Revision): StoredEntry {
    const entry = new StoredEntry(this.attributesOf, this.key, revision, respliceRevision(this, revision), this.stale);
    entry.attributes = this.attributes;
    return entry;
  }

  /** know takes the attributes of these bytes, so that nobody has to parse them. */
  know(attributes: Attributes): void {
    this.attributes ??= attributes;
  }

  /** storedAs tells whether these are the bytes that the object has in etcd (before any encryption). */
  storedAs(stored: Buffer): boolean {
    return sameStored(this, stored);
  }
}

/** attributesApart are an object's attributes, which share nothing with it that its writer may go on to change. */
export function attributesApart({ attributesOf }: ResourceStorageConfig, object: StoredObject): Attributes {
  const { namespace, name, labels, fields } = attributesOf(object);
  return { namespace, name, labels: { ...labels }, fields };
}

/** decodeEntry makes an entry of the plain stored bytes, which it copies. */
export function decodeEntry(
  config: ResourceStorageConfig,
  key: string,
  plain: Buffer,
  revision: Revision,
  stale = false,
): StoredEntry {
  return new StoredEntry(config.attributesOf, key, revision, spliceRevision(plain, revision), stale);
}

function freezeInTests<T>(object: T): T {
  return process.env['NODE_ENV'] === 'test' ? deepFreeze(object) : object;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
