import { ControllerRevisions, type ResourceToken, type appsv1 } from '@navarch/api';
import { isAlreadyExists, isNotFound, type KubeObject } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { controllerReference, isControlledBy } from '@navarch/controller-runtime';
import { semanticEqual, sortedJson } from './equality';
import { fnv32, safeEncode } from './hash';

/** REVISION_HASH is the label by which pods say of which revision they are; daemon sets label the revisions so too. */
export const REVISION_HASH = 'controller-revision-hash';
/** HISTORY_HASH is the label of a stateful set's revisions. */
export const HISTORY_HASH = 'controller.kubernetes.io/hash';

type Revision = appsv1.ControllerRevision;

/** revisionHash names a revision's data, another for each collision: the hash that the same stateful set has everywhere. */
export function revisionHash(data: unknown, collisionCount = 0): string {
  return safeEncode(String(fnv32(`${sortedJson(data)}${collisionCount}`)));
}

/**
 * templatePatch is what a revision keeps: a patch that brings the template back. Its keys are in order, since others tell by the
 * bytes whether a revision is the current one.
 */
export function templatePatch(template: object | undefined): Record<string, unknown> {
  const patch = { spec: { template: { ...template, $patch: 'replace' } } };
  return JSON.parse(sortedJson(patch)) as Record<string, unknown>;
}

/** hashOf is the hash that a revision carries. */
export const hashOf = ({ metadata }: Revision) =>
  metadata?.labels?.[REVISION_HASH] ?? metadata?.labels?.[HISTORY_HASH] ?? '';

export interface RevisionOwner {
  readonly token: ResourceToken<KubeObject>;
  readonly owner: KubeObject;
  readonly labels: Readonly<Record<string, string>>;
  /** hashLabel is where the revisions carry their hash. */
  readonly hashLabel: string;
  /** data is the patch that makes the owner's template this one; what kubectl's rollout undo applies. */
  readonly data: Record<string, unknown>;
  readonly collisionCount?: number;
}

/**
 * currentRevision answers the revision with this data: the known one (made the newest again after a rollback) or a new one. It
 * rejects with `HashCollision` if another owner's revision has the name.
 */
export async function currentRevision(
  client: KubeClient,
  { token, owner, labels, hashLabel, data, collisionCount }: RevisionOwner,
  known: readonly Revision[],
): Promise<Revision> {
  const revisions = client.resource(ControllerRevisions);
  const highest = Math.max(0, ...known.map(revision => revision.revision));
  const equal = known.filter(revision => semanticEqual(revision.data, data)).sort((a, b) => b.revision - a.revision)[0];
  if (equal) return equal.revision === highest ? equal : revisions.update({ ...equal, revision: highest + 1 });
  const hash = revisionHash(data, collisionCount);
  const { namespace = '', name = '' } = owner.metadata ?? {};
  const metadata = {
    namespace,
    name: `${name}-${hash}`,
    labels: { ...labels, [hashLabel]: hash },
    annotations: owner.metadata?.annotations,
    ownerReferences: [controllerReference(token, owner)],
  };
  try {
    return await revisions.create({ metadata, data, revision: highest + 1 });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const there = await revisions.get(namespace, metadata.name);
    if (isControlledBy(there, owner) && semanticEqual(there.data, data)) return there;
    throw new HashCollision(metadata.name);
  }
}

/** HashCollision: the revision's name is taken by other data; the owner's collisionCount has to grow. */
export class HashCollision extends Error {
  constructor(name: string) {
    super(`another revision is called ${name}`);
  }
}

/** trimRevisions deletes the oldest revisions past the limit that no pod uses. */
export async function trimRevisions(
  client: KubeClient,
  known: readonly Revision[],
  used: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const idle = known.filter(revision => !used.has(hashOf(revision))).sort((a, b) => a.revision - b.revision);
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    await client
      .resource(ControllerRevisions)
      .delete(metadata?.namespace ?? '', metadata?.name ?? '', { preconditions: { uid: metadata?.uid } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
