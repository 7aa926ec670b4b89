import type { corev1 } from '@navarch/api';
import type { Minor } from '../../../kind';

type Spec = corev1.PersistentVolumeClaimSpec;

/** SOURCE_REFERENCES is the first release in which a claim refers to its source in a second form, which takes any kind. */
export const SOURCE_REFERENCES: Minor = 24;

const SNAPSHOTS = 'snapshot.storage.k8s.io';

/**
 * settleSources drops what a claim cannot have as its source, in place: one in another namespace, and in the older form anything but
 * claims and snapshots, as long as the newer form is not used. A claim that had a source keeps it.
 */
export function settleSources(spec: Spec | undefined, old: Spec | undefined): void {
  if (!spec) return;
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  if (spec.dataSourceRef || old?.dataSource || old?.dataSourceRef) return;
  const { kind, apiGroup } = spec.dataSource ?? {};
  const isKnown =
    (kind === 'PersistentVolumeClaim' && !apiGroup) || (kind === 'VolumeSnapshot' && apiGroup === SNAPSHOTS);
  if (!isKnown) delete spec.dataSource;
}

/** matchSources makes the two forms of the source of a new claim say the same, in place, where only one was given. */
export function matchSources(spec: Spec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  else if (!dataSource && dataSourceRef && !dataSourceRef.namespace) {
    const { namespace: _, ...reference } = dataSourceRef;
    spec.dataSource = reference;
  }
}
