import type { apiextensionsv1 } from '@navarch/api';
import { deepEqual, isRecord } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import type { Release } from '../../../shared/errors';

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

/** goVersion renders a version as messages up to release 1.33 do; addresses have no meaning. */
export function goVersion(version: Version, versions: readonly Version[], { emulated }: Release): string {
  const shown = (part: Part) => (version[part] !== undefined && !isShared(versions, part) ? '0xc000000000' : 'nil');
  const warning = version.deprecationWarning === undefined ? 'nil' : '0xc000000000';
  const columns = shown('additionalPrinterColumns') === 'nil' ? '(nil)' : '{}';
  const later = emulated < 30 ? '' : `, SelectableFields:${goSelectable(version, versions)}`;
  return (
    `apiextensions.CustomResourceDefinitionVersion{Name:${JSON.stringify(version.name ?? '')}, Served:${version.served ?? false}, Storage:${version.storage ?? false}, ` +
    `Deprecated:${version.deprecated ?? false}, DeprecationWarning:(*string)(${warning}), Schema:(*apiextensions.CustomResourceValidation)(${shown('schema')}), ` +
    `Subresources:(*apiextensions.CustomResourceSubresources)(${shown('subresources')}), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition${columns}${later}}`
  );
}

function goSelectable({ selectableFields: fields }: Version, versions: readonly Version[]): string {
  const type = 'apiextensions.SelectableField';
  if (!fields || (isShared(versions, 'schema') && isShared(versions, 'selectableFields'))) return `[]${type}(nil)`;
  return `[]${type}{${fields.map(({ jsonPath = '' }) => `${type}{JSONPath:${JSON.stringify(jsonPath)}}`).join(', ')}}`;
}

/** goVersions renders all of them. */
export function goVersions(versions: readonly Version[] | null | undefined, release: Release): string {
  if (!versions) return '[]apiextensions.CustomResourceDefinitionVersion(nil)';
  return `[]apiextensions.CustomResourceDefinitionVersion{${versions.map(v => goVersion(v, versions, release)).join(', ')}}`;
}
