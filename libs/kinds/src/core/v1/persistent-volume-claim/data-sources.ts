import type { corev1 } from '@navarch/api';
import { field, isDNS1123Label, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { each, requireText, type Release } from '../../../shared/errors';

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

/** GROUPS_CHECKED is the first release that looks at the group of a source. */
const GROUPS_CHECKED: Minor = 27;

/** validateSources checks both forms of the source of a claim, and that they say the same. */
export function validateSources(
  { dataSource, dataSourceRef }: Partial<Spec>,
  path: Path,
  release: Release,
): FieldError[] {
  const namespace = dataSourceRef?.namespace;
  const at = path.child('dataSourceRef', 'namespace');
  return [
    ...validateSource(dataSource, path.child('dataSource'), release),
    ...validateSource(dataSourceRef, path.child('dataSourceRef'), release),
    ...(namespace ? each(at, namespace, isDNS1123Label(namespace, release)) : []),
    ...validateForms(dataSource, dataSourceRef, path),
  ];
}

function validateSource(
  source: corev1.TypedLocalObjectReference | undefined,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  if (!source) return [];
  const { name, kind, apiGroup } = source;
  const checked = emulated >= GROUPS_CHECKED;
  const detail = checked ? "must be 'PersistentVolumeClaim' when referencing the default apiGroup" : '';
  return [
    ...requireText(path.child('name'), name),
    ...requireText(path.child('kind'), kind),
    ...(!apiGroup && kind !== 'PersistentVolumeClaim' ? [field.invalid(path, kind, detail)] : []),
    ...(apiGroup && checked ? each(path.child('apiGroup'), apiGroup, isDNS1123Subdomain(apiGroup)) : []),
  ];
}

function validateForms(source: Spec['dataSource'], reference: Spec['dataSourceRef'], path: Path): FieldError[] {
  if (!source || !reference) return [];
  // What is wrong is told as if its place were its value.
  const complain = (detail: string) => [field.invalid(path, path.child('dataSource').toString(), detail)];
  const { namespace, ...local } = reference;
  if (namespace) return complain('may not be specified when dataSourceRef.namespace is specified');
  return semanticEqual(source, local) ? [] : complain('must match dataSourceRef');
}
