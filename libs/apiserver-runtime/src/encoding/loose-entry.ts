import type { AnyObject } from '@navarch/apimachinery';
import type { Attributes, Entry, StoredObject } from '@navarch/storage';
import type { Resource } from '../registry/resource';

/** LooseEntry is an object that is answered without being stored as it is: the result of a dry run, or what was deleted. */
export class LooseEntry implements Entry {
  readonly key = '';
  readonly revision = 0;
  readonly json: Buffer;
  readonly memo = new Map<string, unknown>();
  private readonly attributes: Attributes;

  /** stored is the object in its storage version. */
  constructor(
    resource: Resource,
    private readonly stored: AnyObject,
  ) {
    this.json = Buffer.from(JSON.stringify(stored));
    this.attributes = resource.attributesOf(stored as unknown as StoredObject);
  }

  get namespace(): string {
    return this.attributes.namespace;
  }
  get name(): string {
    return this.attributes.name;
  }
  get labels(): Readonly<Record<string, string>> {
    return this.attributes.labels;
  }
  get fields(): Readonly<Record<string, string>> {
    return this.attributes.fields;
  }
  object(): StoredObject {
    return this.stored as unknown as StoredObject;
  }
}
