import { deepEqual, isAlreadyExists, type KubeObject } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import type { Lister } from '@navarch/client';

/** AUTOUPDATE is the annotation by which an administrator says whether the server may keep an object as it was suggested. */
export const AUTOUPDATE = 'apf.kubernetes.io/autoupdate-spec';

/** MANDATORY are the objects that nobody may change. */
export const MANDATORY: ReadonlySet<string> = new Set(['exempt', 'catch-all']);

type Configured = KubeObject & { spec?: object };

/**
 * isKept tells whether the server keeps an object's spec: mandatory ones always, suggested ones unless their annotation says
 * otherwise. Without the annotation it is kept as long as nobody has changed the spec. Pure.
 */
export function isKept({ metadata }: KubeObject): boolean {
  if (MANDATORY.has(metadata?.name ?? '')) return true;
  const autoupdate = metadata?.annotations?.[AUTOUPDATE];
  return autoupdate === undefined ? metadata?.generation === 1 : autoupdate === 'true';
}

/** KeptObjects brings the default objects of one kind back to their specs, and back at all when somebody deletes them. */
export class KeptObjects<T extends Configured> {
  private readonly wanted: ReadonlyMap<string, T>;
  /** settled is what the store makes of a wanted spec: a release may not know all of its fields. */
  private readonly settled = new Map<string, object | undefined>();

  constructor(
    wanted: readonly T[],
    private readonly present: Lister<T>,
    private readonly store: () => Store<T>,
  ) {
    this.wanted = new Map(wanted.map(object => [object.metadata!.name!, object]));
  }

  /** keep looks at one object. Idempotent; another apiserver may be doing the same. */
  async keep(name: string): Promise<void> {
    const wanted = this.wanted.get(name);
    if (!wanted) return;
    const present = this.present.get('', name);
    if (!present) return this.create(wanted);
    const settled = this.settled.get(name);
    if (!isKept(present) || (settled && deepEqual(present.spec, settled))) return;
    const stored = await this.store().update('', name, object => {
      if (!isKept(object)) return;
      if (settled && !deepEqual(object.spec, settled))
        object.metadata!.generation = (object.metadata!.generation ?? 0) + 1;
      object.spec = structuredClone(wanted.spec);
      const { annotations } = wanted.metadata!;
      if (annotations) object.metadata!.annotations = { ...object.metadata!.annotations, ...annotations };
    });
    this.settled.set(name, stored.spec);
  }

  private async create(wanted: T): Promise<void> {
    await this.store()
      .create(wanted)
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      });
  }
}
