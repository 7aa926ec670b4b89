import type { KubeObject } from '@navarch/apimachinery';
import type { KindDefinition } from '@navarch/kinds';
import type { Version } from './definition';
import { compileJsonPath } from './json-path';

/** SELECTABLE_SINCE is the first release that selects custom resources by their own fields. */
const SELECTABLE_SINCE = 31;

/**
 * selectableFields are the fields by which a version's objects can be selected. They are read from an object in that version; of a kind with one
 * version, from stored objects.
 */
export function selectableFields(
  versions: readonly Version[],
  version: Version,
  emulated: number,
): Pick<KindDefinition, 'selectableFields' | 'fieldLabels'> {
  if (emulated < SELECTABLE_SINCE) return {};
  const labels = new Set(versions.flatMap(labelsOf));
  if (!labels.size) return {};
  const paths = [...labels].map(label => [label, compileJsonPath(`.${label}`)] as const);
  return {
    fieldLabels: labelsOf(version),
    selectableFields: (object: KubeObject) =>
      Object.fromEntries(paths.map(([label, path]) => [label, textOf(path(object)[0])])),
  };
}

const labelsOf = ({ selectableFields: fields = [] }: Version) =>
  fields.map(({ jsonPath }) => jsonPath.replace(/^\./, ''));

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
