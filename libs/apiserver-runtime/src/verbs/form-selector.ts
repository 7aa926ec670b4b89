import { fieldSelector, type AnyObject, type FieldSelector } from '@navarch/apimachinery';
import type { Entry, ListOptions, ListResult, Storage, WatchNotice } from '@navarch/storage';
import { LooseEntry } from '../encoding/loose-entry';
import type { CustomKind } from '../options';
import type { Endpoint, Resource } from '../registry/resource';

/** METADATA are the fields that every version has at the same place. */
const METADATA = new Set(['metadata.name', 'metadata.namespace']);

/** splitFields is a field selector in two: what storage selects by, and what of a custom resource depends on the version it is asked in. */
export function splitFields(
  endpoint: Endpoint,
  fields: FieldSelector,
): { readonly stored: FieldSelector; readonly forms?: FormSelector } {
  const { resource, kind } = endpoint;
  const { custom } = resource;
  const own = fields.requirements.filter(({ field }) => !METADATA.has(field));
  // With one version, what is stored is what is asked for.
  if (!custom || !own.length || kind.versions.length < 2) return { stored: fields };
  const stored = fields.requirements.filter(({ field }) => METADATA.has(field));
  return { stored: fieldSelector(stored), forms: new FormSelector(resource, custom, fieldSelector(own)) };
}

/** FormSelector selects custom resources by fields as they are in one version, wherever a conversion puts them. */
export class FormSelector {
  constructor(
    private readonly resource: Resource,
    private readonly custom: CustomKind,
    private readonly selector: FieldSelector,
  ) {}

  /** list is storage's list of what is selected; it reads on until a page is full. */
  async list(options: ListOptions): Promise<ListResult> {
    const { storage } = this.resource;
    const found: Entry[] = [];
    for (let asked = options; ;) {
      const { entries, revision, more } = await storage.list(asked);
      await this.resource.load(entries);
      for (const [i, entry] of entries.entries()) {
        if (!this.matches(entry)) continue;
        found.push(entry);
        if (found.length === options.limit) return { entries: found, revision, more: more || i + 1 < entries.length };
      }
      const last = entries.at(-1);
      if (!more || !last) return { entries: found, revision, more: false };
      const { predicate, signal, limit } = options;
      asked = {
        ...{ predicate, continueAfter: { key: last.key, revision } },
        ...(signal && { signal }),
        ...(limit !== undefined && { limit }),
      };
    }
  }

  /** reader is storage with that list. */
  reader(): Pick<Storage, 'config' | 'list' | 'revision'> {
    const { storage } = this.resource;
    return {
      config: storage.config,
      list: options => this.list(options),
      revision: signal => storage.revision(signal),
    };
  }

  /** neededFor are the entries whose forms have to be loaded before a notice can be looked at. */
  neededFor({ entry, previous }: WatchNotice): Entry[] {
    return [entry, previous].filter(one => one !== undefined);
  }

  /** transition is what a notice is to who selects: an object may come in or leave by a change of its fields. undefined: nothing. */
  transition(notice: WatchNotice): WatchNotice | undefined {
    const { type, entry, previous, revision } = notice;
    if (!entry) return notice;
    if (type !== 'MODIFIED' || !previous) return this.matches(entry) ? notice : undefined;
    const matchedBefore = this.matches(previous);
    if (this.matches(entry)) return matchedBefore ? notice : { type: 'ADDED', entry, revision };
    return matchedBefore ? { type: 'DELETED', entry: this.revised(previous, revision), revision } : undefined;
  }

  private matches(entry: Entry): boolean {
    const key = `fields:${this.custom.id}`;
    let fields = entry.memo.get(key) as Readonly<Record<string, string>> | undefined;
    if (!fields) {
      const object = JSON.parse(this.resource.form(this.custom, entry).toString()) as AnyObject;
      entry.memo.set(key, (fields = this.resource.kind.selectableFields!(object)));
    }
    return this.selector.matches(fields);
  }

  /** revised is an entry under another revision. */
  private revised(entry: Entry, revision: number): Entry {
    const at = (json: Buffer): AnyObject => {
      const object = JSON.parse(json.toString()) as AnyObject;
      return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    };
    const revised = new LooseEntry(this.resource, at(entry.json));
    revised.memo.set(this.custom.id, Buffer.from(JSON.stringify(at(this.resource.form(this.custom, entry)))));
    return revised;
  }
}
