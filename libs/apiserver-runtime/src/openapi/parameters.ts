import { description, jsonFields } from '@navarch/api';
import type { OpenApiParameter } from './operation';

/** PRETTY, NAMESPACE and SUBPATH are parameters that are no fields of options. */
export const PRETTY: OpenApiParameter = {
  name: 'pretty',
  in: 'query',
  type: 'string',
  description: "If 'true', then the output is pretty printed.",
};
export const NAMESPACE: OpenApiParameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
};
export const SUBPATH: OpenApiParameter = {
  name: 'path',
  in: 'path',
  type: 'string',
  description: 'path to the resource',
};

/** EXPORT are the parameters by which old releases export what is read. */
export const EXPORT: readonly OpenApiParameter[] = [
  {
    name: 'exact',
    in: 'query',
    type: 'boolean',
    description: 'Keep what is a choice of this cluster in an export, such as the namespace. Deprecated.',
  },
  {
    name: 'export',
    in: 'query',
    type: 'boolean',
    description: 'Leave out what only this cluster can know of the object. Deprecated.',
  },
];

/** nameOf is the name of an object in a path. */
export function nameOf(kind: string): OpenApiParameter {
  return { name: 'name', in: 'path', type: 'string', description: `name of the ${kind}` };
}

const TYPES: Readonly<Record<string, OpenApiParameter['type']>> = {
  string: 'string',
  bool: 'boolean',
  int32: 'integer',
  int64: 'integer',
};
const known = new Map<string, readonly OpenApiParameter[]>();

/**
 * optionParameters are the fields of a kind of options (`…meta.v1.ListOptions`) that a query can carry, as a release knows them.
 * The same arrays each time: documents hold each parameter once.
 */
export function optionParameters(options: string, emulated: number): readonly OpenApiParameter[] {
  const key = `${options} ${emulated}`;
  let found = known.get(key);
  if (!found) {
    found = jsonFields(options)
      .filter(({ name, since = 0 }) => since <= emulated && name !== 'kind' && name !== 'apiVersion')
      .flatMap(({ name, type: scalar }) => {
        const type = TYPES[scalar];
        const text = description(options, name);
        return type ? [{ name, in: 'query', type, ...(text && { description: text }) } as const] : [];
      });
    known.set(key, found);
  }
  return found;
}

/** sorted puts parameters in the order in which documents have them. */
export function sorted(parameters: readonly OpenApiParameter[]): OpenApiParameter[] {
  return [...parameters].sort((a, b) => compare(a.name, b.name) || compare(a.in, b.in));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
