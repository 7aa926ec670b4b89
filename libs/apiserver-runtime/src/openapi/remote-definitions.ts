import { deepEqual } from '@navarch/apimachinery';
import type { RemoteApi } from '../aggregation';

type Json = Readonly<Record<string, unknown>>;

/** SwaggerDocument is what this module needs of a Swagger 2.0 document. */
export interface SwaggerDocument extends Json {
  readonly paths: Json;
  readonly definitions: Json;
}

const PREFIX = '#/definitions/';
const PARAMETERS = '#/parameters/';

/**
 * withRemoteApis adds to our own document the paths of other servers' group versions, with the definitions that they refer to.
 * A definition that we have under the same name with other content gets a number behind its name. Pure.
 */
export function withRemoteApis(own: SwaggerDocument, remotes: readonly RemoteApi[]): SwaggerDocument {
  let merged = own;
  for (const { group, version, openApiV2 } of remotes) {
    if (openApiV2) merged = withRemoteApi(merged, openApiV2, `/apis/${group}/${version}/`);
  }
  return merged;
}

function withRemoteApi(own: SwaggerDocument, remote: Json, prefix: string): SwaggerDocument {
  const served = Object.entries(objectOf(remote['paths'])).filter(([path]) => `${path}/`.startsWith(prefix));
  // What its operations share comes back into its place: another server may share something else by the same name.
  const paths = inPlace(Object.fromEntries(served), objectOf(remote['parameters']));
  const definitions = objectOf(remote['definitions']);
  const needed = new Set<string>();
  collect(paths, definitions, needed);
  const renamed = new Map<string, string>();
  for (const name of needed) {
    const there = Object.hasOwn(own.definitions, name) ? own.definitions[name] : undefined;
    if (there !== undefined && !deepEqual(there, definitions[name])) renamed.set(name, freeName(own.definitions, name));
  }
  const rename = (name: string) => renamed.get(name) ?? name;
  return {
    ...own,
    paths: { ...own.paths, ...(rewritten(paths, rename) as Json) },
    definitions: {
      ...own.definitions,
      ...Object.fromEntries([...needed].map(name => [rename(name), rewritten(definitions[name], rename)])),
    },
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** refOf is the definition that an object refers to. */
function refOf(value: object): string | undefined {
  const ref = (value as { $ref?: unknown }).$ref;
  return typeof ref === 'string' && ref.startsWith(PREFIX) ? ref.slice(PREFIX.length) : undefined;
}

function inPlace(part: unknown, parameters: Json): unknown {
  if (Array.isArray(part)) return part.map(item => inPlace(item, parameters));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref: ref } = part as { $ref?: unknown };
  const name = typeof ref === 'string' && ref.startsWith(PARAMETERS) ? ref.slice(PARAMETERS.length) : undefined;
  if (name !== undefined && Object.hasOwn(parameters, name)) return parameters[name];
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inPlace(value, parameters)]));
}

/** collect finds the definitions that a part of a document refers to, and those that these refer to. */
function collect(part: unknown, definitions: Json, found: Set<string>): void {
  const pending = [part];
  while (pending.length) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const name = refOf(value);
    if (name !== undefined && !found.has(name) && Object.hasOwn(definitions, name)) {
      found.add(name);
      pending.push(definitions[name]);
    }
    for (const child of Object.values(value)) pending.push(child);
  }
}

function freeName(definitions: Json, name: string): string {
  let number = 2;
  while (Object.hasOwn(definitions, `${name}_v${number}`)) number++;
  return `${name}_v${number}`;
}

function rewritten(part: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(part)) return part.map(item => rewritten(item, rename));
  if (typeof part !== 'object' || part === null) return part;
  const name = refOf(part);
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) =>
      key === '$ref' && name !== undefined ? [key, PREFIX + rename(name)] : [key, rewritten(value, rename)],
    ),
  );
}
