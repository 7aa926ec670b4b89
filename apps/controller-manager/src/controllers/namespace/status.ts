import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';

/** Findings of one pass over a namespace that is being deleted. Names as messages have them: `pods.`, `deployments.apps`. */
export interface Findings {
  readonly discoveryFailures: readonly string[];
  readonly deletionFailures: readonly string[];
  /** remaining counts the objects that are still there, by resource. */
  readonly remaining: ReadonlyMap<string, number>;
  /** finalizers counts the objects that wait for each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

/** namespaceConditions are the documented conditions of a namespace being deleted; known ones that say the same keep their time. */
export function namespaceConditions(
  known: readonly corev1.NamespaceCondition[],
  findings: Findings,
  nowMs: number,
): corev1.NamespaceCondition[] {
  const { discoveryFailures, deletionFailures, remaining, finalizers } = findings;
  const counted = (counts: ReadonlyMap<string, number>, words: string) =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name} ${words.replace('%d', String(count))}`)
      .join(', ');
  const wanted: [string, boolean, string, string][] = [
    discoveryFailures.length
      ? [
          'NamespaceDeletionDiscoveryFailure',
          true,
          'DiscoveryFailed',
          `Discovery failed for some groups, ${discoveryFailures.length} failing: ${discoveryFailures.join(', ')}`,
        ]
      : ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    deletionFailures.length
      ? [
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${deletionFailures.length} remaining: ${deletionFailures.join(', ')}`,
        ]
      : [
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ],
    remaining.size
      ? [
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${counted(remaining, 'has %d resource instances')}`,
        ]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers.size
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${counted(finalizers, 'in %d resource instances')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  const types = new Set(wanted.map(([type]) => type));
  const others = known.filter(condition => !types.has(condition.type));
  return [
    ...others,
    ...wanted.map(([type, yes, reason, message]) => {
      const status = yes ? 'True' : 'False';
      const old = known.find(condition => condition.type === type);
      const lastTransitionTime = old?.status === status ? old.lastTransitionTime : rfc3339(nowMs);
      return { type, status, lastTransitionTime, reason, message };
    }),
  ];
}
