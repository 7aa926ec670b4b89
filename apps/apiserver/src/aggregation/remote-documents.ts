import { decodeJson, isRecord, type UserInfo } from '@navarch/apimachinery';
import { discoveryResources, type ApiResource } from '@navarch/apiserver-runtime';
import type { RemoteConnection, Target } from './remote-connection';

const TIMEOUT_MS = 10_000;
const AGGREGATED = ['v2', 'v2beta1'].map(
  version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);

type Json = Readonly<Record<string, unknown>>;

/** AGGREGATOR is who reads other servers' discovery, OPENAPI_READER who reads their schemas. */
export const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const OPENAPI_READER: UserInfo = { name: 'system:aggregator', groups: ['system:authenticated'] };

/** readResources reads what the server lists of a group version, as aggregated discovery shows it; older servers list it plainly. */
export async function readResources(
  connection: RemoteConnection,
  target: Target,
  group: string,
  version: string,
): Promise<readonly object[]> {
  const accept = [...AGGREGATED, 'application/json'].join(',');
  const all = await connection.fetch(target, '/apis', AGGREGATOR, { accept }, TIMEOUT_MS);
  if (all.status === 200 && all.headers['content-type']?.includes('as=APIGroupDiscoveryList')) {
    const named = listOf(objectOf(all.body)['items']).find(item => partOf(item, 'metadata')['name'] === group);
    const found = listOf(named?.['versions']).find(item => item['version'] === version);
    if (found) return listOf(found['resources']).filter(isDiscovered);
  }
  const path = `/apis/${group}/${version}`;
  const own = await connection.fetch(target, path, AGGREGATOR, { accept: 'application/json' }, TIMEOUT_MS);
  if (own.status !== 200) throw new Error(`bad status from ${path}: ${own.status}`);
  const resources = listOf(objectOf(own.body)['resources']).filter(isListed) as unknown as ApiResource[];
  return discoveryResources(resources, group, version);
}

/** isDiscovered and isListed: what is no resource would break the discovery of all others. */
const isDiscovered = (one: Json) =>
  [one['resource'], one['scope'], partOf(one, 'responseKind')['kind']].every(isText) && isTexts(one['verbs']);
const isListed = (one: Json) => isText(one['name']) && isText(one['kind']) && isTexts(one['verbs']);

const isText = (value: unknown) => typeof value === 'string';
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function partOf(value: Json, name: string): Json {
  const part = value[name];
  return isRecord(part) ? part : {};
}

/** SwaggerSource is a server's OpenAPI v2 document with the tag of its content. */
export interface SwaggerSource {
  readonly etag: string | undefined;
  readonly document: Json;
}

/** readSwagger reads the server's OpenAPI v2 document, unless it is the known one; undefined if it has none. */
export async function readSwagger(
  connection: RemoteConnection,
  target: Target,
  known: SwaggerSource | undefined,
): Promise<SwaggerSource | undefined> {
  const headers = { accept: 'application/json', ...(known?.etag && { 'if-none-match': known.etag }) };
  const {
    status,
    headers: answered,
    body,
  } = await connection.fetch(target, '/openapi/v2', OPENAPI_READER, headers, TIMEOUT_MS);
  if (status === 304) return known;
  if (status !== 200) return undefined;
  return { etag: answered['etag'], document: objectOf(body) };
}

/** readOpenApiV3Hash reads what stands for the content of a version's OpenAPI v3 document; undefined if the server has none. */
export async function readOpenApiV3Hash(
  connection: RemoteConnection,
  target: Target,
  group: string,
  version: string,
): Promise<string | undefined> {
  const accept = 'application/json';
  const { status, body } = await connection.fetch(target, '/openapi/v3', OPENAPI_READER, { accept }, TIMEOUT_MS);
  if (status !== 200) return undefined;
  const { paths = {} } = objectOf(body) as { paths?: Record<string, { serverRelativeURL?: string }> };
  const key = `apis/${group}/${version}`;
  const url = Object.hasOwn(paths, key) ? paths[key]?.serverRelativeURL : undefined;
  if (typeof url !== 'string') return undefined;
  return new URL(url, 'https://server').searchParams.get('hash') ?? undefined;
}

function objectOf(body: Buffer): Json {
  const { value } = decodeJson(body, { maxDepth: 200 });
  return isRecord(value) ? value : {};
}
