import { nameOf, type Definition } from '@navarch/apiextensions';
import type { KubeObject } from '@navarch/apimachinery';
import type { ApiServer } from '@navarch/apiserver-runtime';
import { rfc3339, type Clock } from '@navarch/base';
import type { Storage, StoredObject, Watch } from '@navarch/storage';

/** CleanupParts are what the objects of a definition are deleted with. */
export interface CleanupParts {
  readonly server: () => ApiServer;
  readonly clock: Clock;
  /** changed is called with the definition's name when one of its last objects has gone. */
  readonly changed: (name: string) => void;
}

const kept = new Error('finalizers keep the object');
const free = new Error('nothing keeps the object any more');
const gone = new Error('the object is gone');

/** Cleanup deletes the objects of definitions that are being deleted. */
export class Cleanup {
  /** watches tell of the objects of a definition that finalizers keep. */
  private readonly watches = new Map<string, Watch>();

  constructor(private readonly parts: CleanupParts) {}

  /** clean deletes what there is and answers how many objects finalizers keep; `changed` is called when one of them goes. */
  async clean(definition: Definition): Promise<number> {
    const { group, versions, names, scope } = definition.spec;
    const version = versions.find(v => v.storage)?.name ?? '';
    const token = { group, version, resource: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' };
    const { storage } = this.parts.server().store<KubeObject>(token);
    const { entries, revision } = await storage.list({ predicate: {} });
    let kept = 0;
    for (const { namespace, name } of entries) {
      if (!(await this.delete(storage, namespace, name))) kept++;
    }
    if (kept && !this.watches.has(nameOf(definition))) await this.watch(storage, nameOf(definition), revision);
    if (!kept) this.forget(definition);
    return kept;
  }

  /** forget ends the watch on a definition's objects. */
  forget(definition: Definition): void {
    this.watches.get(nameOf(definition))?.stop();
    this.watches.delete(nameOf(definition));
  }

  private async watch(storage: Storage, name: string, after: number): Promise<void> {
    const sink = {
      notices: (batch: readonly { type: string }[]) => {
        if (batch.some(({ type }) => type === 'DELETED')) this.parts.changed(name);
      },
      end: () => {
        this.watches.delete(name);
        this.parts.changed(name);
      },
    };
    this.watches.set(name, await storage.watch({ predicate: {}, after }, sink));
  }

  /** delete removes an object, or marks one that has finalizers; answers whether it is gone. */
  private async delete(storage: Storage, namespace: string, name: string): Promise<boolean> {
    const path = { namespace, name };
    for (;;) {
      try {
        await storage.delete(path, current => {
          if (finalizersOf(current.object())) throw kept;
        });
        return true;
      } catch (error) {
        if (error !== kept) throw error;
      }
      try {
        await storage.guaranteedUpdate(path, current => {
          if (!current) throw gone;
          // Its finalizers went in between: nothing would come to remove it, if not this.
          if (!finalizersOf(current.object())) throw free;
          return this.marked(current.object());
        });
        return false;
      } catch (error) {
        if (error === gone) return true;
        if (error !== free) throw error;
      }
    }
  }

  private marked(object: StoredObject): object {
    const { metadata } = object;
    if (metadata['deletionTimestamp']) return object;
    const generation = Number(metadata['generation'] ?? 0) + 1;
    const deletionTimestamp = rfc3339(this.parts.clock.now());
    return { ...object, metadata: { ...metadata, generation, deletionTimestamp, deletionGracePeriodSeconds: 0 } };
  }
}

const finalizersOf = ({ metadata }: StoredObject) => (metadata['finalizers'] as string[] | undefined)?.length ?? 0;
