import type { apiextensionsv1 } from '@navarch/api';
import { deepEqual, isRecord } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import type { Release } from '../../../shared/errors';
import { goStruct } from '../../../shared/go-struct';

/** Version is one version of a custom resource. */
export type Version = apiextensionsv1.CustomResourceDefinitionVersion;
export type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** isShared: all versions agree in a part, so that messages place it above the versions. */
export function isShared(versions: readonly Pick<Version, Part>[], part: Part): boolean {
  const first = versions[0]?.[part];
  return versions.every(v => samePart(v[part], first));
}

/** samePart: a list without columns is none, but a part that says nothing is not the same as no part. */
function samePart(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) return semanticEqual(a, b);
  if (!isRecord(a) || !isRecord(b)) return a === b;
  return deepEqual(a, b);
}

const PARTS: readonly Part[] = ['schema', 'subresources', 'additionalPrinterColumns'];

/** goVersion renders a version as messages up to release 1.33 do, without the parts that stand above the versions. */
export function goVersion(version: Version, versions: readonly Version[], { emulated }: Release): string {
  const above = new Set<string>(PARTS.filter(part => isShared(versions, part)));
  if (above.has('schema') && isShared(versions, 'selectableFields')) above.add('selectableFields');
  const own = Object.entries(version).filter(([part]) => !above.has(part));
  return goStruct('apiextensions.CustomResourceDefinitionVersion', Object.fromEntries(own), emulated);
}

/** goVersions renders all of them. */
export function goVersions(versions: readonly Version[] | null | undefined, release: Release): string {
  if (!versions) return '[]apiextensions.CustomResourceDefinitionVersion(nil)';
  return `[]apiextensions.CustomResourceDefinitionVersion{${versions.map(v => goVersion(v, versions, release)).join(', ')}}`;
}
