import type { appsv1 } from '@navarch/api';
import { fenceposts, wantedReplicas } from './sizes';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const HASH_LABEL = 'pod-template-hash';

/** NOT_COPIED are the annotations of a Deployment that its sets do not get. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

const HISTORY_LIMIT = 2000;

type Annotations = Record<string, string>;

/** revisionOf is a set's or deployment's revision number; 0 if it has none. All 64 bits count: users bring revisions along. */
export function revisionOf(object: { metadata?: { annotations?: Annotations } }): bigint {
  const text = object.metadata?.annotations?.[REVISION];
  if (text === undefined || !/^\d{1,19}$/.test(text)) return 0n;
  const revision = BigInt(text);
  return BigInt.asIntN(64, revision) === revision ? revision : 0n;
}

/** maxRevision is the highest revision among the sets. */
export function maxRevision(sets: readonly appsv1.ReplicaSet[]): bigint {
  return sets.map(revisionOf).reduce((highest, revision) => (revision > highest ? revision : highest), 0n);
}

/** desiredReplicas is the size of the Deployment when the set was last scaled for it; undefined if it was not. */
export function desiredReplicas(set: appsv1.ReplicaSet, name: string = DESIRED_REPLICAS): number | undefined {
  const text = set.metadata?.annotations?.[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** sizeAnnotations are what a set remembers of the Deployment's size, for proportional scaling. */
export function sizeAnnotations(deployment: appsv1.Deployment): Annotations {
  const wanted = wantedReplicas(deployment);
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + fenceposts(deployment).maxSurge) };
}

/** newSetAnnotations are what the set of the current template has to carry: the Deployment's own, the revision, and those it had. */
export function newSetAnnotations(
  deployment: appsv1.Deployment,
  existing: Annotations | undefined,
  newRevision: bigint,
): Annotations {
  const annotations: Annotations = { ...existing };
  for (const [name, value] of Object.entries(deployment.metadata?.annotations ?? {}))
    if (!NOT_COPIED.has(name)) annotations[name] = value;
  const old = existing?.[REVISION];
  if (revisionOf({ metadata: { annotations: existing } }) < newRevision) {
    annotations[REVISION] = String(newRevision);
    if (old) annotations[REVISION_HISTORY] = withHistory(existing?.[REVISION_HISTORY], old);
  }
  return existing ? annotations : { ...annotations, ...sizeAnnotations(deployment) };
}

/** withHistory appends a revision; the oldest go when the text becomes too long. */
function withHistory(history: string | undefined, revision: string): string {
  const entries = history ? history.split(',') : [];
  if (entries.includes(revision)) return entries.join(',');
  entries.push(revision);
  while (entries.length > 1 && entries.join(',').length > HISTORY_LIMIT) entries.shift();
  return entries.join(',');
}
