import type { Minor } from '@navarch/kinds';
import type { Route } from '../interfaces';
import { servedGroups, type ServedApis } from '../discovery/served-groups';
import type { Endpoint } from '../registry/resource';
import { aboutGroup, aboutVersion, allGroups, allVersions } from './discovery-operations';
import type { OpenApiOperation } from './operation';
import { operationsOf } from './operations';

/** Section is a part of what is served that has a document of its own: a version, a group, a path outside the API. */
export interface Section {
  /** key is its path without the slash before: `api/v1`, `apis/apps`, `version`. */
  readonly key: string;
  /** endpoints are the kinds of a version; none elsewhere. */
  readonly endpoints: readonly Endpoint[];
  /** operations are those of no kind: what tells of the section itself. */
  readonly operations: readonly OpenApiOperation[];
}

/** sectionsOf lists everything that this server itself serves. */
export function sectionsOf({ registry }: ServedApis, routes: readonly Route[]): Section[] {
  const sections: Section[] = [
    { key: 'api', endpoints: [], operations: [allVersions()] },
    { key: 'apis', endpoints: [], operations: [allGroups()] },
  ];
  for (const { path, operations } of routes) {
    if (operations) sections.push({ key: path.slice(1), endpoints: [], operations });
  }
  for (const served of servedGroups(registry.groupVersions, [])) {
    if (served.custom || served.group === '') continue;
    sections.push({ key: `apis/${served.group}`, endpoints: [], operations: [aboutGroup(served)] });
  }
  for (const { group, version, custom } of registry.groupVersions) {
    sections.push({
      key: group ? `apis/${group}/${version}` : `api/${version}`,
      endpoints: registry.all.filter(({ version: own }) => own.group === group && own.version === version),
      operations: custom ? [] : [aboutVersion(group, version)],
    });
  }
  return sections;
}

/** contentOf names what a document of some sections is made of: the same name, the same document. */
export function contentOf(sections: readonly Section[]): string {
  return sections
    .map(({ key, endpoints }) => `${key} ${endpoints.map(({ form, kindName }) => `${form} ${kindName}`).join()}`)
    .join('\n');
}

/** operationsIn are all operations of a section. */
export function operationsIn({ endpoints, operations }: Section, emulated: Minor): OpenApiOperation[] {
  return [...operations, ...endpoints.flatMap(endpoint => operationsOf(endpoint, emulated))];
}
